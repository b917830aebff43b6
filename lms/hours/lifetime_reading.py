"""Read a multi-year rule in its JSON form, and a lifetime record as a file; write its result. Every problem names its path."""

from datetime import date
from typing import Any

from courses.strict_json.canonical import digest_of
from courses.strict_json.loading import Json, load_json
from courses.strict_json.problem import Problem, in_english
from courses.strict_json.reader import below
from lms.hours.about import read_about
from lms.hours.bundle import parse, recompute_file
from lms.hours.exact import plain_text
from lms.hours.lifetime import judge_lifetime
from lms.hours.lifetime_values import (
    REPETITIONS,
    SOURCES,
    Amount,
    Elsewhere,
    LifetimeCase,
    LifetimeKind,
    LifetimeResult,
    LifetimeRule,
    PeriodResult,
    Words,
)
from lms.hours.sentences import SENTENCES
from lms.hours.value_reader import ValueReader
from lms.hours.values import Case

SCHEMA = FORMAT = 1
MOST_YEARS, MOST_KINDS, MOST_HOURS = 20, 20, 100_000
EARLIEST_YEAR, LATEST_YEAR = 1980, 2100
LONGEST_DAY_MINUTES = 24 * 60
LONGEST_DATE = 10
MOST_ENROLMENTS, MOST_ELSEWHERE = 1000, 5000
NO_WORDS = Words("", "")
ELSEWHERE_FIELDS = {"id", "kind", "from", "until", "provider", "title", "document", "statement", "approved_at"}


def parse_rule(document: Any, path: str = "$") -> LifetimeRule | list[Problem]:
    """Read a multi-year rule; unknown keys are problems too, because a misspelt minimum must not be silently ignored."""
    reader = LifetimeReader()
    rule = reader.rule(document, path)
    return reader.problems if rule is None or reader.problems else rule


class LifetimeReader(ValueReader):
    """Reads rules and what was earned elsewhere."""

    def rule(self, document: Any, path: str) -> LifetimeRule | None:
        """Read a whole rule."""
        found = self.object(document, path, {"schema", "code", "name", "period", "counting", "total", "kinds"}, ())
        if found is None:
            return None
        self.whole(found["schema"], f"{path}.schema", least=SCHEMA, most=SCHEMA)
        period = self.object(found["period"], f"{path}.period", {"years", "first_year"}, ()) or {}
        counting = self.object(found["counting"], f"{path}.counting", {"hour_minutes", "round_to", "time_zone", "same_activity"}, ()) or {}
        total = self.object(found["total"], f"{path}.total", {"target"}, {"a_year", "elsewhere_at_most"}) or {}
        if not (period and counting and total):
            return None
        again = self.choice(counting["same_activity"], f"{path}.counting.same_activity", REPETITIONS)
        rule = LifetimeRule(
            code=self.slug(found["code"], f"{path}.code"),
            name=self.words(found["name"], f"{path}.name"),
            years=self.whole(period["years"], f"{path}.period.years", least=1, most=MOST_YEARS),
            first_year=self.whole(period["first_year"], f"{path}.period.first_year", least=EARLIEST_YEAR, most=LATEST_YEAR),
            hour_minutes=self.whole(counting["hour_minutes"], f"{path}.counting.hour_minutes", least=1, most=LONGEST_DAY_MINUTES),
            round_to=self.decimal_text(counting["round_to"], f"{path}.counting.round_to"),
            time_zone=self.zone(counting["time_zone"], f"{path}.counting.time_zone"),
            same_activity=next((one for one in REPETITIONS if one == again), REPETITIONS[0]),
            target=self.whole(total["target"], f"{path}.total.target", least=1, most=MOST_HOURS),
            a_year=self.hours(total, "a_year", f"{path}.total"),
            elsewhere_at_most=self.hours(total, "elsewhere_at_most", f"{path}.total", least=0),
            kinds=[self.kind(one, f"{path}.kinds[{at}]") for at, one in enumerate(self.array(found["kinds"], f"{path}.kinds", MOST_KINDS))],
        )
        if not self.problems:
            self._together(rule, path)
        return rule

    def hours(self, found: Json, name: str, path: str, least: int = 1) -> int | None:
        """Read an optional whole number of hours."""
        return None if found.get(name) is None else self.whole(found[name], f"{path}.{name}", least=least, most=MOST_HOURS)

    def words(self, value: Any, path: str) -> Words:
        """Read a name in both languages."""
        found = self.object(value, path, {"zh", "en"}, ())
        if found is None:
            return NO_WORDS
        both = Words(*(self.text(found[language], f"{path}.{language}").strip() for language in ("zh", "en")))
        for language, text in zip(("zh", "en"), both, strict=True):
            if not text:
                self.refuse("name-missing", f"{path}.{language}", found[language])
        return both

    def kind(self, value: Any, path: str) -> LifetimeKind:
        """Read one kind of training."""
        found = self.object(value, path, {"key", "name"}, {"measured", "hours_a_day", "target", "a_year"})
        if found is None:
            return LifetimeKind("", NO_WORDS)
        measured = self.choice(found["measured"], f"{path}.measured", SOURCES) if "measured" in found else None
        return LifetimeKind(
            key=self.slug(found["key"], f"{path}.key"),
            name=self.words(found["name"], f"{path}.name"),
            measured=next((one for one in SOURCES if one == measured), None),
            hours_a_day=None if "hours_a_day" not in found else self.whole(found["hours_a_day"], f"{path}.hours_a_day", least=1, most=24),
            target=self.hours(found, "target", path),
            a_year=self.hours(found, "a_year", path),
        )

    def _together(self, rule: LifetimeRule, path: str) -> None:
        keys, sources = [one.key for one in rule.kinds], [one.measured for one in rule.kinds]
        for at, one in enumerate(rule.kinds):
            where = f"{path}.kinds[{at}]"
            if one.key in keys[:at]:
                self.refuse("kind-twice", f"{where}.key", key=one.key)
            if one.measured is not None and one.measured in sources[:at]:
                self.refuse("measured-twice", f"{where}.measured", measured=one.measured)
            if one.measured == "days" and one.hours_a_day is None:
                self.refuse("needs-hours-a-day", where)
            if (one.hours_a_day or 0) * rule.hour_minutes > LONGEST_DAY_MINUTES:
                self.refuse("day-too-long", f"{where}.hours_a_day", minutes=rule.hour_minutes)
        for name, asked in (("target", rule.target), ("a_year", rule.a_year)):
            kinds = sum(getattr(one, name) or 0 for one in rule.kinds)
            if asked is not None and kinds > asked:
                self.refuse("kinds-exceed-total", f"{path}.total.{name}", kinds=kinds)
        if (rule.a_year or 0) * rule.years > rule.target:
            self.refuse("years-exceed-total", f"{path}.total.a_year", years=(rule.a_year or 0) * rule.years)

    def elsewhere(self, value: Any, path: str) -> Elsewhere | None:
        """Read hours or days earned elsewhere: one of the two."""
        found = self.object(value, path, ELSEWHERE_FIELDS, {"hours", "days"})
        if found is None:
            return None
        if ("hours" in found) == ("days" in found):
            self.refuse("hours-or-days", path)
        hours, days = (self.decimal_text(found[name], f"{path}.{name}") if name in found else None for name in ("hours", "days"))
        since, until = (self.date(found[name], f"{path}.{name}") for name in ("from", "until"))
        if since > until:
            self.refuse("after", f"{path}.from", other="until")
        for name in ("provider", "title", "statement", "document", "approved_at"):
            self.text(found[name], f"{path}.{name}")
        return Elsewhere(self.text(found["id"], f"{path}.id"), self.slug(found["kind"], f"{path}.kind"), hours, days, until)

    def date(self, value: Any, path: str) -> date:
        """Read a date, such as 2026-03-15."""
        try:
            return date.fromisoformat(value if isinstance(value, str) and len(value) == LONGEST_DATE else "")
        except ValueError:
            self.refuse("date", path, value)
            return date.min


def recompute_any_file(text: str) -> tuple[Json | None, list[str]]:
    """Recompute a file: a lifetime record, or the evidence bundle of one enrolment, as `recompute_file`."""
    document, problems = load_json(text)
    if problems or not isinstance(document, dict) or "lifetime" not in document:
        return recompute_file(text)
    case = parse_lifetime(document)
    if isinstance(case, list):
        return None, [f"{one.path}: {in_english(one, SENTENCES)}" for one in case]
    persons = {"persons": document["persons"]} if "persons" in document else {}
    return persons | dump_lifetime(judge_lifetime(case)), []


def parse_lifetime(document: Json) -> LifetimeCase | list[Problem]:
    """Read a lifetime record: the rule, the evidence bundle of each enrolment, and what was earned elsewhere."""
    reader = LifetimeReader()
    found = reader.object(document, "$", {"lifetime", "as_of", "rule", "enrolments", "elsewhere"}, {"rule_sha256", "persons"}) or {}
    reader.whole(found["lifetime"], "$.lifetime", least=FORMAT, most=FORMAT)
    as_of = reader.date(found["as_of"], "$.as_of")
    rule = reader.rule(found["rule"], "$.rule")
    if rule is not None and "rule_sha256" in found and found["rule_sha256"] != digest_of(found["rule"]):
        reader.refuse("rule-changed", "$.rule_sha256")
    cases: dict[int, Case] = {}
    for name, bundle in reader.mapping(found["enrolments"], "$.enrolments").items():
        path = below("$.enrolments", name)
        case = _enrolment(reader, bundle, path)
        if not (name.isascii() and name.isdigit() and len(name) < LONGEST_DATE) or len(cases) >= MOST_ENROLMENTS:
            reader.refuse("enrolment-number", path)
        elif case is not None:
            cases[int(name)] = case
    given = reader.array(found["elsewhere"], "$.elsewhere")
    if len(given) > MOST_ELSEWHERE:
        reader.refuse("array-length", "$.elsewhere", most=MOST_ELSEWHERE)
        given = []
    elsewhere = [reader.elsewhere(one, f"$.elsewhere[{at}]") for at, one in enumerate(given)]
    _one_person(reader, found)
    if reader.problems or rule is None:
        return reader.problems
    return LifetimeCase(rule, cases, [one for one in elsewhere if one is not None], as_of)


def _enrolment(reader: LifetimeReader, bundle: Any, path: str) -> Case | None:
    if isinstance(bundle, dict) and "evidence_erased" in bundle:
        reader.refuse("evidence-erased", f"{path}.evidence_erased")
        return None
    if isinstance(bundle, dict) and "about" in bundle:
        reader.problems += read_about(bundle, path)[1]
        bundle = {name: value for name, value in bundle.items() if name != "about"}
    case = parse(bundle, path)
    if isinstance(case, list):
        reader.problems += case
        return None
    return case


def _one_person(reader: LifetimeReader, found: Json) -> None:
    """Refuse a record with a bundle of somebody whom the record does not name. One person has several digests after a new name."""
    persons = reader.array(found.get("persons", []), "$.persons")
    for name, bundle in (found["enrolments"] if isinstance(found["enrolments"], dict) else {}).items():
        about = bundle.get("about") if isinstance(bundle, dict) else None
        named = about.get("person") if isinstance(about, dict) else None
        if named is not None and named not in persons:
            reader.refuse("other-person", f"{below('$.enrolments', name)}.about.person")


def dump_lifetime(result: LifetimeResult) -> Json:
    """Write a result as JSON values."""
    return {
        "periods": [_period(one) for one in result.periods],
        "lines": [
            {
                "enrolment": one.line.enrolment,
                "name": one.line.name,
                "source": one.line.source,
                "counted_seconds": {str(year): seconds for year, seconds in sorted(one.counted.items())},
                "overlap_seconds": one.overlap_seconds,
                "beside": list(one.beside),
                "repeated_seconds": one.repeated_seconds,
                "instead": list(one.instead),
                "limited_seconds": one.limited_seconds,
            }
            for one in result.lines
        ],
        "unconverted": list(result.unconverted),
    }


def _period(one: PeriodResult) -> Json:
    return {
        "first": one.first,
        "last": one.last,
        "met": one.met,
        "elsewhere_left_out": plain_text(one.elsewhere_left_out),
        **_amount(one.whole),
        "kinds": {key: _amount(amount) for key, amount in one.kinds.items()},
        "years": {
            str(year.year): _amount(year.whole) | {"kinds": {key: _amount(own) for key, own in year.kinds.items()}} for year in one.years
        },
    }


def _amount(one: Amount) -> Json:
    return {
        "measured_seconds": one.seconds,
        "measured": plain_text(one.measured),
        "elsewhere": plain_text(one.elsewhere),
        "target": one.target,
        "missing": plain_text(one.missing) if one.target is not None else None,
    }
