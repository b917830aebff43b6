"""Planted faults: would the suite notice each of them? A fault is one change of one line of the core's source."""

import importlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType

import lms.hours
from tests.property.planting import Fault, importable

CORE = Path(lms.hours.__file__).parent
SHARED = ("values", "track_values", "hold_values")  # plain data, the same for every copy, so that all copies can use the same cases


FAULTS = (
    Fault("overlaps within an activity are counted twice", "intervals", "if joined and start <= until:", "if joined and start == until:"),
    Fault(
        "overlaps between activities are credited twice",
        "allocation",
        "network.connect(node, day_node.get(day, everything), seconds)",
        "network.connect(node, day_node.get(day, everything), seconds * 2)",
    ),
    Fault(
        "time in two activities is measured twice",
        "decide",
        "sum([end - start for start, end, _ in slots])",
        "sum(length(own) for own in whole.measured.values())",
    ),
    Fault("the cap is dropped", "gate", "return rule.cap_seconds\n", "return 10**9\n"),
    Fault("media may earn more than was covered", "gate", "min(rule.cap_seconds, found.covered_ms // SECOND_MS)", "rule.cap_seconds"),
    Fault("the daily limit is ignored", "decide", "None if limit is None else limit * 60", "None"),
    Fault("a daily limit of 0 is ignored", "decide", "None if limit is None else limit * 60", "limit * 60 if limit else None"),
    Fault("the local day is computed in UTC", "decide", "case.policy.time_zone", '"UTC"'),
    Fault(
        "every local day has 24 hours",
        "days",
        "return int(local.astimezone(UTC).timestamp())",
        "return day * 86400 - int((ZoneInfo(zone).utcoffset(datetime(1970, 1, 1)) or timedelta()).total_seconds())",
    ),
    Fault("the gate is ignored", "gate", "if not found.open:", "if False:"),
    Fault("a closed gate still takes seconds", "allocation", "if cap > 0", "if cap >= 0"),
    Fault(
        "one requirement of several is enough",
        "gate",
        "return Gate(covered_ms, tuple(missing))",
        "return Gate(covered_ms, tuple(missing[1:]))",
    ),
    Fault(
        "passing is not asked for",
        "gate",
        "if rule.passed and not evidence.passed:",
        "if rule.passed and not (evidence.passed or evidence.completed):",
    ),
    Fault(
        "coverage is compared in floats with some tolerance",
        "gate",
        "covered_ms * below >= above * runs_ms",
        "covered_ms / runs_ms >= above / below - 1e-6",
    ),
    Fault("coverage must be exceeded", "gate", "covered_ms * below >= above * runs_ms", "covered_ms * below > above * runs_ms"),
    Fault("positions outside the media count", "gate", "length(clip(union(evidence.media), 0, runs_ms))", "length(union(evidence.media))"),
    Fault(
        "film watched twice covers twice",
        "gate",
        "length(clip(union(evidence.media), 0, runs_ms))",
        "length(clip(evidence.media, 0, runs_ms))",
    ),
    Fault("refused segments are accepted", "evidence", "if not is_too_fast(seen, case.policy):", "if True:"),
    Fault("the fastest allowed rate is refused", "evidence", "not seen.rate <= policy.max_rate", "not seen.rate < policy.max_rate"),
    Fault(
        "a claim is not clipped to its session",
        "evidence",
        "max(seen.at - seen.seconds, seen.opened), seen.at",
        "seen.at - seen.seconds, seen.at",
    ),
    Fault(
        "a claim counts from the opening",
        "evidence",
        "max(seen.at - seen.seconds, seen.opened), seen.at",
        "seen.opened, min(seen.opened + seen.seconds, seen.at)",
    ),
    Fault("reports are worth nothing", "evidence", "evidence.times.append(claimed(seen))", "pass"),
    Fault("the window is ignored", "decide", "clip(union(found[name].times), *case.window)", "union(found[name].times)"),
    Fault(
        "only the window's beginning counts",
        "decide",
        "clip(union(found[name].times), *case.window)",
        "clip(union(found[name].times), case.window[0], None)",
    ),
    Fault(
        "an interval has its last second",
        "evidence",
        "evidence.times.append((seen.start, seen.end))",
        "evidence.times.append((seen.start, seen.end + 1))",
    ),
    Fault(
        "an interval of one second is none",
        "intervals",
        "if live and instant > since:",
        "if live and instant > since + 1:",
    ),
    Fault(
        "the latest tab wins",
        "allocation",
        "by_day[ANY_DAY, live & earning] += end - start",
        "by_day[ANY_DAY, 1 << (live & earning).bit_length() >> 1] += end - start",
    ),
    Fault(
        "seconds are taken greedily and never moved",
        "flow",
        "self._room[edge ^ 1] += amount",
        "self._room[edge ^ 1] += amount * (edge & 1)",
    ),
    Fault(
        "a search gives up after its first try",
        "flow",
        "while left and (levels := self._levels(start)):",
        "for levels in [self._levels(start)] if left else []:",
    ),
    Fault(
        "nodes are closed too early",
        "flow",
        "            if levels[self._end] == level:\n                return levels\n            seen += reached",
        "            seen += reached\n            if levels[self._end] == level:\n                self._unseen[start] = CLOSED\n                return levels",
    ),
    Fault("ties go to the last name", "decide", "names = in_order(case.activities)", "names = in_order(case.activities)[::-1]"),
    Fault("ties go to whatever the bundle names first", "decide", "names = in_order(case.activities)", "names = list(case.activities)"),
    Fault(
        "hours are rounded per activity",
        "decide",
        "hours_of(sum([seconds for name, seconds in allocation.credited.items() if name not in standing_in]), case.policy)",
        "sum(hours_of(part, case.policy) for part in allocation.credited.values())",
    ),
    Fault(
        "hours are rounded to the nearest",
        "rounding",
        "seconds * below //",
        "(seconds * below + hour_minutes * 30 * above) //",
    ),
    Fault(
        "hours are rounded in floats",
        "rounding",
        "steps = seconds * below // (hour_minutes * 60 * above)",
        "steps = int(seconds / 60 / hour_minutes / float(round_to))",
    ),
    Fault("an hour has always 45 minutes", "rounding", "hour_minutes * 60 * above", "45 * 60 * above"),
    Fault("corrections are dropped", "changes", "if amount}", "if amount > 0}"),
    Fault("what is no longer credited stays in the account", "changes", "{*account, *credited}", "credited"),
    Fault(
        "only the first observation of a kind counts",
        "evidence",
        "for seen in case.observations if observations is None else observations:\n        evidence",
        "for seen in {(type(s), s.activity, s.session): s for s in reversed(case.observations)}.values():\n        evidence",
    ),
    Fault(
        "flags are listed once per observation",
        "evidence",
        "flags: set[Flag] = set()\n    if twice:",
        "flags: set[Flag] = set()\n    if False:",
    ),
    Fault("too fast is not flagged", "evidence", 'flags.add(Flag("rate"', 'flags.discard(Flag("rate"'),
    Fault("a claim that just fits is flagged", "evidence", "seen.seconds > seen.at - seen.opened", "seen.seconds >= seen.at - seen.opened"),
    Fault(
        "an explanation forgets shared time",
        "explain",
        "shared = sum(sum(share.given.values()) - share.given[name] for share in own)",
        "shared = 0",
    ),
    Fault("bundles lose fractions of media positions", "writing", "Decimal(seen.start_ms) / 1000", "Decimal(seen.start_ms // 1000)"),
)


@contextmanager
def core_with(fault: Fault | None, folder: Path) -> Iterator[ModuleType]:
    """Return a copy of the core with the fault planted, under its own module name."""
    name = "planted_core"
    package = folder / name
    package.mkdir()
    for path in CORE.glob("*.py"):
        source = path.read_text(encoding="utf-8")
        if fault is not None and path.stem == fault.module:
            source = fault.planted(source)
        source = source.replace("lms.hours.", f"{name}.")
        for shared in SHARED:
            source = source.replace(f"{name}.{shared} ", f"lms.hours.{shared} ")
        (package / path.name).write_text(source, encoding="utf-8")
    with importable(folder, name):
        yield importlib.import_module(name)
