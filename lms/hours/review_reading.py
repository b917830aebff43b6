"""Read from an evidence bundle which flags hold hours, and the decisions of reviewers: released and refused."""

from typing import Any

from lms.hours.attestation_reading import AttestationReader
from lms.hours.hold_values import HOLDABLE, FlagKind, Reviewed

REVIEWED = ("released", "refused")
FIELDS = frozenset({"kind", "flag", "activity", "session", "id", "at"})


class ReviewReader(AttestationReader):
    """Reads what is held and what was decided about it."""

    def holds(self, value: Any, path: str) -> frozenset[FlagKind]:
        """Read the kinds of flags that hold hours; none if the value is absent."""
        named = [] if value is None else self.array(value, path)
        said = {self.choice(one, f"{path}[{index}]", HOLDABLE) for index, one in enumerate(named)}
        return frozenset(kind for kind in HOLDABLE if kind in said)

    def review(self, value: Any, path: str) -> Reviewed | None:
        """Read one decision, or one refused part of it. A part has both of its ends."""
        part = isinstance(value, dict) and value["kind"] == "refused" and ("from" in value or "to" in value)
        found = self.object(value, path, FIELDS | ({"from", "to"} if part else set()), {"statement"})
        if found is None:
            return None
        start, end = self.span(found, path, "from", "to") if part else (None, None)
        return Reviewed(
            flag=self.choice(found["flag"], f"{path}.flag", HOLDABLE),
            activity=self.known_name(found["activity"], f"{path}.activity", self.known.activities, "activities"),
            session=self.text(found["session"], f"{path}.session"),
            id=self.text(found["id"], f"{path}.id"),
            at=self.instant(found["at"], f"{path}.at") or 0,
            refused=found["kind"] == "refused",
            start=start,
            end=end,
        )
