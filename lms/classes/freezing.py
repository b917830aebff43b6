"""Is the account of an enrolment frozen, and why? A frozen account stays as it is: nothing decides its hours again."""

from enum import StrEnum

from sqlalchemy import ColumnElement

from lms.classes.models import Enrolment


class FreezeReason(StrEnum):
    """The reasons for which an account can be frozen."""

    ERASED = "erased"  # the person's evidence was erased on purpose


def frozen_because(enrolment: Enrolment) -> FreezeReason | None:
    """Return why an account is frozen; None if it is not."""
    return FreezeReason.ERASED if enrolment.evidence_erased_at is not None else None


def is_frozen() -> ColumnElement[bool]:
    """Return the condition that the account of an enrolment is frozen, for any reason."""
    return Enrolment.evidence_erased_at.is_not(None)
