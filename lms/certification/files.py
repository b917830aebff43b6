"""The files of certificates that were handed out: made and signed once in each language, then returned as they are."""

import hashlib
from collections.abc import Sequence

from flask_babel import gettext as _
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from lms.certification import pdf
from lms.certification.models import IssuedFile
from lms.clock import now
from lms.crediting.models import Certificate
from lms.db import database, transaction
from lms.errors import Conflict
from lms.i18n import is_chinese
from lms.printing.letterheads import logo_of
from lms.signing.site_key import certificate_of, demand, signed, signer_of
from lms.storage import storage

LANGUAGES = ("zh", "en")


def certificate_pdf(certificate: Certificate, fingerprint: str, address: str, secret_key: str) -> bytes:
    """Return a certificate as PDF. A signed file is the same each time, until its signing key is revoked.

    Raises:
        Conflict: the signing key cannot sign, or the logo is damaged; nothing was issued.
    """
    site = demand()
    if site.key is not None and (kept := _kept(certificate, secret_key)) is not None:
        return kept
    order = pdf.PrintOrder(fingerprint, address, site, _logo(certificate))
    content = signed(pdf.of_certificate(certificate, order), reason_of(certificate))
    if site.key is not None:
        storage().put(name_in_store(certificate.id, _language()), content)
    with transaction() as writing:
        pdf.note_file(writing, certificate, content, secret_key, now(), signer_of(site))
    return content


def _logo(certificate: Certificate) -> bytes | None:
    sha256 = certificate.facts.get("logo", "")
    with database().reader() as session:
        found = logo_of(session, sha256)
    if sha256 and found is None:
        said = _("Nothing was issued: the logo of this certificate is missing or damaged. Ask the operator to restore it from a backup.")
        raise Conflict(said, code="logo")
    return found


def reason_of(certificate: Certificate) -> str:
    """Return the words in the signature that say which document it is."""
    return f"Certificate {certificate.number}, version {certificate.version}"


def name_in_store(certificate_id: int, language: str) -> str:
    """Return the name of a signed file in the file store."""
    return f"certificates/{certificate_id}/{language}.pdf"


def _language() -> str:
    return "zh" if is_chinese() else "en"


def _kept(certificate: Certificate, secret_key: str) -> bytes | None:
    """Return the signed file that was handed out before, if it is whole and its key is not revoked."""
    try:
        content = storage().get(name_in_store(certificate.id, _language()))
    except FileNotFoundError:
        return None
    sha256 = hashlib.sha256(content).hexdigest()
    with database().reader() as session:
        if not pdf.is_issued(session, certificate, sha256, secret_key):
            return None
        query = select(IssuedFile.signer_sha256).where(IssuedFile.certificate_id == certificate.id, IssuedFile.sha256 == sha256)
        signer = certificate_of(session, session.scalars(query).first() or "")
        return content if signer is not None and signer.revoked_at is None else None


def forget(session: Session, enrolment_ids: Sequence[int]) -> list[str]:
    """Delete what is kept about the files of people who are erased. Return the files to delete when that is committed."""
    own = session.scalars(select(Certificate.id).where(Certificate.enrolment_id.in_(enrolment_ids))).all()
    session.execute(delete(IssuedFile).where(IssuedFile.certificate_id.in_(own)))
    return [name_in_store(certificate_id, language) for certificate_id in own for language in LANGUAGES]
