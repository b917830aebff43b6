"""Is the account of an enrolment frozen, and why? A frozen account stays as it is: nothing decides its hours again."""

from enum import StrEnum

from sqlalchemy import ColumnElement, or_

from lms.classes.models import Enrolment


class FreezeReason(StrEnum):
    """The reasons for which an account can be frozen."""

    ERASED = "erased"  # the person's evidence was erased on purpose
    CERTIFIED = "certified"  # a certificate is valid; later evidence is kept, and counts only if the certificate is superseded


def frozen_because(enrolment: Enrolment) -> FreezeReason | None:
    """Return why an account is frozen; None if it is not. Both reasons can hold at once: then the evidence is gone, which weighs more."""
    if enrolment.evidence_erased_at is not None:
        return FreezeReason.ERASED
    return FreezeReason.CERTIFIED if enrolment.certified_at is not None else None


def is_frozen() -> ColumnElement[bool]:
    """Return the condition that the account of an enrolment is frozen, for any reason."""
    return or_(is_erased(), Enrolment.certified_at.is_not(None))


def is_erased() -> ColumnElement[bool]:
    """Return the condition that the evidence of an enrolment was erased: nothing new is kept either."""
    return Enrolment.evidence_erased_at.is_not(None)
