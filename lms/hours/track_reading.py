"""Read the requirements of a track from an evidence bundle, and the ways to earn them."""

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, get_args

from lms.hours.track_values import Replacement, RequirementKind, RequirementRule, SessionRule, TrackRules
from lms.hours.value_reader import ValueReader
from lms.hours.values import USUAL_SHARE

KINDS = get_args(RequirementKind)
TRACK_FIELDS = frozenset({"as_of", "requirements", "sessions", "replacements", "courses"})
PLAIN_DECIMAL = re.compile(r"[0-9]{1,9}(\.[0-9]{1,9})?", re.ASCII)
PLAIN_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)
FIRST_YEAR = 1970
MOST_HALF_DAYS, MOST_LOGS = 1000, 1000
Names = Mapping[str, object] | None  # None: they could not be read, so nobody can say which there are


def named(path: str, name: str) -> str:
    """Return the JSON path of a name that people chose, always on one line."""
    return f"{path}[{json.dumps(name)}]"


@dataclass(frozen=True, slots=True)
class KnownNames:
    """The names to which a bundle's parts may refer, as they were given; requirements and sessions with their values."""

    requirements: Names
    sessions: Names
    activities: Names
    courses: Names

    @staticmethod
    def of(top: Mapping[str, Any]) -> "KnownNames":
        """Take the names as given: what has a mistake is known nevertheless."""

        def names(key: str) -> Names:
            found = top.get(key)
            return {} if found is None else found if isinstance(found, dict) else None

        return KnownNames(names("requirements"), names("sessions"), names("activities"), names("courses"))

    def kind_of(self, requirement: str) -> object:
        """Return the kind of a requirement; None if the kind is missing or unknown."""
        found = (self.requirements or {}).get(requirement)
        kind = found.get("kind") if isinstance(found, dict) else None
        return kind if isinstance(kind, str) and kind in KINDS else None


class TrackReader(ValueReader):
    """Reads the parts of a bundle about requirements. `known` is set before anything else is read."""

    known = KnownNames({}, {}, {}, {})

    def share(self, value: Any, path: str) -> Decimal:
        """Read a share, above 0 and at most 1; the default is 0.8."""
        if value is None:
            return USUAL_SHARE
        found = Decimal(value) if isinstance(value, str) and PLAIN_DECIMAL.fullmatch(value) else Decimal(0)
        if not 0 < found <= 1:
            self.refuse("share-text", path, value)
            return USUAL_SHARE
        return found

    def amount(self, value: Any, path: str) -> Decimal:
        """Read a decimal above 0, written as text."""
        found = Decimal(value) if isinstance(value, str) and PLAIN_DECIMAL.fullmatch(value) else Decimal(0)
        if found == 0:
            self.refuse("amount-text", path, value)
            return Decimal(1)
        return found

    def day(self, value: Any, path: str) -> date:
        """Read a local date."""
        try:
            if isinstance(value, str) and PLAIN_DATE.fullmatch(value):
                found = date.fromisoformat(value)
                if found.year >= FIRST_YEAR:
                    return found
        except ValueError:
            pass
        self.refuse("date", path, value)
        return date(FIRST_YEAR, 1, 1)

    def known_name(self, value: Any, path: str, known: Names, what: str) -> str:
        """Read a name that must be among those of the bundle."""
        name = self.text(value, path)
        if name == value and known is not None and name not in known:
            self.refuse("not-among", path, name=repr(name), names=what)
        return name

    def requirement_name(self, value: Any, path: str, *kinds: str) -> str:
        """Read the name of a requirement, which must be of one of these kinds if any are given."""
        name = self.known_name(value, path, self.known.requirements, "requirements")
        kind = self.known.kind_of(name)
        if name == value and kind is not None and kinds and kind not in kinds:
            self.refuse("other-kind-of-requirement", path, name=repr(name), kind=str(kind), kinds=" or ".join(kinds))
        return name

    def track(self, top: Mapping[str, Any], path: str) -> TrackRules | None:
        """Read the rules that requirements are judged by; None if the bundle has no requirements."""
        problems = len(self.problems)
        courses = self._courses(top.get("courses"), f"{path}.courses")
        compulsory = any(courses.values()) or len(self.problems) > problems  # one that could not be read may be
        sessions = self._sessions(top.get("sessions"), f"{path}.sessions")
        replacements = self._replacements(top.get("replacements"), f"{path}.replacements")
        if top.get("requirements") is None:
            return None
        requirements = {
            name: self._requirement(item, place, compulsory)
            for name, item, place in self._items(top["requirements"], f"{path}.requirements")
        }
        if top.get("as_of") is None and any(rule.kind == "months" for rule in requirements.values()):
            self.refuse("as-of-missing", f"{path}.as_of")
        return TrackRules(requirements, sessions, replacements, courses)

    def _items(self, value: Any, path: str) -> Iterable[tuple[str, Any, str]]:
        for name, item in ({} if value is None else self.mapping(value, path)).items():
            self.text(name, named(path, name))
            yield name, item, named(path, name)

    def _requirement(self, value: Any, path: str, compulsory: bool) -> RequirementRule:
        kind = value.get("kind") if isinstance(value, dict) else None
        months = {"starts"} if kind == "months" else set()
        found = self.object(value, path, {"kind"} | months, {"target"} | ({"logs_a_month"} if months else set()))
        if found is None:
            return RequirementRule("tasks")
        if not isinstance(kind, str) or kind not in KINDS:
            self.refuse("choice", f"{path}.kind", found["kind"], choices=", ".join(KINDS))
            return RequirementRule("tasks")
        target = None if found.get("target") is None else self.amount(found["target"], f"{path}.target")
        if kind == "courses" and target is None and not compulsory:
            self.refuse("all-of-no-courses", path)
        logs = self.whole(found.get("logs_a_month", 1), f"{path}.logs_a_month", least=1, most=MOST_LOGS)
        # the kinds are the words of the type, checked above
        return RequirementRule(kind, target, self.day(found["starts"], f"{path}.starts") if months else None, logs)  # type: ignore[arg-type]

    def _courses(self, value: Any, path: str) -> dict[str, bool]:
        courses = {}
        for name, item, place in self._items(value, path):
            found = self.object(item, place, set(), {"compulsory"}) or {}
            courses[name] = self.boolean(found.get("compulsory", True), f"{place}.compulsory")
        return courses

    def _sessions(self, value: Any, path: str) -> dict[str, SessionRule]:
        sessions = {}
        for name, item, place in self._items(value, path):
            found = self.object(item, place, {"counts_to", "from", "to", "half_days"}, set())
            if found is None:
                continue
            counts_to = self.requirement_name(found["counts_to"], f"{place}.counts_to", "days")
            problems = len(self.problems)
            start, end = self.span(found, place, "from", "to")
            if start == end and problems == len(self.problems):
                self.refuse("not-before", f"{place}.from", other="to")
            half_days = self.whole(found["half_days"], f"{place}.half_days", most=MOST_HALF_DAYS)
            if problems == len(self.problems):
                sessions[name] = SessionRule(counts_to, start, end, half_days)
        self._refuse_overlaps(sessions, path)
        return sessions

    def _refuse_overlaps(self, sessions: Mapping[str, SessionRule], path: str) -> None:
        ordered = sorted(sessions, key=lambda name: (sessions[name].start, sessions[name].end, name))
        longest = ""
        for name in ordered:
            if longest in sessions and sessions[name].start < sessions[longest].end:
                self.refuse("overlaps-session", named(path, name), other=repr(longest))
            if longest not in sessions or sessions[name].end > sessions[longest].end:
                longest = name

    def _replacements(self, value: Any, path: str) -> dict[str, Replacement]:
        replacements: dict[str, Replacement] = {}
        owners: dict[str, str] = {}
        for name, item, place in self._items(value, path):
            found = self.object(item, place, {"sessions", "activities"}, set())
            if found is None:
                continue
            sessions = [
                self.known_name(one, f"{place}.sessions[{index}]", self.known.sessions, "sessions")
                for index, one in enumerate(self.array(found["sessions"], f"{place}.sessions"))
            ]
            activities = [
                self._stand_in(one, f"{place}.activities[{index}]", owners, name)
                for index, one in enumerate(self.array(found["activities"], f"{place}.activities"))
            ]
            replacements[name] = Replacement(frozenset(sessions), frozenset(activities))
        return replacements

    def _stand_in(self, value: Any, path: str, owners: dict[str, str], replacement: str) -> str:
        """Read an activity of a replacement: it belongs to this one alone, to no requirement and to no course."""
        name = self.known_name(value, path, self.known.activities, "activities")
        if name == value:
            if owners.setdefault(name, replacement) != replacement:
                self.refuse("taken-by-replacement", path, name=repr(name), other=repr(owners[name]))
            rule = (self.known.activities or {}).get(name)
            taken = [key for key in ("counts_to", "course") if isinstance(rule, dict) and rule.get(key) is not None]
            if taken:
                self.refuse("stands-for-a-session", path, name=repr(name), keys=" or ".join(map(repr, taken)))
        return name
