"""Read the parts of a programme document. Pure; every mistake is recorded with its path, and reading continues."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any, TypeVar

from lms.hours import HOLDABLE, Policy
from lms.hours.value_reader import ValueReader
from lms.programmes.values import (
    KINDS,
    MODES,
    USUAL_APPEAL_DAYS,
    BilingualText,
    CommunityRole,
    Deliverable,
    Filing,
    Integrity,
    Kind,
    Mode,
    Named,
    Phase,
    Rates,
    Requirement,
    Rules,
    Track,
)

CAUSES = ("absent", "dismissed", "not-completed", "withdrawn")
STARTS = ("class-end", "class-start", "decision")
BARS = ("provincial-face-to-face", "provincial", "nothing")
PER = ("provider", "class", "trainees")
FASTEST_RATE = 16

AnyPart = TypeVar("AnyPart")
Word = TypeVar("Word", bound=str)
# replaces rules that could not be read; a problem was recorded, so the document is refused
NO_RULES = Rules(date.min, Decimal(1), (), Integrity(frozenset(), 1, BARS[0], STARTS[0]), (), (), Rates("", 0, 0))


class PartReader(ValueReader):
    """Reads the parts of a programme document."""

    def each(self, value: Any, path: str, read: Callable[[Any, str], AnyPart], *, least: int = 1) -> tuple[AnyPart, ...]:
        """Read every item of an array that has at least `least` of them."""
        items = self.array(value, path)
        if isinstance(value, list) and len(items) < least:
            self.refuse("empty", path)
        return tuple(read(item, f"{path}[{index}]") for index, item in enumerate(items))

    def part(self, value: Any, path: str, required: set[str], optional: set[str] | None = None) -> dict[str, Any]:
        """Read an object; if the value is not an object, one problem is recorded, and everything in it counts as absent."""
        found = self.object(value, path, required, optional or set())
        return found if found is not None else {}

    def both(self, value: Any, path: str) -> BilingualText:
        """Read a text in both languages."""
        found = self.part(value, path, {"zh", "en"})
        for language in ("zh", "en"):
            if found.get(language) == "":
                self.refuse("empty", f"{path}.{language}")
        return BilingualText(self.text(found["zh"], f"{path}.zh"), self.text(found["en"], f"{path}.en")) if found else BilingualText("", "")

    def one_of(self, value: Any, path: str, among: tuple[Word, ...]) -> Word:
        """Read one of a few words; the first one replaces a bad one."""
        found = self.choice(value, path, among)
        return next((word for word in among if word == found), among[0])

    def day(self, value: Any, path: str) -> date:
        """Read a day, such as 2020-09-25."""
        try:
            return date.fromisoformat(value if isinstance(value, str) else "")
        except ValueError:
            self.refuse("day", path, value)
            return date.min

    def share(self, value: Any, path: str) -> Decimal:
        """Read a share from above 0 to 1, written as text."""
        found = self.decimal_text(value, path)
        if found > 1:
            self.refuse("at-most-one", path, value)
        return found

    def count(self, found: dict[str, Any], name: str, path: str, most: int = 10_000) -> int | None:
        """Read an optional whole number of at least 1."""
        return None if found.get(name) is None else self.whole(found[name], f"{path}.{name}", least=1, most=most)

    def policy(self, value: Any, path: str) -> tuple[Policy, frozenset[str], Decimal]:
        """Read the rules of conversion, the trusted providers, and the share at which a course is finished."""
        found = self.part(
            value,
            path,
            {"hour_minutes", "round_to", "time_zone", "max_rate", "finished_share"},
            {"daily_limit_minutes", "trusted_providers", "holds"},
        )
        if not found:
            return (Policy(45, Decimal("0.1"), "UTC", None, Decimal(2)), frozenset(), Decimal(1))
        policy = Policy(
            hour_minutes=self.whole(found["hour_minutes"], f"{path}.hour_minutes", least=1, most=1440),
            round_to=self.decimal_text(found["round_to"], f"{path}.round_to"),
            time_zone=self.zone(found["time_zone"], f"{path}.time_zone"),
            daily_limit_minutes=self.count(found, "daily_limit_minutes", path, most=1440),
            max_rate=Decimal(self.whole(found["max_rate"], f"{path}.max_rate", least=1, most=FASTEST_RATE)),
            holds=frozenset(self.each(found.get("holds", []), f"{path}.holds", lambda one, at: self.one_of(one, at, HOLDABLE), least=0)),
        )
        providers = self.each(found.get("trusted_providers", []), f"{path}.trusted_providers", self.text, least=0)
        return (policy, frozenset(providers), self.share(found["finished_share"], f"{path}.finished_share"))

    def named(self, value: Any, path: str) -> Named:
        """Read a key with a name."""
        found = self.part(value, path, {"key", "name"})
        return (
            Named(self.slug(found["key"], f"{path}.key"), self.both(found["name"], f"{path}.name"))
            if found
            else Named("", BilingualText("", ""))
        )

    def phase(self, value: Any, path: str) -> Phase:
        """Read a phase; days, months and hours may each be missing."""
        found = self.part(value, path, {"key", "name", "mode"}, {"days", "months", "hours", "online_plan"})
        if not found:
            return Phase("", BilingualText("", ""), "online")
        mode: Mode = self.one_of(found["mode"], f"{path}.mode", MODES)
        plan = found.get("online_plan", False)
        return Phase(
            key=self.slug(found["key"], f"{path}.key"),
            name=self.both(found["name"], f"{path}.name"),
            mode=mode,
            days=self.count(found, "days", path, most=366),
            months=self.count(found, "months", path, most=60),
            hours=self.count(found, "hours", path),
            online_plan=self.boolean(plan, f"{path}.online_plan"),
        )

    def track(self, value: Any, path: str) -> Track:
        """Read a track."""
        found = self.part(value, path, {"key", "name"}, {"subjects", "per_head"})
        if not found:
            return Track("", BilingualText("", ""))
        return Track(
            key=self.slug(found["key"], f"{path}.key"),
            name=self.both(found["name"], f"{path}.name"),
            subjects=self.each(found.get("subjects", []), f"{path}.subjects", self.both, least=0),
            per_head=self.count(found, "per_head", path, most=10**7),
        )

    def requirement(self, value: Any, path: str, everybody: frozenset[str]) -> Requirement:
        """Read a requirement; one that names no tracks holds for `everybody`."""
        found = self.part(value, path, {"key", "kind", "title"}, {"target", "tracks", "phase"})
        if not found:
            return Requirement("", "tasks", BilingualText("", ""), None, frozenset())
        kind: Kind = self.one_of(found["kind"], f"{path}.kind", KINDS)
        target = self.count(found, "target", path)
        named = self.each(found["tracks"], f"{path}.tracks", self.slug) if "tracks" in found else ()
        return Requirement(
            key=self.slug(found["key"], f"{path}.key"),
            kind=kind,
            title=self.both(found["title"], f"{path}.title"),
            target=None if target is None else Decimal(target),
            tracks=frozenset(named) or everybody,
            phase=self.slug(found["phase"], f"{path}.phase") if "phase" in found else None,
        )

    def role(self, value: Any, path: str) -> CommunityRole:
        """Read one role of a learning community."""
        found = self.part(value, path, {"key", "name", "each", "total"})
        if not found:
            return CommunityRole("", BilingualText("", ""), 1, 1)
        each, total = (self.whole(found[name], f"{path}.{name}", least=1) for name in ("each", "total"))
        return CommunityRole(self.slug(found["key"], f"{path}.key"), self.both(found["name"], f"{path}.name"), each, total)

    def rules(self, value: Any, path: str) -> Rules:
        """Read the rules that hold for classes."""
        names = {"selection_closes", "practical_share", "staff", "integrity", "filings", "deliverables", "rates"}
        found = self.part(value, path, names, {"absent_half_days", "appeal_days", "second_confirmation"})
        if not found:
            return NO_RULES
        return Rules(
            selection_closes=self.day(found["selection_closes"], f"{path}.selection_closes"),
            practical_share=self.share(found["practical_share"], f"{path}.practical_share"),
            staff=self.each(found["staff"], f"{path}.staff", self.named),
            integrity=self._integrity(found["integrity"], f"{path}.integrity"),
            filings=self.each(found["filings"], f"{path}.filings", self._filing),
            deliverables=self.each(found["deliverables"], f"{path}.deliverables", self._deliverable),
            rates=self._rates(found["rates"], f"{path}.rates"),
            absent_half_days=self.count(found, "absent_half_days", path, 366),
            appeal_days=self.count(found, "appeal_days", path, 366) or USUAL_APPEAL_DAYS,
            second_confirmation=self.boolean(found.get("second_confirmation", False), f"{path}.second_confirmation"),
        )

    def _integrity(self, value: Any, path: str) -> Integrity:
        found = self.part(value, path, {"causes", "years", "bars", "starts"})
        if not found:
            return Integrity(frozenset(), 1, BARS[0], STARTS[0])
        causes = self.each(found["causes"], f"{path}.causes", lambda one, where: self.one_of(one, where, CAUSES))
        years = self.whole(found["years"], f"{path}.years", least=1, most=30)
        return Integrity(
            frozenset(causes),
            years,
            self.one_of(found["bars"], f"{path}.bars", BARS),
            self.one_of(found["starts"], f"{path}.starts", STARTS),
        )

    def _filing(self, value: Any, path: str) -> Filing:
        found = self.part(value, path, {"key", "name"}, {"on", "days_before_opening"})
        if not found:
            return Filing("", BilingualText("", ""), None, None)
        if ("on" in found) == ("days_before_opening" in found):
            self.refuse("one-deadline", path)
        on = self.day(found["on"], f"{path}.on") if "on" in found else None
        return Filing(
            self.slug(found["key"], f"{path}.key"),
            self.both(found["name"], f"{path}.name"),
            on,
            self.count(found, "days_before_opening", path, 366),
        )

    def _deliverable(self, value: Any, path: str) -> Deliverable:
        found = self.part(value, path, {"key", "name", "per", "least"}, {"people", "days_after_end"})
        if not found:
            return Deliverable("", BilingualText("", ""), PER[0], 1, None, None)
        return Deliverable(
            key=self.slug(found["key"], f"{path}.key"),
            name=self.both(found["name"], f"{path}.name"),
            per=self.one_of(found["per"], f"{path}.per", PER),
            least=self.whole(found["least"], f"{path}.least", least=1, most=1000),
            people=self.count(found, "people", path),
            days_after_end=self.count(found, "days_after_end", path, 366),
        )

    def _rates(self, value: Any, path: str) -> Rates:
        found = self.part(value, path, {"currency", "face_to_face_day", "online_hour"})
        if not found:
            return Rates("", 0, 0)
        amounts = (self.whole(found[name], f"{path}.{name}", most=10**6) for name in ("face_to_face_day", "online_hour"))
        return Rates(self.text(found["currency"], f"{path}.currency"), *amounts)
