"""Read an enrolment's credited seconds by activity: the ledger's sums, for pages."""

from collections.abc import Iterable

from sqlalchemy.orm import Session

from lms.crediting import ledger


def credited_by_activity(session: Session, enrolment_id: int) -> dict[str, int]:
    """Return credited seconds by activity ('<course code>:<activity key>')."""
    return credited_of_many(session, [enrolment_id])[enrolment_id]


def credited_of_many(session: Session, enrolment_ids: Iterable[int]) -> dict[int, dict[str, int]]:
    """Return credited seconds by enrolment and activity."""
    return {number: ledger.seconds_of(account) for number, account in ledger.sums(session, enrolment_ids).items()}
