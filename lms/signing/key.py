"""Load the site's signing key and its certificate from files, and say what is wrong with them."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import Path

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_private_key, pkcs12
from cryptography.x509.oid import NameOID

from lms.config import Settings

LARGEST_FILE = 100_000
SHORTEST_RSA = 2048
CURVES = {"secp256r1", "secp384r1", "secp521r1"}
DEFAULT_FILE = "signing.pem"  # in the data folder
LONGEST_NAME = 80

PrivateKey = RSAPrivateKey | EllipticCurvePrivateKey


class KeyProblem(StrEnum):
    """The reasons why documents cannot be signed with a key."""

    MISSING = "missing"
    UNREADABLE = "unreadable"
    PASSWORD = "password"  # noqa: S105 – the name of a problem
    NO_CERTIFICATE = "no-certificate"
    MISMATCH = "mismatch"
    KIND = "kind"
    USAGE = "usage"
    NOT_YET = "not-yet"
    EXPIRED = "expired"
    REVOKED = "revoked"


class KeyRefused(Exception):
    """The files hold no usable key; `problem` says why, and `file` which file."""

    def __init__(self, problem: KeyProblem, file: Path) -> None:
        super().__init__(f"{file}: {problem}")
        self.problem, self.file = problem, file


@dataclass(frozen=True, slots=True)
class SigningKey:
    """A private key, its certificate, and the certificates above it."""

    private: PrivateKey
    certificate: x509.Certificate
    chain: tuple[x509.Certificate, ...] = ()

    @property
    def sha256(self) -> str:
        """The fingerprint of the certificate."""
        return self.certificate.fingerprint(SHA256()).hex()

    def problem_at(self, at: datetime) -> KeyProblem | None:
        """Return why nothing can be signed at this time; None if the certificate is in its period."""
        if at < self.certificate.not_valid_before_utc:
            return KeyProblem.NOT_YET
        return KeyProblem.EXPIRED if at > self.certificate.not_valid_after_utc else None


def is_self_signed(certificate: x509.Certificate) -> bool:
    """Say whether nobody else vouches for a certificate."""
    if certificate.issuer != certificate.subject:
        return False
    try:
        certificate.verify_directly_issued_by(certificate)
    except (ValueError, TypeError, InvalidSignature, UnsupportedAlgorithm):
        return False
    return True


def name_of(certificate: x509.Certificate) -> str:
    """Return the holder's name in a certificate, without control characters and not longer than documents can show."""
    for kind in (NameOID.COMMON_NAME, NameOID.ORGANIZATION_NAME):
        for one in certificate.subject.get_attributes_for_oid(kind):
            return "".join(filter(str.isprintable, str(one.value)))[:LONGEST_NAME]
    return certificate.subject.rfc4514_string()[:LONGEST_NAME]


def files_of(settings: Settings) -> tuple[Path, ...]:
    """Return the files of the key and of its certificate; none if documents are not signed.

    Without SIGNING_KEY_FILE, the file in the data folder counts if it is there.
    """
    own = settings.signing_key_file
    if own is None:
        kept = settings.data_dir / DEFAULT_FILE
        return (kept,) if kept.is_file() else ()
    return (own,) if settings.signing_certificate_file is None else (own, settings.signing_certificate_file)


def load(settings: Settings) -> SigningKey | None:
    """Return the site's key; None if documents are not signed.

    Raises:
        KeyRefused: the files cannot be read, or they do not belong together.
    """
    files = files_of(settings)
    if not files:
        return None
    password = settings.signing_key_password.encode() or None
    contents = [_read(file) for file in files]
    is_pem = b"-----BEGIN" in contents[0]
    found = _of_pem(contents, files, password) if is_pem else _of_pkcs12(contents[0], files[0], password)
    return _checked(found, files[0])


def _read(file: Path) -> bytes:
    try:
        with file.open("rb") as opened:
            content = opened.read(LARGEST_FILE + 1)
    except OSError as error:
        raise KeyRefused(KeyProblem.MISSING, file) from error
    if len(content) > LARGEST_FILE:
        raise KeyRefused(KeyProblem.UNREADABLE, file)
    return content


def _of_pem(contents: list[bytes], files: tuple[Path, ...], password: bytes | None) -> SigningKey:
    try:
        private = load_pem_private_key(contents[0], password if b"ENCRYPTED" in contents[0] else None)
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:
        problem = KeyProblem.PASSWORD if b"ENCRYPTED" in contents[0] else KeyProblem.UNREADABLE
        raise KeyRefused(problem, files[0]) from error
    if not isinstance(private, RSAPrivateKey | EllipticCurvePrivateKey):
        raise KeyRefused(KeyProblem.KIND, files[0])
    certificates = []
    for content, file in zip(contents, files, strict=True):
        if b"-----BEGIN CERTIFICATE-----" in content:
            try:
                certificates += x509.load_pem_x509_certificates(content)
            except ValueError as error:
                raise KeyRefused(KeyProblem.UNREADABLE, file) from error
    if not certificates:
        raise KeyRefused(KeyProblem.NO_CERTIFICATE, files[-1])
    own = next((one for one in certificates if _fits(private, one)), None)
    if own is None:
        raise KeyRefused(KeyProblem.MISMATCH, files[-1])
    return SigningKey(private, own, tuple(one for one in certificates if one != own))


def _of_pkcs12(content: bytes, file: Path, password: bytes | None) -> SigningKey:
    if not content.startswith(b"\x30"):
        raise KeyRefused(KeyProblem.UNREADABLE, file)
    try:
        private, own, chain = pkcs12.load_key_and_certificates(content, password)
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise KeyRefused(KeyProblem.PASSWORD if "password" in str(error).lower() else KeyProblem.UNREADABLE, file) from error
    if not isinstance(private, RSAPrivateKey | EllipticCurvePrivateKey):
        raise KeyRefused(KeyProblem.UNREADABLE if private is None else KeyProblem.KIND, file)
    if own is None:
        raise KeyRefused(KeyProblem.MISMATCH if chain else KeyProblem.NO_CERTIFICATE, file)
    return SigningKey(private, own, tuple(chain))


def _fits(private: PrivateKey, certificate: x509.Certificate) -> bool:
    form = (Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    try:
        return certificate.public_key().public_bytes(*form) == private.public_key().public_bytes(*form)
    except (ValueError, UnsupportedAlgorithm):
        return False


def _checked(found: SigningKey, file: Path) -> SigningKey:
    private = found.private
    strong = private.key_size >= SHORTEST_RSA if isinstance(private, RSAPrivateKey) else private.curve.name in CURVES
    if not strong:
        raise KeyRefused(KeyProblem.KIND, file)
    if not _fits(private, found.certificate):
        raise KeyRefused(KeyProblem.MISMATCH, file)
    try:
        usage = found.certificate.extensions.get_extension_for_class(x509.KeyUsage).value
    except x509.ExtensionNotFound:
        return found
    if not (usage.digital_signature or usage.content_commitment):
        raise KeyRefused(KeyProblem.USAGE, file)
    return found
