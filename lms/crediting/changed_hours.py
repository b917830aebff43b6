"""The hours that the last change of a class's days changed. The ledger shows them, because entries name their basis."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select, tuple_
from sqlalchemy.orm import Session

from lms.classes.models import ClassChange, Enrolment
from lms.crediting.chain import SECONDS
from lms.crediting.models import LedgerEntry, Observation

OF_DAYS = ("starts_on", "ends_on", "counts_within", "closed", "reopened")
AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class DayChange:
    """The last change of a class's days, and the seconds by which it changed hours (by enrolment, without zeros)."""

    at: datetime
    seconds: Mapping[int, int]


def last_change(session: Session, class_id: int) -> DayChange | None:
    """Return the effect of the last change of days so far; None if the days were never changed."""
    own = (ClassChange.class_id == class_id, ClassChange.enrolment_id.is_(None), ClassChange.what.in_(OF_DAYS))
    at = session.scalar(select(ClassChange.at).where(*own).order_by(ClassChange.id.desc()).limit(1))
    return None if at is None else DayChange(at, _changed(session, class_id, at))


def _changed(session: Session, class_id: int, since: datetime) -> Mapping[int, int]:
    """Return the sums of the entries that were written for the change: the first ones that rest on other class data."""
    columns = (LedgerEntry.enrolment_id, LedgerEntry.number, LedgerEntry.unit, LedgerEntry.amount, LedgerEntry.recorded_at)
    query = select(*columns, LedgerEntry.class_sha256).join(Enrolment, Enrolment.id == LedgerEntry.enrolment_id)
    rows = session.execute(query.where(Enrolment.class_id == class_id, LedgerEntry.recorded_at >= since).order_by(LedgerEntry.number))
    entries: dict[int, list[LedgerEntry]] = defaultdict(list)
    for row in rows:
        entries[row.enrolment_id].append(row)  # type: ignore[arg-type]  # rows with the columns that are read
    rested = _rested(session, [(number, own[0].number - 1) for number, own in entries.items()])
    begun = {number: own for number, own in entries.items() if number not in rested}
    studied = _studied_after(session, list(begun), since)
    first = {number: own for number, own in begun.items() if own[0].recorded_at == since or number not in studied}
    found = {number: _sum(own, rested.get(number)) for number, own in entries.items() if number in rested or number in first}
    return {number: seconds for number, seconds in found.items() if seconds}


def _studied_after(session: Session, enrolment_ids: Sequence[int], since: datetime) -> set[int]:
    """Return the enrolments with later evidence: an account that begins after the change may begin with that evidence."""
    later = Observation.at > int(since.timestamp())
    found: set[int] = set()
    for start in range(0, len(enrolment_ids), AT_ONCE):
        own = Observation.enrolment_id.in_(enrolment_ids[start : start + AT_ONCE])
        found.update(session.scalars(select(Observation.enrolment_id).where(own, later).distinct()))
    return found


def _rested(session: Session, places: Sequence[tuple[int, int]]) -> dict[int, str | None]:
    """Return the class data on which entries rest, by enrolment."""
    found: dict[int, str | None] = {}
    columns = (LedgerEntry.enrolment_id, LedgerEntry.class_sha256)
    for start in range(0, len(places), AT_ONCE):
        wanted = tuple_(LedgerEntry.enrolment_id, LedgerEntry.number).in_(places[start : start + AT_ONCE])
        found |= {row[0]: row[1] for row in session.execute(select(*columns).where(wanted))}
    return found


def _sum(entries: Sequence[LedgerEntry], before: str | None) -> int:
    first = next((one for one in entries if one.class_sha256 != before), None)
    if first is None:
        return 0
    together = [one for one in entries if one.recorded_at == first.recorded_at and one.class_sha256 == first.class_sha256]
    return sum(one.amount for one in together if one.unit == SECONDS)
