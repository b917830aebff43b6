"""The evidence bundle as it was when a transcript was issued, so that the fingerprint printed on it can still be checked."""

import re
from datetime import datetime

from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import Session

from lms.classes.freezing import FreezeReason, frozen_because
from lms.crediting.certified import bundle_text
from lms.crediting.evidence import cases_of
from lms.crediting.models import VALID, Certificate
from lms.crediting.moments import SECOND, moments_of
from lms.crediting.policy import policies_before, policies_of
from lms.crediting.standing import of_enrolments
from lms.errors import Conflict, Gone, InvalidInput, NotFound
from lms.transcripts.about import about_of
from lms.transcripts.transcript import bundle_of, fingerprint

LONGEST_MOMENT = 40
EARLIEST, LATEST = 1971, 9998  # years whose instants can be written in every time zone
FINGERPRINT = re.compile(r"[0-9a-f]{64}")


def read_moment(written: str) -> datetime:
    """Read the time that a transcript prints beside its fingerprint; fractions of a second are dropped.

    Raises:
        InvalidInput: it is not such a time.
    """
    try:
        found = datetime.fromisoformat(written[: LONGEST_MOMENT + 1].strip())
    except ValueError:
        found = None
    if found is None or found.tzinfo is None or not EARLIEST <= found.year <= LATEST:
        raise InvalidInput(_("The time must be written as on the transcript, such as 2026-03-02T02:17:40Z."))
    return found.replace(microsecond=0)


def bundle_at(session: Session, enrolment_id: int, at: datetime, printed: str = "") -> str:
    """Return the bundle that a transcript of that moment was issued with; `printed` is its fingerprint.

    Without `printed` it is the likeliest bundle: compare its hash with the printed one.

    Raises:
        InvalidInput: `printed` is not a fingerprint.
        Gone: the evidence was erased.
        Conflict: no bundle that can be derived has this fingerprint.
        NotFound: there is no such enrolment.
    """
    wanted = printed.strip().lower()
    if wanted and not FINGERPRINT.fullmatch(wanted):
        raise InvalidInput(_("The fingerprint must be the 64 characters that the transcript prints."))
    standings = of_enrolments(session, [enrolment_id])
    if not standings:
        raise NotFound(_("There is no such enrolment."))
    if frozen_because(standings[0].enrolment) is FreezeReason.ERASED:
        raise Gone(_("The evidence was erased on purpose, so no earlier bundle can be had either. The hours stay in the ledger."))
    certified = _certified(session, enrolment_id, at, wanted)
    if certified is not None:
        return certified
    rules = [policies_of(session, [enrolment_id]), *policies_before(session, [enrolment_id])]
    for then in moments_of(session, enrolment_id, at):
        about = about_of(session, standings, then)[enrolment_id]
        for policies in rules:
            bundle = bundle_of(cases_of(session, policies, then=then)[enrolment_id], about)
            if not wanted or fingerprint(bundle) == wanted:
                return bundle
    raise Conflict(
        _(
            "The evidence of that moment does not give this fingerprint. Check the time and the fingerprint. If they are right, the name, "
            "the class or the rules were changed since, or the transcript is not genuine; compare the ledger checksum."
        )
    )


def _certified(session: Session, enrolment_id: int, at: datetime, wanted: str) -> str | None:
    """Return the frozen bundle of the certificate that the fingerprint names; without a fingerprint, that of a valid one of that moment."""
    own = select(Certificate).where(Certificate.enrolment_id == enrolment_id, Certificate.bundle.is_not(None)).order_by(Certificate.id)
    for one in session.scalars(own):
        if one.bundle_sha256 == wanted or (not wanted and one.state == VALID and one.issued_at <= at + SECOND):
            return bundle_text(one)
    return None
