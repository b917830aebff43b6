"""How is a case written down so that an auditor can recompute it? JSON in, JSON out, every problem with its path."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from lms.hours.decide import recompute
from lms.hours.reading import Problem, Reader
from lms.hours.values import Case, Completed, Observation, Passed, Played, Policy, Present, Reported, Result, Rule

Json = dict[str, Any]


def recompute_file(text: str) -> tuple[Json | None, list[str]]:
    """Recompute a bundle given as JSON text; answer (result, []) or (None, one line per problem naming its JSON path).

    A solved case (`{"why", "case", "expect"}`) is taken for the bundle under its `case`.
    """
    document, problems = load_json(text)
    if problems:
        return None, problems
    path = "$"
    if isinstance(document, dict) and "case" in document and "policy" not in document:
        document, path = document["case"], "$.case"
    case = parse(document, path)
    if isinstance(case, list):
        return None, [str(problem) for problem in case]
    return dump_result(recompute(case)), []


def load_json(text: str) -> tuple[Any, list[str]]:
    """Read JSON strictly: no repeated keys, no NaN, fractions exact."""
    repeated: list[str] = []

    def pairs(items: list[tuple[str, Any]]) -> Json:
        names = [name for name, _ in items]
        repeated.extend(sorted({name for name in names if names.count(name) > 1}) if len(set(names)) < len(names) else [])
        return dict(items)

    def refuse(name: str) -> None:
        raise ValueError(f"{name} is not a number")

    try:
        document = json.loads(text, object_pairs_hook=pairs, parse_float=Decimal, parse_constant=refuse)
    except json.JSONDecodeError as error:
        return None, [f"$: not JSON: {error.msg} at line {error.lineno} column {error.colno}"]
    except RecursionError:
        return None, ["$: nested too deeply"]
    except ValueError as error:
        return None, [f"$: not JSON: {str(error).partition(';')[0]}"]
    return document, [f"$: the key {name!r} is given more than once in one object" for name in repeated]


def parse(document: Any, path: str = "$") -> Case | list[Problem]:
    """Read a bundle; return the case, or every problem found."""
    reader = Reader()
    top = reader.object(document, path, {"policy", "activities", "observations"}, {"window"})
    if top is None:
        return reader.problems
    policy = _policy(reader, top.get("policy"), f"{path}.policy")
    window = _window(reader, top.get("window"), f"{path}.window")
    rules = _rules(reader, top.get("activities"), f"{path}.activities")
    observations = _observations(reader, top.get("observations"), f"{path}.observations", rules)
    if reader.problems or policy is None:
        return reader.problems
    return Case(policy, rules, observations, window)


def _policy(reader: Reader, value: Any, path: str) -> Policy | None:
    policy = reader.object(value, path, {"hour_minutes", "round_to", "time_zone", "max_rate"}, {"daily_limit_minutes"})
    if policy is None:
        return None
    limit = policy.get("daily_limit_minutes")
    return Policy(
        hour_minutes=reader.whole(policy.get("hour_minutes"), f"{path}.hour_minutes", least=1, most=1440),
        round_to=reader.decimal_text(policy.get("round_to"), f"{path}.round_to"),
        time_zone=reader.zone(policy.get("time_zone"), f"{path}.time_zone"),
        daily_limit_minutes=None if limit is None else reader.whole(limit, f"{path}.daily_limit_minutes", most=1440),
        max_rate=reader.number(policy.get("max_rate"), f"{path}.max_rate", above=Decimal(0)),
    )


def _window(reader: Reader, value: Any, path: str) -> tuple[int | None, int | None]:
    if value is None:
        return None, None
    window = reader.object(value, path, set(), {"from", "to"})
    if window is None:
        return None, None
    start, end = (None if window.get(k) is None else reader.instant(window[k], f"{path}.{k}") for k in ("from", "to"))
    if start is not None and end is not None and start > end:
        reader.refuse(path, "'from' lies after 'to'")
    return start, end


def _rules(reader: Reader, value: Any, path: str) -> dict[str, Rule]:
    rules = {}
    for name, item in reader.mapping(value, path).items():
        rule = _rule(reader, item, f"{path}.{name}")
        if rule is not None:
            rules[name] = rule
    return rules


def _rule(reader: Reader, value: Any, path: str) -> Rule | None:
    rule = reader.object(value, path, {"minutes"}, {"media_seconds", "requires", "title"})
    if rule is None:
        return None
    media = rule.get("media_seconds")
    requires = reader.object(rule.get("requires") or {}, f"{path}.requires", set(), {"completed", "passed", "coverage"}) or {}
    coverage = requires.get("coverage")
    if coverage is not None and media is None:
        reader.refuse(f"{path}.requires.coverage", "needs media_seconds")
    return Rule(
        cap_seconds=int(reader.number(rule.get("minutes"), f"{path}.minutes", most=Decimal(10**6)) * 60),
        media_seconds=None if media is None else int(reader.number(media, f"{path}.media_seconds", most=Decimal(10**8))),
        completed=reader.boolean(requires.get("completed", False), f"{path}.requires.completed"),
        passed=reader.boolean(requires.get("passed", False), f"{path}.requires.passed"),
        coverage=None if coverage is None else reader.number(coverage, f"{path}.requires.coverage", most=Decimal(1)),
    )


FIELDS = {
    "present": ({"from", "to"}, {"device"}),
    "played": ({"at", "from_s", "to_s", "rate"}, {"device"}),
    "reported": ({"opened", "at", "seconds"}, {"device"}),
    "completed": ({"at"}, {"device"}),
    "passed": ({"at"}, {"device"}),
}


def _observations(reader: Reader, value: Any, path: str, rules: Mapping[str, Rule]) -> list[Observation]:
    found = []
    for index, item in enumerate(reader.array(value, path)):
        seen = _observation(reader, item, f"{path}[{index}]", rules)
        if seen is not None:
            found.append(seen)
    return found


def _observation(reader: Reader, value: Any, path: str, rules: Mapping[str, Rule]) -> Observation | None:
    kind = value.get("kind") if isinstance(value, dict) else None
    if isinstance(value, dict) and (not isinstance(kind, str) or kind not in FIELDS):
        reader.refuse(f"{path}.kind", f"must be one of {', '.join(FIELDS)}")
        return None
    required, optional = FIELDS.get(kind or "", (set(), set()))
    item = reader.object(value, path, required | {"kind", "activity", "session"}, optional | {"statement"})
    if item is None:
        return None
    activity = reader.text(item.get("activity"), f"{path}.activity")
    session = reader.text(item.get("session"), f"{path}.session")
    if activity and activity not in rules:
        reader.refuse(f"{path}.activity", f"{activity!r} is not among the activities")
    return _read(reader, kind or "", item, path, (activity, session))


def _read(reader: Reader, kind: str, item: Json, path: str, of: tuple[str, str]) -> Observation:
    if kind == "present":
        start, end = reader.instant(item.get("from"), f"{path}.from"), reader.instant(item.get("to"), f"{path}.to")
        if start > end:
            reader.refuse(path, "'from' lies after 'to'")
        return Present(*of, reader.text(item.get("device", ""), f"{path}.device"), start, end)
    at = reader.instant(item.get("at"), f"{path}.at")
    if kind == "played":
        start_s, end_s = (reader.number(item.get(k), f"{path}.{k}", most=Decimal(10**9)) for k in ("from_s", "to_s"))
        if start_s > end_s:
            reader.refuse(path, "'from_s' lies after 'to_s'")
        rate = reader.number(item.get("rate"), f"{path}.rate", above=Decimal(0), most=Decimal(10**6))
        return Played(*of, at, int(start_s * 1000), int(end_s * 1000), rate)
    if kind == "reported":
        opened = reader.instant(item.get("opened"), f"{path}.opened")
        if opened > at:
            reader.refuse(path, "'opened' lies after 'at'")
        return Reported(*of, opened, at, int(reader.number(item.get("seconds"), f"{path}.seconds", most=Decimal(10**12))))
    return Completed(*of, at) if kind == "completed" else Passed(*of, at)


def dump_result(result: Result) -> Json:
    """Write a result as the bundle's answer."""
    return {
        "measured_seconds": result.measured_seconds,
        "credited_seconds": result.credited_seconds,
        "hours": f"{result.hours:f}",
        "activities": {
            name: {
                "measured_seconds": account.measured_seconds,
                "credited_seconds": account.credited_seconds,
                "cap_seconds": account.cap_seconds,
                "gate": "open" if account.gate.open else "closed",
            }
            for name, account in result.activities.items()
        },
        "flags": [flag._asdict() for flag in result.flags],
    }


def dump(case: Case) -> Json:
    """Write a case as a bundle; `parse(dump(case))` is the same case."""
    policy = case.policy
    bundle: Json = {
        "policy": {
            "hour_minutes": policy.hour_minutes,
            "round_to": f"{policy.round_to:f}",
            "time_zone": policy.time_zone,
            "daily_limit_minutes": policy.daily_limit_minutes,
            "max_rate": _number(policy.max_rate),
        },
        "activities": {name: _dump_rule(rule) for name, rule in case.activities.items()},
        "observations": [_dump_observation(seen) for seen in case.observations],
    }
    window = {key: write_instant(at) for key, at in zip(("from", "to"), case.window, strict=True) if at is not None}
    return bundle | ({"window": window} if window else {})


def _dump_rule(rule: Rule) -> Json:
    requires: Json = {name: True for name in ("completed", "passed") if getattr(rule, name)}
    if rule.coverage is not None:
        requires["coverage"] = _number(rule.coverage)
    written: Json = {"minutes": _number(Decimal(rule.cap_seconds) / 60)}
    if rule.media_seconds is not None:
        written["media_seconds"] = rule.media_seconds
    return written | ({"requires": requires} if requires else {})


def _dump_observation(seen: Observation) -> Json:
    written: Json = {"kind": type(seen).__name__.lower(), "activity": seen.activity, "session": seen.session}
    if isinstance(seen, Present):
        device = {"device": seen.device} if seen.device else {}
        return written | device | {"from": write_instant(seen.start), "to": write_instant(seen.end)}
    written["at"] = write_instant(seen.at)
    if isinstance(seen, Played):
        span = {"from_s": _number(Decimal(seen.start_ms) / 1000), "to_s": _number(Decimal(seen.end_ms) / 1000)}
        return written | span | {"rate": _number(Decimal(str(seen.rate)))}
    if isinstance(seen, Reported):
        return written | {"opened": write_instant(seen.opened), "seconds": seen.seconds}
    return written


def write_instant(at: int) -> str:
    """Write an instant as ISO 8601 in UTC."""
    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _number(value: Decimal) -> int | float:
    return int(value) if value == int(value) else float(value)
