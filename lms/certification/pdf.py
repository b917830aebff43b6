"""Write a certificate as PDF, with a QR code that leads to its verification page; remember each file that was handed out."""

import hashlib
import hmac
from datetime import date, datetime
from decimal import Decimal
from io import BytesIO
from pathlib import Path
from typing import Any

import segno
from flask_babel import format_date
from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import Session

from lms.certification.models import IssuedFile
from lms.certification.words import requirement_words, version_words
from lms.crediting.models import Certificate
from lms.i18n import is_chinese, local_time, pick, write_hours
from lms.sealing import derived
from lms.signing.printed import signature_words
from lms.signing.site_key import SiteKey
from lms.transcripts.pdf import write_pdf

TEMPLATE = Path(__file__).parent / "certificate.typ"
PURPOSE = "files of certificates that were handed out"


def of_certificate(certificate: Certificate, fingerprint: str, address: str, site: SiteKey) -> bytes:
    """Return a certificate as PDF, not signed yet; `address` is its verification page, `site` the key that will sign it."""
    return write_pdf(TEMPLATE, content_of(certificate, fingerprint, address, site), certificate.issued_at)


def content_of(certificate: Certificate, fingerprint: str, address: str, site: SiteKey) -> dict[str, Any]:
    """Return all printed texts."""
    facts, person = certificate.facts, certificate.person or {}
    number = _("Certificate number %(number)s", number=certificate.number)
    if certificate.version > 1:
        number = f"{number} · {version_words(certificate.version)}"
    return {
        "language": "zh" if is_chinese() else "en",
        "title": _("Certificate of completion"),
        "tracking": 8 if is_chinese() else 1,
        "number": number,
        "name": person.get("name", ""),
        "school": person.get("school", ""),
        "statement": _statement(facts),
        "requirements": [[pick(one["zh"], one["en"]), requirement_words(one)] for one in facts["requirements"]],
        "qr": _qr(address),
        "qr_alt": _("QR code of the verification page: %(address)s", address=address),
        "verify": _("Anyone can verify this certificate: scan the code, or open the page and type the number."),
        "address": address,
        "fingerprint_label": _("Fingerprint"),
        "fingerprint": fingerprint,
        "seal": _("Seal and signature"),
        "signature": signature_words(site),
        "is_signed": site.key is not None,
        "seal_words": _("Electronic seal"),
        "issuer": facts["issuer"],
        "date": format_date(local_time(certificate.issued_at, facts["time_zone"]).date(), "long"),
    }


def _statement(facts: dict[str, Any]) -> str:
    begin, end = (format_date(date.fromisoformat(one), "long") for one in facts["period"])
    said = {
        "begin": begin,
        "end": end,
        "provider": facts["provider"],
        "programme": pick(facts["programme"]["zh"], facts["programme"]["en"]),
        "training_class": facts["class"]["name"],
    }
    text = _(
        "took part in the training “%(programme)s” (%(training_class)s) run by %(provider)s from %(begin)s to %(end)s, met every"
        " requirement and is certified as having completed it.",
        **said,
    )
    if not Decimal(facts["hours"]):
        return text
    hours = write_hours(Decimal(facts["hours"]))
    credited = _("Credited online: %(hours)s credit hours of %(n)s minutes.", hours=hours, n=facts["hour_minutes"])
    return text + credited if is_chinese() else f"{text} {credited}"


def _qr(address: str) -> str:
    """Return the QR code of an address as SVG."""
    drawn = BytesIO()
    segno.make(address, error="m", micro=False).save(drawn, kind="svg", border=0, xmldecl=False, svgns=True)
    return drawn.getvalue().decode()


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
