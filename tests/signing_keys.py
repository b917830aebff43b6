"""Signing keys for tests: whole ones, and ones with a fault."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, Encoding, NoEncryption, PrivateFormat, pkcs12
from cryptography.x509.oid import NameOID
from flask import Flask

from tests.factories import BEGIN

PASSWORD = "十分保密的口令"
Private = ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey | ed25519.Ed25519PrivateKey


@dataclass(frozen=True)
class Made:
    """A key with its certificate."""

    private: Private
    certificate: x509.Certificate

    def pem(self, password: str = "") -> bytes:
        """Return the key in PEM."""
        encryption = BestAvailableEncryption(password.encode()) if password else NoEncryption()
        return self.private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, encryption)

    def certificate_pem(self) -> bytes:
        """Return the certificate in PEM."""
        return self.certificate.public_bytes(Encoding.PEM)

    def pkcs12(self, password: str) -> bytes:
        """Return both as PKCS#12."""
        return pkcs12.serialize_key_and_certificates(
            b"site", self.private, self.certificate, None, BestAvailableEncryption(password.encode())
        )


def make(
    name: str = "示范培训机构",
    *,
    private: Private | None = None,
    begins: datetime = BEGIN - timedelta(days=1),
    ends: datetime = BEGIN + timedelta(days=365),
    authority: Made | None = None,
    usage: bool = True,
) -> Made:
    """Make a key and a certificate, self-signed unless an authority issues it."""
    own = private or ec.generate_private_key(ec.SECP256R1())
    holder = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    issuer = authority.certificate.subject if authority else holder
    builder = x509.CertificateBuilder().subject_name(holder).issuer_name(issuer).public_key(own.public_key())
    builder = (
        builder.serial_number(x509.random_serial_number()).not_valid_before(begins.astimezone(UTC)).not_valid_after(ends.astimezone(UTC))
    )
    builder = builder.add_extension(x509.BasicConstraints(ca=name == "authority", path_length=None), critical=True)
    allowed = x509.KeyUsage(usage, usage, not usage, False, False, name == "authority", False, False, False)
    builder = builder.add_extension(allowed, critical=True)
    signer = authority.private if authority else own
    algorithm = None if isinstance(signer, ed25519.Ed25519PrivateKey) else SHA256()
    return Made(own, builder.sign(signer, algorithm))


def give(app: Flask, made: Made, folder: Path) -> Path:
    """Let a site sign with this key from now on."""
    file = folder / "signing.pem"
    file.write_bytes(made.pem() + made.certificate_pem())
    assert app.extensions["settings"].data_dir == folder
    app.extensions.pop("signing_key", None)  # two writes within one tick of the file system's clock look alike
    return file
