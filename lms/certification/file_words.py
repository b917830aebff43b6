"""Texts about a file that somebody checks on the verification page, and about the certificates that sign files."""

from dataclasses import dataclass
from datetime import datetime

from cryptography import x509
from flask_babel import gettext as _
from flask_babel import ngettext

from lms.certification.file_check import BundleFacts, FileFinding, FileState
from lms.crediting.models import REVOKED, VALID, Certificate
from lms.signing.key import is_self_signed, name_of
from lms.signing.models import SigningCertificate
from lms.signing.signature_words import LIFETIME_RECORD
from lms.transcripts.pdf import REASON


@dataclass(frozen=True, slots=True)
class FileWords:
    """The result for a file: its tone, and its sentences."""

    tone: str
    lines: tuple[str, ...]


def no_file(largest: int) -> FileWords:
    """Ask for a file."""
    return FileWords("warn", (_("Choose the PDF file of the certificate, of at most %(n)s MB.", n=largest // 2**20),))


def file_words(found: FileFinding, shown: Certificate | None) -> FileWords:
    """Return what was found out about a file, beside the certificate that the page shows."""
    signature = _signature_words(found)
    if found.state is FileState.AS_ISSUED and found.certificate is not None:
        if shown is not None and found.certificate.number != shown.number:
            return FileWords("err", (_("This is the file of another certificate, %(number)s.", number=found.certificate.number),))
        version = found.certificate.version
        said = _("This file is version %(n)s of the certificate as it was handed out: not one character was changed.", n=version)
        return FileWords(*_standing(found.certificate, (said, *signature)))
    if found.state is FileState.SIGNED:
        return _signed_words(found, shown, signature)
    if found.state is FileState.SIGNED_OTHER:
        return FileWords("err", (_("This site signed this file, but it is not a transcript, evidence bundle or certificate."),))
    return FileWords("err", (_problem_words(found, shown),))


def _signed_words(found: FileFinding, shown: Certificate | None, signature: tuple[str, ...]) -> FileWords:
    """Return the result for a file that this site signed, and that is not among the stored certificates."""
    if found.bundle is not None:
        return _signed_bundle_words(found, found.bundle, shown, signature)
    said = _("This is a training transcript as this site issued it: not one character was changed.")
    if found.said == LIFETIME_RECORD:
        said = _("This is a record of all years as this site issued it: not one character was changed.")
    if shown is None:
        return FileWords("ok", (said, *signature))
    if found.said == REASON:
        beside = _(
            "It is not the certificate itself. It belongs to certificate %(number)s only if this number is printed in it.",
            number=shown.number,
        )
        return FileWords("warn", (said, beside, *signature))
    if found.certificate is None or found.certificate.number != shown.number:
        return FileWords("err", (_("This site signed this file, but it is not the file of this certificate."),))
    said = _("This file is version %(n)s of the certificate, signed by this site: nothing was changed.", n=found.certificate.version)
    return FileWords(*_standing(found.certificate, (said, *signature)))


def _signed_bundle_words(found: FileFinding, bundle: BundleFacts, shown: Certificate | None, signature: tuple[str, ...]) -> FileWords:
    if shown is not None and bundle.sha256 != shown.bundle_sha256:
        return FileWords("err", (_("This site signed this file, but it is not the evidence of this certificate."),))
    lines = (*_bundle_words(bundle), *signature)
    certificate = shown or found.certificate
    tone, said = ("ok", lines) if certificate is None else _standing(certificate, lines)
    return FileWords(tone if bundle.hours is not None else "warn", said)


def _standing(certificate: Certificate, lines: tuple[str, ...]) -> tuple[str, tuple[str, ...]]:
    """Return the tone of a genuine file, and its sentences after the one that says whether its certificate still holds."""
    if certificate.state == VALID:
        return "ok", lines
    if certificate.state == REVOKED:
        return "warn", (_("The file is genuine, but its certificate was revoked: it proves nothing any more."), *lines)
    return "warn", (_("The file is genuine, but a newer version has replaced the certificate to which it belongs."), *lines)


def _bundle_words(bundle: BundleFacts) -> tuple[str, ...]:
    said = {"training_class": bundle.training_class, "programme": bundle.programme, "count": bundle.statements}
    hours = _("It cannot be recomputed: its evidence was erased, or its rules are from another version of this product.")
    if bundle.hours is not None:
        hours = _("Recomputed now, it gives %(hours)s credit hours.", hours=bundle.hours)
    return (
        _("This is the evidence bundle of one person as this site signed it: not one character was changed."),
        ngettext(
            "Class %(training_class)s, programme %(programme)s, %(count)s statement.",
            "Class %(training_class)s, programme %(programme)s, %(count)s statements.",
            bundle.statements,
            **said,
        ),
        hours,
        _("Digest of the person: %(digest)s", digest=bundle.person),
    )


def _problem_words(found: FileFinding, shown: Certificate | None) -> str:
    if found.state is FileState.EDITED:
        return _("This file was changed after it was signed. Rely on this page alone, not on the file.")
    if found.state is FileState.OTHERS:
        return _("This file is signed, but not by this site: its signature says “%(name)s”. It proves nothing here.", name=found.signer)
    if found.state is FileState.REVOKED_KEY:
        return _(
            "This file is signed with a key of this site that was revoked, and it is not among the files that were handed out."
            " Its signature proves nothing any more."
        )
    if found.state is FileState.NOT_PDF:
        return _("This is not a PDF file.")
    if shown is None:
        return _("This file has no signature, and it is not among the certificates that this site handed out, or it was saved again since.")
    return _("This file was not handed out as this certificate, or it was changed or saved again since. Rely on this page alone.")


def _signature_words(found: FileFinding) -> tuple[str, ...]:
    if not found.signer:
        return (_("It has no digital signature; it was recognised by its fingerprint."),)
    if found.self_signed:
        return (
            _(
                "Its signature is intact, by the self-signed certificate “%(name)s” of this site: nobody else confirms whose it is.",
                name=found.signer,
            ),
        )
    return (_("Its signature is intact, by “%(name)s”.", name=found.signer),)


@dataclass(frozen=True, slots=True)
class SignerLine:
    """A certificate with which this site signs or has signed, as the verification page shows it."""

    name: str
    sha256: str
    first: datetime
    until: datetime
    self_signed: bool
    revoked_at: datetime | None


def signer_line(row: SigningCertificate) -> SignerLine:
    """Return the line of a certificate."""
    whole = x509.load_der_x509_certificate(row.certificate)
    return SignerLine(name_of(whole), row.sha256, row.first_used_at, whole.not_valid_after_utc, is_self_signed(whole), row.revoked_at)
