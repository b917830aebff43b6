"""Write a certificate as PDF, with a QR code that leads to its verification page; remember each file that was handed out."""

import hashlib
import hmac
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import Session

from lms.certification.models import IssuedFile
from lms.certification.printed_words import printed_words
from lms.certification.words import requirement_words, version_words
from lms.crediting.models import Certificate
from lms.i18n import is_chinese, pick
from lms.printing.qr_code import verification
from lms.printing.typesetting import logo_values, write_pdf
from lms.sealing import derived
from lms.signing.signature_words import signature_words
from lms.signing.site_key import SiteKey
from lms.transcripts.words import rules_words

TEMPLATE = Path(__file__).parent / "certificate.typ"
PURPOSE = "files of certificates that were handed out"


@dataclass(frozen=True, slots=True)
class PrintOrder:
    """The values beside a certificate's contents: its digest, its verification page, the key that will sign it, and its logo as PNG.

    `sample`: it is a preview, which says so across the page.
    """

    fingerprint: str
    address: str
    site: SiteKey
    logo: bytes | None = None
    sample: bool = False


def of_certificate(certificate: Certificate, order: PrintOrder) -> bytes:
    """Return a certificate as PDF, not signed yet."""
    return write_pdf(TEMPLATE, content_of(certificate, order), certificate.issued_at)


def content_of(certificate: Certificate, order: PrintOrder) -> dict[str, Any]:
    """Return all printed texts."""
    facts, person = certificate.facts, certificate.person or {}
    number = _("Certificate number %(number)s", number=certificate.number)
    if certificate.version > 1:
        number = f"{number} · {version_words(certificate.version)}"
    said = printed_words(certificate)
    return {
        "language": "zh" if is_chinese() else "en",
        "title": said.title,
        "tracking": 8 if is_chinese() else 1,
        "number": number,
        "name": person.get("name", ""),
        "school": person.get("school", ""),
        "statement": said.text,
        "closing": said.closing,
        "requirements": [[pick(one["zh"], one["en"]), requirement_words(one)] for one in facts["requirements"]],
        **verification(order.address),
        "verify": _("Anyone can verify this certificate: scan the code, or open the page and type the number."),
        "fingerprint_label": _("Fingerprint"),
        "fingerprint": order.fingerprint,
        "rules": _("Rules: %(version)s", version=rules_words(facts["programme"])),
        "seal": _("Seal and signature"),
        "signature": signature_words(order.site),
        "is_signed": order.site.key is not None,
        "seal_words": _("Electronic seal"),
        "issuer": said.issuer,
        "logo": logo_values(order.logo),
        "logo_alt": _("Logo of %(issuer)s", issuer=said.issuer),
        "sample": _("SAMPLE – NOT A CERTIFICATE") if order.sample else "",
        "date": said.date,
    }


def note_file(session: Session, certificate: Certificate, content: bytes, secret_key: str, now: datetime, signer: str = "") -> None:
    """Remember a PDF that is handed out, and the certificate that signed it; the same file is remembered once."""
    sha256, language = hashlib.sha256(content).hexdigest(), "zh" if is_chinese() else "en"
    known = select(IssuedFile.id).where(IssuedFile.certificate_id == certificate.id, IssuedFile.sha256 == sha256)
    if session.scalar(known) is None:
        seal = seal_of(certificate.id, sha256, secret_key)
        session.add(
            IssuedFile(certificate_id=certificate.id, sha256=sha256, language=language, made_at=now, seal=seal, signer_sha256=signer)
        )


def seal_of(certificate_id: int, sha256: str, secret_key: str) -> str:
    """Return the seal of a file. Only the site can make it, so a row that somebody else adds to the database proves nothing."""
    return hmac.digest(derived(secret_key, PURPOSE), f"{certificate_id} {sha256}".encode(), hashlib.sha256).hex()


def is_issued(session: Session, certificate: Certificate, sha256: str, secret_key: str) -> bool:
    """Say whether a file with this SHA-256 was handed out as this certificate."""
    query = select(IssuedFile.seal).where(IssuedFile.certificate_id == certificate.id, IssuedFile.sha256 == sha256)
    right = seal_of(certificate.id, sha256, secret_key)
    return any(hmac.compare_digest(one, right) for one in session.scalars(query))
