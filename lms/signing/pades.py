"""Sign a PDF with an invisible PAdES signature: any later change of the file breaks it, and every PDF program can check it."""

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from functools import lru_cache
from io import BytesIO
from typing import Any

from asn1crypto import keys
from asn1crypto import x509 as asn1
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.writer import BasePdfFileWriter
from pyhanko.sign import fields, signers
from pyhanko.sign.signers.constants import ESIC_EXTENSION_1
from pyhanko_certvalidator.registry import SimpleCertificateStore

from lms.signing.key import SigningKey, name_of

FIELD = "Signature"


def sign_pdf(content: bytes, key: SigningKey, at: datetime, reason: str) -> bytes:
    """Return the PDF with a signature that allows no later change (ETSI EN 319 142-1; ISO 32000-2, 12.8.2.2).

    `reason` says in the signature which document this is; it must be ASCII. The signed file is another one each time.
    """
    about = signers.PdfSignatureMetadata(
        field_name=FIELD,
        md_algorithm="sha256",
        subfilter=fields.SigSeedSubFilter.PADES,
        certify=True,
        docmdp_permissions=fields.MDPPerm.NO_CHANGES,
        reason=reason,
        name=name_of(key.certificate),
    )
    signer = _PdfSigner(about, _signer(key), at)
    with ThreadPoolExecutor(1) as own:  # pyHanko starts an event loop, which it cannot in a thread that runs one
        written: BytesIO = own.submit(signer.sign_pdf, IncrementalPdfFileWriter(BytesIO(content))).result()
    return written.getvalue()


class _PdfSigner(signers.PdfSigner):
    """Signs at a given time; pyHanko reads the machine's clock."""

    def __init__(self, about: signers.PdfSignatureMetadata, signer: signers.Signer, at: datetime) -> None:
        super().__init__(about, signer)
        self._at = at

    def register_extensions(self, pdf_out: BasePdfFileWriter, *, md_algorithm: str) -> None:
        """Declare PAdES only: for keys on elliptic curves pyHanko would declare PDF 2.0, too, and PDF/A-2 is PDF 1.7."""
        pdf_out.register_extension(ESIC_EXTENSION_1)

    def init_signing_session(self, *args: Any, **options: Any) -> Any:
        session = super().init_signing_session(*args, **options)
        session.system_time = self._at
        return session


@lru_cache(maxsize=2)
def _signer(key: SigningKey) -> signers.SimpleSigner:
    above = SimpleCertificateStore()  # type: ignore[no-untyped-call]
    above.register_multiple([asn1.Certificate.load(one.public_bytes(Encoding.DER)) for one in key.chain])
    private = key.private.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
    return signers.SimpleSigner(
        signing_cert=asn1.Certificate.load(key.certificate.public_bytes(Encoding.DER)),
        signing_key=keys.PrivateKeyInfo.load(private),
        cert_registry=above,
    )
