"""Read the attestations from an evidence bundle: attended, accepted, logged and waived."""

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import Any

from courses.strict_json.problem import Problem
from lms.hours.exact import plain_text
from lms.hours.track_reading import TrackReader
from lms.hours.track_values import Accepted, Attended, Attestation, Logged, Waived
from lms.hours.values import Policy

ATTESTED = {
    "attended": frozenset({"kind", "place", "in"}),
    "accepted": frozenset({"kind", "requirement", "task", "at"}),
    "logged": frozenset({"kind", "requirement", "log", "on"}),
    "waived": frozenset({"kind", "id", "requirement", "amount"}),
}


class AttestationReader(TrackReader):
    """Reads observations that staff and authorities attest."""

    def attestation(self, value: Any, path: str, policy: Policy | None) -> Attestation | None:
        """Read what was attended, accepted, logged or waived."""
        kind = value["kind"]
        found = self.object(value, path, ATTESTED[kind], {"statement"} | ({"out"} if kind == "attended" else set()))
        if found is None:
            return None
        if kind == "attended":
            place = self.known_name(found["place"], f"{path}.place", self.known.sessions, "sessions")
            if "out" in found:
                return Attended(place, *self.span(found, path, "in", "out"))
            return Attended(place, self.instant(found["in"], f"{path}.in") or 0, None)
        at = f"{path}.requirement"
        if kind == "accepted":
            name = self.requirement_name(found["requirement"], at, "tasks")
            return Accepted(name, self.text(found["task"], f"{path}.task"), self.instant(found["at"], f"{path}.at") or 0)
        if kind == "logged":
            name = self.requirement_name(found["requirement"], at, "months")
            return Logged(name, self.text(found["log"], f"{path}.log"), self.day(found["on"], f"{path}.on"))
        name = self.requirement_name(found["requirement"], at)
        return Waived(self.text(found["id"], f"{path}.id"), name, self._waived(found["amount"], f"{path}.amount", name, policy))

    def _waived(self, value: Any, path: str, requirement: str, policy: Policy | None) -> Decimal:
        """Read an amount that is whole in the ledger's unit: seconds, half-days, months, tasks or courses."""
        problems = len(self.problems)
        amount = self.amount(value, path)
        kind = self.known.kind_of(requirement)
        whole = {"hours": 60 * policy.hour_minutes if policy else 0, "days": 2}.get(str(kind), 1)
        if problems == len(self.problems) and kind is not None and amount.as_integer_ratio()[0] * whole % amount.as_integer_ratio()[1]:
            units = {"hours": "seconds", "days": "half-days"}.get(str(kind), kind)
            self.refuse("part-of-a-unit", path, amount=plain_text(amount), units=str(units))
        return amount


def contradictions(attestations: Iterable[tuple[str, Attestation]]) -> list[Problem]:
    """Return a problem for every log with two dates, and for every waiver whose id was used before for another waiver."""
    dates: dict[tuple[str, str], date] = {}
    waivers: dict[str, Waived] = {}
    problems = []
    for path, seen in attestations:
        if isinstance(seen, Logged) and dates.setdefault((seen.requirement, seen.log), seen.on) != seen.on:
            other = dates[seen.requirement, seen.log].isoformat()
            problems.append(Problem("log-dated-twice", f"{path}.on", {"log": repr(seen.log), "date": other}))
        elif isinstance(seen, Waived) and waivers.setdefault(seen.id, seen) != seen:
            problems.append(Problem("waiver-twice", f"{path}.id", {"id": repr(seen.id)}))
    return problems
