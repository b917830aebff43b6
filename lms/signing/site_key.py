"""The site's signing key as it is now: can documents be signed, and why not? And the certificates that signed here before."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from flask import Flask, current_app
from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import Session

from lms.clock import now
from lms.config import Settings
from lms.db import database, transaction
from lms.errors import Conflict
from lms.signing import key as keys
from lms.signing.jws import sign_text
from lms.signing.key import KeyProblem, KeyRefused, SigningKey
from lms.signing.models import SigningCertificate
from lms.signing.pades import sign_pdf
from lms.signing.words import problem_words
from lms.site_settings import site_settings

Sign = Callable[[bytes, str], bytes]  # a PDF and the words that say which document it is → the signed PDF
LOADED = "signing_key"  # in the app's extensions: what was loaded, and from which state of the files


@dataclass(frozen=True, slots=True)
class SiteKey:
    """The key, and why nothing can be signed with it. Without a key and a problem, documents are not signed on this site."""

    key: SigningKey | None = None
    problem: KeyProblem | None = None
    file: Path | None = None

    @property
    def self_signed(self) -> bool:
        """Whether nobody else vouches for the site's certificate."""
        return self.key is not None and keys.is_self_signed(self.key.certificate)


def site_key() -> SiteKey:
    """Return the site's key as it is now. The files are read again only after they have changed."""
    settings = site_settings()
    files = keys.files_of(settings)
    if not files:
        return SiteKey()
    found = _loaded(settings, files)
    if found.key is None:
        return found
    return SiteKey(found.key, found.key.problem_at(now()) or _revoked(found.key), found.file)


def _loaded(settings: Settings, files: Sequence[Path]) -> SiteKey:
    state = [(one, _mark(one)) for one in files]
    known: tuple[object, SiteKey] | None = current_app.extensions.get(LOADED)
    if known is not None and known[0] == state:
        return known[1]
    try:
        found = SiteKey(keys.load(settings), None, files[0])
    except KeyRefused as error:
        found = SiteKey(None, error.problem, error.file)
    current_app.extensions[LOADED] = (state, found)
    return found


def _mark(file: Path) -> tuple[int, int]:
    try:
        found = file.stat()
    except OSError:
        return 0, 0
    return found.st_mtime_ns, found.st_size


def _revoked(key: SigningKey) -> KeyProblem | None:
    with database().reader() as session:
        row = certificate_of(session, key.sha256)
        return KeyProblem.REVOKED if row is not None and row.revoked_at is not None else None


def demand() -> SiteKey:
    """Return the site's key, so that nothing is issued that could not be signed afterwards.

    Raises:
        Conflict: a key is set up and cannot sign.
    """
    found = site_key()
    if found.problem is not None:
        why = problem_words(found.problem)
        said = _("Nothing was issued, because the key that signs the documents of this site cannot be used. %(why)s", why=why)
        raise Conflict(f"{said} {_('Tell the system administrator.')}", code="signing-key")
    return found


def signer_of(site: SiteKey) -> str:
    """Return the fingerprint of the certificate that signs now; empty if documents are not signed."""
    return site.key.sha256 if site.key is not None else ""


def signed(content: bytes, reason: str) -> bytes:
    """Return a PDF signed with the site's key, or unchanged if documents are not signed on this site.

    Raises:
        Conflict: the key cannot sign.
    """
    _site, sign = signer()
    return sign(content, reason)


def signer() -> tuple[SiteKey, Sign]:
    """Return the site's key, and a function that signs a PDF with it as of now, in any thread, or returns it unchanged without a key.

    Raises:
        Conflict: the key cannot sign.
    """
    found, at = demand(), now()
    key = found.key
    if key is None:
        return found, lambda content, _reason: content
    _note(key)
    return found, lambda content, reason: sign_pdf(content, key, at, reason)


def sign_as_site(content: bytes) -> str:
    """Return a text with the site's signature as JSON Web Signature.

    Raises:
        Conflict: this site does not sign its documents, or its key cannot sign.
    """
    found = demand()
    if found.key is None:
        said = _("This site does not sign its documents, so there is no signed file. Take the unsigned one.")
        raise Conflict(said, code="no-signing-key")
    _note(found.key)
    return sign_text(content, found.key)


def _note(key: SigningKey) -> None:
    """Remember the certificate when it signs for the first time."""
    app: Flask = current_app._get_current_object()  # type: ignore[attr-defined]
    noted: set[str] = app.extensions.setdefault("signing_certificates_noted", set())
    if key.sha256 in noted:
        return
    with database().reader() as session:
        known = certificate_of(session, key.sha256) is not None
    if not known:
        with transaction() as writing:
            if certificate_of(writing, key.sha256) is None:
                whole = key.certificate.public_bytes(Encoding.DER)
                writing.add(SigningCertificate(sha256=key.sha256, certificate=whole, first_used_at=now()))
    noted.add(key.sha256)


def certificate_of(session: Session, sha256: str) -> SigningCertificate | None:
    """Return a certificate with which this site has signed."""
    return session.scalar(select(SigningCertificate).where(SigningCertificate.sha256 == sha256))


def certificates(session: Session) -> Sequence[SigningCertificate]:
    """Return all certificates with which this site has signed, the oldest first."""
    return session.scalars(select(SigningCertificate).order_by(SigningCertificate.id)).all()


def pem_of(row: SigningCertificate) -> str:
    """Return a certificate as text, for other programs."""
    return x509.load_der_x509_certificate(row.certificate).public_bytes(Encoding.PEM).decode()


def revoke(session: Session, sha256: str, reason: str, at: datetime) -> SigningCertificate | None:
    """Revoke a certificate, for example because its key was stolen; return None if this site never signed with it."""
    row = certificate_of(session, sha256)
    if row is not None and row.revoked_at is None:
        row.revoked_at, row.reason = at, reason
    return row
