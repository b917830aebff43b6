"""Verify a certificate without an account: by its number, by its QR code, or by its file."""

from collections.abc import Callable, Sequence
from functools import wraps
from typing import Any, Literal

from flask import Response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_limiter import RateLimitExceeded
from sqlalchemy import select

from lms.access_log.noting import EXPORTED, NotedAccess
from lms.access_log.recording import record
from lms.accounts.access import public, requires
from lms.accounts.guessing import limiter, network
from lms.accounts.masking import masked_name
from lms.certification import recalculation, register, words
from lms.certification.file_check import examine
from lms.certification.file_words import FileWords, file_words, no_file, signer_line
from lms.certification.files import certificate_pdf
from lms.certification.issuing import latest_of
from lms.certification.numbers import LONGEST, read_number
from lms.certification.views.offices import bp
from lms.classes.models import Enrolment
from lms.clock import now
from lms.crediting.certified import RequirementDifference
from lms.crediting.models import VALID, Certificate
from lms.db import session
from lms.errors import Gone, NotFound, TooManyTries
from lms.office.places import NOT_YOURS
from lms.signing.site_key import certificates, pem_of
from lms.site_settings import site_settings
from lms.transcripts.visibility import way_of
from lms.web.amounts import whole_number
from lms.web.downloads import as_download

UNKNOWN_NUMBERS = "20 per minute; 60 per hour; 200 per day"  # of one network; right numbers are not counted
LOOKED_UP = "600 per 5 minutes"
LARGEST_FILE = 2**20
FORM_BYTES = LARGEST_FILE + 65_536  # space for the form around the file
NOT_FOUND = 404


@bp.url_value_preprocessor
def _allow_file(endpoint: str | None, _values: dict[str, Any] | None) -> None:
    """Set the size limit before the form is read; the CSRF check reads it."""
    if endpoint in {"certification.compare", "certification.check_file"}:
        request.max_content_length = FORM_BYTES


def _limited(view: Callable[..., ResponseReturnValue]) -> Callable[..., ResponseReturnValue]:
    """Limit how many numbers one network can look up in a view, and how many of them may be unknown."""
    inner = limiter.limit(UNKNOWN_NUMBERS, key_func=network, deduct_when=lambda response: response.status_code == NOT_FOUND)(view)
    inner = limiter.limit(LOOKED_UP, key_func=network)(inner)

    @wraps(view)
    def limited(**where: Any) -> ResponseReturnValue:
        try:
            answer: ResponseReturnValue = inner(**where)
        except RateLimitExceeded:
            raise TooManyTries(_("Too many numbers were tried from this network. Wait a few minutes, then try again.")) from None
        return answer

    return limited


@bp.get("/verify")
@public
def ask() -> ResponseReturnValue:
    """Ask for the number of a certificate."""
    typed = request.args.get("number", "")[: LONGEST + 1].strip()
    if not typed:
        return render_template("certification/verify.html", typed="", problem="", **_about_files())
    number = read_number(typed)
    if number is None:
        problem = _("This is not a certificate number. Compare it with the certificate character by character.")
        return render_template("certification/verify.html", typed=typed, problem=problem, **_about_files()), 422
    return redirect(url_for(".verify", number=number))


@bp.get("/verify/<number>")
@public
@_limited
def verify(number: str) -> ResponseReturnValue:
    """Show whether a certificate is valid, and its contents with the person's name masked."""
    return _answer(number)


@bp.post("/verify/<number>")
@public
@_limited
def compare(number: str) -> ResponseReturnValue:
    """Check a file beside the certificate with this number. The file is not kept."""
    return _answer(number, _sent_file())


@bp.post("/verify")
@public
@_limited
def check_file() -> ResponseReturnValue:
    """Check a file by itself: its signature, and whether it is the one that was handed out. The file is not kept."""
    sent = _sent_file()
    found = None if sent is None else examine(session(), sent, site_settings().secret_key)
    if found is not None and found.certificate is not None and found.bundle is None:
        return _page(found.certificate, file_words(found, found.certificate), 200)
    words_of_file = no_file(LARGEST_FILE) if found is None else file_words(found, None)
    page = render_template("certification/verify.html", typed="", problem="", file=words_of_file, **_about_files())
    return page, 422 if found is None else 200


@bp.get("/verify/certificates.pem")
@public
def signing_certificates() -> ResponseReturnValue:
    """Return the certificates with which this site has signed, so that a PDF program can be told to trust them."""
    pem = "".join(pem_of(one) for one in certificates(session()))
    return as_download(Response(pem, mimetype="application/x-pem-file"), "certificates.pem")


def _sent_file() -> bytes | None:
    """Return the sent file; None without one, or if it is too large."""
    sent = request.files.get("file")
    content = sent.stream.read(LARGEST_FILE + 1) if sent else b""
    return content if 0 < len(content) <= LARGEST_FILE else None


def _answer(typed: str, content: bytes | Literal[False] | None = False) -> ResponseReturnValue:
    """Show the certificate with a typed number; `content` is the sent file, None if a file was to be sent and was not."""
    number = read_number(typed[: LONGEST + 1])
    query = select(Certificate).where(Certificate.number == number).order_by(Certificate.version)
    versions = session().scalars(query).all() if number else []
    if not versions:
        problem = _("No certificate has this number. Compare it with the certificate character by character.")
        return render_template("certification/verify.html", typed=typed[:LONGEST], problem=problem, **_about_files()), NOT_FOUND
    asked = request.args.get("version", type=whole_number)  # of a QR code
    shown = next((one for one in versions if one.version == asked), versions[-1])
    if content is False:
        return _page(shown, None, 200)
    if content is None:
        return _page(shown, no_file(LARGEST_FILE), 422)
    return _page(shown, file_words(examine(session(), content, site_settings().secret_key), shown), 200)


def _page(shown: Certificate, file: FileWords | None, status: int) -> ResponseReturnValue:
    versions = session().scalars(select(Certificate).where(Certificate.number == shown.number).order_by(Certificate.version)).all()
    entries = register.entries_of(session(), shown.number)
    page = render_template(
        "certification/verified.html",
        certificate=shown,
        versions=versions,
        newest=versions[-1],
        name=masked_name(shown.person["name"]) if shown.person else None,
        fingerprint=register.issues_of(session(), versions)[shown.id].hash,
        ended=next((one.at for one in entries if one.version == shown.version and one.event == shown.state), None),
        file=file,
        **_about_files(),
    )
    return page, status


def _about_files() -> dict[str, object]:
    return {"megabytes": LARGEST_FILE // 2**20, "signers": [signer_line(one) for one in certificates(session())]}


@bp.get("/certificates/<int:certificate_id>.pdf")
@requires()
def download(certificate_id: int) -> ResponseReturnValue:
    """Return a valid certificate as PDF, to its person, their offices and the staff of the class."""
    certificate = session().get(Certificate, certificate_id)
    way = way_of(certificate.enrolment_id) if certificate is not None else None
    if certificate is None or way is None:
        raise NotFound(str(NOT_YOURS))
    if certificate.state != VALID or certificate.person is None:
        raise Gone(_("Only a valid certificate can be downloaded, and this one is not valid any more, or its person was erased."))
    if way != "own":
        record(NotedAccess(EXPORTED, "certificate", person_id=session().get_one(Enrolment, certificate.enrolment_id).person_id))
    fingerprint = register.issues_of(session(), [certificate])[certificate.id].hash
    settings = site_settings()
    address = f"{settings.public_url}{url_for('.verify', number=certificate.number, version=certificate.version)}"
    content = certificate_pdf(certificate, fingerprint, address, settings.secret_key)
    return as_download(Response(content, mimetype="application/pdf"), f"{certificate.person['name']}-{certificate.number}.pdf")


@bp.app_template_global()
def certificate_of(enrolment_id: int) -> Certificate | None:
    """Return the latest certificate of an enrolment, for its transcript's page."""
    return latest_of(session(), [enrolment_id]).get(enrolment_id)


@bp.app_template_global()
def difference_words(difference: RequirementDifference) -> str:
    """Return a difference with its sign, for any page."""
    return words.difference_words(difference)


@bp.app_template_global()
def since_certificate(certificate: Certificate) -> Sequence[RequirementDifference]:
    """Return the changes that later evidence would make to a valid certificate."""
    if certificate.state != VALID or certificate.bundle is None:
        return ()
    return recalculation.recalculate(session(), certificate, now()).differences
