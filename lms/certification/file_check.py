"""Which document is a file from outside, and is it exactly as this site issued it?"""

import hashlib
import hmac
import re
from dataclasses import dataclass
from enum import StrEnum

from cryptography import x509
from sqlalchemy import select
from sqlalchemy.orm import Session

from lms.certification import pdf
from lms.certification.models import IssuedFile
from lms.certification.numbers import read_number
from lms.crediting.models import VALID, Certificate
from lms.hours import load_json, recompute_file
from lms.signing.jws_check import NotSigned, certificate_in, is_jws, jws_content
from lms.signing.key import is_self_signed, name_of
from lms.signing.models import SigningCertificate
from lms.signing.pdf_check import PdfSignature, is_pdf, signature_of
from lms.signing.site_key import certificate_of

_REASON = re.compile(r"Certificate (\S{1,40}), version (\d{1,6})")


class FileState(StrEnum):
    """The possible results for a file."""

    AS_ISSUED = "as-issued"  # each byte is the one that was handed out
    SIGNED = "signed"  # the site's own signature covers the whole file
    SIGNED_OTHER = "signed-other"  # signed by the site, but neither a document for people nor an evidence bundle
    EDITED = "edited"  # it has a signature that does not fit the file any more
    OTHERS = "others"  # somebody else signed it
    REVOKED_KEY = "revoked-key"  # signed with a key of the site that was revoked
    UNKNOWN = "unknown"
    NOT_PDF = "not-pdf"


@dataclass(frozen=True, slots=True)
class BundleFacts:
    """The contents of a signed evidence bundle, and the hours that follow from it now (None: it cannot be recomputed)."""

    person: str  # digest
    enrolment: int
    training_class: str
    programme: str
    statements: int
    hours: str | None
    sha256: str  # of its bytes


@dataclass(frozen=True, slots=True)
class FileFinding:
    """The state of a file, its certificate if it claims to be one, and who signed it ('' for nobody)."""

    state: FileState
    certificate: Certificate | None = None
    signer: str = ""
    self_signed: bool = False
    bundle: BundleFacts | None = None
    said: str = ""  # the words in its signature that say which document it is


def examine(session: Session, content: bytes, secret_key: str) -> FileFinding:
    """Compare a file with those that were handed out, and check its signature."""
    if content[:100].lstrip().startswith(b"eyJ") and is_jws(content.decode("latin-1")):
        return _of_bundle(session, content)
    signature = signature_of(content)
    name, self_signed = _signer(signature)
    issued = _issued_as(session, hashlib.sha256(content).hexdigest(), secret_key)
    if issued is not None:
        return FileFinding(FileState.AS_ISSUED, issued, name, self_signed)
    if not is_pdf(content):
        return FileFinding(FileState.NOT_PDF)
    if signature is None:
        return FileFinding(FileState.EDITED if b"/ByteRange" in content else FileState.UNKNOWN)
    known = certificate_of(session, signature.certificate_sha256)
    claimed = _claimed(session, signature.reason) if known else None
    return FileFinding(_state(signature, known), claimed, name, self_signed, said=signature.reason)


def _of_bundle(session: Session, content: bytes) -> FileFinding:
    """Check the signed evidence bundle of one person. It is recomputed only if this site signed it."""
    try:
        bundle, sha256 = jws_content(content.decode("ascii"))
        known = certificate_of(session, sha256)
        name, self_signed = _holder(certificate_in(content.decode("ascii")))
    except (NotSigned, UnicodeDecodeError):
        return FileFinding(FileState.EDITED)
    if known is None:
        return FileFinding(FileState.OTHERS, None, name, self_signed)
    if known.revoked_at is not None:
        return FileFinding(FileState.REVOKED_KEY)
    facts = _facts_of(bundle)
    if facts is None:
        return FileFinding(FileState.SIGNED_OTHER, None, name, self_signed)
    return FileFinding(FileState.SIGNED, _certified_by(session, facts), name, self_signed, facts)


def _certified_by(session: Session, facts: BundleFacts) -> Certificate | None:
    """Return the certificate of whose hours a bundle is the evidence: the valid one of several, otherwise the latest."""
    own = (Certificate.enrolment_id == facts.enrolment, Certificate.bundle_sha256 == facts.sha256)
    return session.scalars(select(Certificate).where(*own).order_by((Certificate.state == VALID).desc(), Certificate.id.desc())).first()


def _facts_of(content: bytes) -> BundleFacts | None:
    """Return what a bundle of this site says; None for another document that it signed."""
    text = content.decode(errors="replace")
    document, problems = load_json(text)
    about = document.get("about") if isinstance(document, dict) and not problems else None
    if not isinstance(about, dict):
        return None
    answer, _wrong = recompute_file(text)
    programme = about["rules"]["programme"]
    named = f"{programme['code']} {programme['version']}"
    hours = str(answer["hours"]) if answer is not None else None
    whose = (about["person"], about["enrolment"], about["class"])
    return BundleFacts(*whose, named, len(about["statements"]), hours, hashlib.sha256(content).hexdigest())


def _state(signature: PdfSignature, known: SigningCertificate | None) -> FileState:
    if not (signature.intact and signature.whole):
        return FileState.EDITED
    if known is None:
        return FileState.OTHERS
    return FileState.SIGNED if known.revoked_at is None else FileState.REVOKED_KEY


def _signer(signature: PdfSignature | None) -> tuple[str, bool]:
    """Return the name in the signer's certificate, which anybody can write there, and whether nobody else vouches for it."""
    if signature is None:
        return "", False
    return _holder(signature.certificate)


def _holder(der: bytes) -> tuple[str, bool]:
    try:
        certificate = x509.load_der_x509_certificate(der)
        return name_of(certificate), is_self_signed(certificate)
    except ValueError:
        return "?", False


def _issued_as(session: Session, sha256: str, secret_key: str) -> Certificate | None:
    query = (
        select(IssuedFile, Certificate).join(Certificate, Certificate.id == IssuedFile.certificate_id).where(IssuedFile.sha256 == sha256)
    )
    for row, certificate in session.execute(query):
        if hmac.compare_digest(row.seal, pdf.seal_of(certificate.id, sha256, secret_key)):
            return certificate
    return None


def _claimed(session: Session, reason: str) -> Certificate | None:
    """Return the certificate that a signature names."""
    found = _REASON.fullmatch(reason)
    number = read_number(found[1]) if found else None
    if found is None or number is None:
        return None
    return session.scalar(select(Certificate).where(Certificate.number == number, Certificate.version == int(found[2])))
