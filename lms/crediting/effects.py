"""Preview the effect of a change on accounts: make it, decide everybody again, and undo it, all inside a transaction."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from lms.crediting.evidence import cases_of
from lms.crediting.policy import policies_of
from lms.hours import RequirementResult, recompute

Judged = Mapping[str, RequirementResult]


@dataclass(frozen=True, slots=True)
class AccountEffect:
    """The effect of a change on one enrolment: its requirements before and after, by key; empty if there is no such track."""

    enrolment_id: int
    before: Judged
    after: Judged

    @property
    def changed(self) -> frozenset[str]:
        """Return the requirements whose earned or required amount changes."""
        keys = self.before.keys() | self.after.keys()
        return frozenset(key for key in keys if self.before.get(key) != self.after.get(key))


def effects_of(session: Session, enrolment_ids: Collection[int], change: Callable[[], object], now: datetime) -> list[AccountEffect]:
    """Return the effect of `change` on these enrolments, in the order of their ids; nothing of it stays.

    `session` is for writing. Accounts are decided from all evidence up to `now`, so both sides include evidence that is not credited
    yet.
    """
    before = _judged(session, enrolment_ids, now)
    with session.begin_nested() as trial:
        change()
        session.flush()
        after = _judged(session, enrolment_ids, now)
        trial.rollback()
    session.expire_all()
    return [AccountEffect(number, before[number], after[number]) for number in sorted(enrolment_ids)]


def _judged(session: Session, enrolment_ids: Collection[int], now: datetime) -> dict[int, Judged]:
    cases = cases_of(session, policies_of(session, enrolment_ids), now)
    tracks = {number: recompute(case).track for number, case in cases.items()}
    return {number: {} if track is None else track.requirements for number, track in tracks.items()}
