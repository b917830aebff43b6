"""Find the signature of a PDF and check it. Pure.

A file from outside is not parsed as a PDF, because a signature covers bytes: if one of ours covers the whole file, the file is exactly
as it was signed, and no later page, note or overlay can be in it. The work is linear in the file's length.
"""

import hashlib
import re
from dataclasses import dataclass

from asn1crypto import cms
from pyhanko.sign.validation.generic_cms import validate_sig_integrity

LARGEST_SIGNATURE = 100_000  # hexadecimal digits
NEAR = 2_000  # bytes of the signature's own dictionary after its byte range
_RANGE = re.compile(rb"/ByteRange ?\[ ?(\d{1,10}) (\d{1,10}) (\d{1,10}) (\d{1,10}) ?\]")
_REASON = re.compile(rb"/Reason \(([^()]{0,300})\)")
_OCTAL = re.compile(rb"\\([0-7]{3})")
DIGESTS = {"sha256": hashlib.sha256, "sha384": hashlib.sha384, "sha512": hashlib.sha512}


@dataclass(frozen=True, slots=True)
class PdfSignature:
    """A signature in a PDF. `intact`: it fits the bytes that it covers. `whole`: these are all bytes of the file."""

    certificate: bytes  # of the signer, DER
    intact: bool
    whole: bool
    reason: str  # the document's kind and number, as written when it was signed

    @property
    def certificate_sha256(self) -> str:
        """The fingerprint of the signer's certificate."""
        return hashlib.sha256(self.certificate).hexdigest()


def is_pdf(content: bytes) -> bool:
    """Say whether a file begins like a PDF."""
    return content[:1024].lstrip().startswith(b"%PDF")


def signature_of(content: bytes) -> PdfSignature | None:
    """Return the last signature of a file; None if it has none that can be read."""
    ranges = list(_RANGE.finditer(content))
    if not ranges:
        return None
    last = ranges[-1]
    start, before, after, rest = map(int, last.groups())
    hexadecimal = content[before + 1 : after - 1]
    if start != 0 or not before < after <= len(content) or len(hexadecimal) > LARGEST_SIGNATURE:
        return None
    signed = _signed_data(hexadecimal)
    if signed is None:
        return None
    framed = content[before : before + 1] == b"<" and content[after - 1 : after] == b">"
    said = _REASON.search(content, last.end(), last.end() + NEAR)
    reason = _OCTAL.sub(lambda found: bytes([int(found[1], 8) & 255]), said[1]).decode("latin-1") if said else ""
    certificate, intact = _checked(signed, content[:before] + content[after : after + rest])
    return None if certificate is None else PdfSignature(certificate, intact, framed and after + rest == len(content), reason)


def _signed_data(hexadecimal: bytes) -> cms.SignedData | None:
    """Read the signature; only zeros may fill the space after it, because it does not cover that space."""
    try:
        raw = bytes.fromhex(hexadecimal.decode("ascii"))
        found = cms.ContentInfo.load(raw)
        if found["content_type"].native != "signed_data" or raw[len(found.dump()) :].strip(b"\0"):
            return None
        signed = found["content"]
        return signed if len(signed["signer_infos"]) == 1 else None
    except (ValueError, TypeError, KeyError, RecursionError):
        return None


def _checked(signed: cms.SignedData, covered: bytes) -> tuple[bytes | None, bool]:
    """Return the signer's certificate, and whether the signature fits the covered bytes."""
    try:
        signer = signed["signer_infos"][0]
        serial = signer["sid"].chosen["serial_number"].native
        issuer = signer["sid"].chosen["issuer"].dump()
        holders = [one.chosen for one in signed["certificates"] if one.name == "certificate"]
        own = next(one for one in holders if one.serial_number == serial and one.issuer.dump() == issuer)
        digest = DIGESTS[signer["digest_algorithm"]["algorithm"].native](covered).digest()
        intact, valid = validate_sig_integrity(signer, own, expected_content_type="data", actual_digest=digest)
        return own.dump(), bool(intact and valid)
    except Exception:  # any value in a file from outside may cause any error in the reader of signatures: then nothing is proved
        return None, False
