"""Forms for our own types of H5P activities. A form works by itself: its document is kept on the device, and leaves it as an `.h5p`."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from os import fstat
from pathlib import Path
from secrets import token_hex
from tempfile import TemporaryDirectory
from typing import IO, Annotated, Any

import msgspec
from flask import Blueprint, Response, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_wtf.csrf import generate_csrf

from courses.answer_key import draw, is_of_checks
from courses.authoring.activity_document import ActivityDocument, read_document
from courses.authoring.formulas import mathml_of
from courses.formats.format import SANDBOX
from courses.grading import grade, is_blank
from courses.strict_json.problem import Problem
from lms.accounts.access import person, requires
from lms.accounts.models import TRAINER
from lms.catalogue import contents
from lms.catalogue.scanning import scan_refusal
from lms.db import release
from lms.errors import InvalidInput, NotFound
from lms.i18n import in_words, pick
from lms.learning.answers import checked
from lms.learning.frame_address import frame_on
from lms.learning.words import content_texts
from lms.site_settings import site_settings
from lms.storage import CHUNK, storage
from lms.web.downloads import as_download
from lms.web.file_ranges import whole_or_range
from lms.web.json_bodies import body_of, json_reply
from lms.workshop import author_media, authoring
from lms.workshop.counting import Admit, counted_for
from lms.workshop.form_words import ALL_SENTENCES, form_texts, type_words

bp = Blueprint("authoring", __name__, url_prefix="/workshop")
SCAN_S = 60.0  # while the request waits
MOST_EARLIER = 50
LONGEST_FORMULA = 1000
DOCUMENT_BYTES = 2_000_000
UPLOAD_BYTES = author_media.FILM_BYTES + 100_000
BANK = {"find": "find_in_bank", "take": "take_from_bank", "newer": "newer_in_bank", "keep": "keep_in_bank"}  # what a quiz asks of the bank
UNSAFE = re.compile(r"[^\w.-]+")
Token = Annotated[str, msgspec.Meta(max_length=64)]


class DocumentBody(msgspec.Struct):
    """The document of a form, as JSON; `read_document` checks it."""

    document: dict[str, Any]


class FormulaBody(msgspec.Struct):
    """A formula in LaTeX."""

    tex: Annotated[str, msgspec.Meta(max_length=LONGEST_FORMULA)]


class TriedAnswersBody(msgspec.Struct):
    """Answers to the questions of a form's document, to see how they would be graded."""

    document: dict[str, Any]
    answers: dict[str, Any]


@bp.url_value_preprocessor
def _allow_sizes(endpoint: str | None, _values: dict[str, Any] | None) -> None:
    """Set the limit before the request is read (the check for forged forms reads it)."""
    uploads = endpoint in {"authoring.add_file", "authoring.open_file"}
    request.max_content_length = UPLOAD_BYTES if uploads else DOCUMENT_BYTES


@bp.get("/activities")
@requires(TRAINER)
def types() -> ResponseReturnValue:
    """Show the types of activities that forms make."""
    return render_template("workshop/activity_types.html", types=type_words())


@bp.get("/activities/<kind>")
@requires(TRAINER)
def form(kind: str) -> ResponseReturnValue:
    """Show the form of a type. What was typed before on this device is there again."""
    if kind not in type_words():
        raise NotFound(_("There is no such type of activity."))
    config = config_of(kind)
    config["forms"] = {one: {"url": url_for(".form", kind=one), "kept": kept_name(one)} for one in type_words()}
    return render_template("workshop/activity_form.html", kind=kind, words=type_words()[kind], config=config, sandbox=SANDBOX)


def kept_name(kind: str, *of: object) -> str:
    """Return the name under which a device keeps what somebody types into a form."""
    return "/".join(["activity", kind, str(person().id), *map(str, of)])


def config_of(kind: str) -> dict[str, Any]:
    """Return what the script of a form needs."""
    return {
        "kind": kind,
        "kept": kept_name(kind),
        "person": person().id,
        "csrf": generate_csrf(),
        "locale": "zh-CN" if pick("zh", "en") == "zh" else "en",
        "language": pick("zh", "en"),
        "most_bytes": author_media.FILM_BYTES,
        "urls": {
            "sign_in": url_for("security.login"),
            "file": url_for("authoring.add_file"),
            "tus": url_for("authoring.announce_film"),
            "take": url_for("authoring.take_upload", upload_id="UPLOAD"),
            "picture": url_for("authoring.picture", name="NAME"),
            "film": url_for("authoring.film", name="NAME"),
            "open": url_for("authoring.open_file"),
            "h5p": url_for("authoring.download"),
            "preview": url_for("authoring.preview"),
            "answers": url_for("authoring.try_answers"),
            "formula": url_for("authoring.formula"),
            "bank": _bank_urls() if kind == "quiz" else None,
        },
        "texts": form_texts() | {"content": content_texts()},
    }


def _bank_urls() -> dict[str, str]:
    return {name: url_for(f"workshop.{endpoint}") for name, endpoint in BANK.items()}


@bp.post("/activities/files")
@requires(TRAINER)
def add_file() -> ResponseReturnValue:
    """Take a picture, a film or captions of a form into the file store."""
    with TemporaryDirectory(prefix="author-") as folder:
        kept = author_media.keep(storage(), _received(Path(folder)), _counted())
    if isinstance(kept, Problem):
        raise refused([kept])
    return json_reply(asdict(kept))


@bp.get("/activities/pictures/<name>")
@requires(TRAINER)
def picture(name: str) -> ResponseReturnValue:
    """Return a picture that a form has."""
    digest, kind = author_media.sha256_in(f"images/{name}"), name.rpartition(".")[2]
    found = None if digest is None else contents.find_content(storage(), digest)
    if found is None:
        raise NotFound(_("This picture is not there any more. Choose it again."))
    response = Response(storage().stream(*found), mimetype=author_media.MIMES[kind])
    response.headers["Cache-Control"] = "private, max-age=3600"
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return response


@bp.get("/activities/films/<name>")
@requires(TRAINER)
def film(name: str) -> ResponseReturnValue:
    """Return a film that a form has, or a range of it, so that its author can place questions on it."""
    digest, kind = author_media.sha256_in(f"videos/{name}"), name.rpartition(".")[2]
    found = None if digest is None else contents.find_content(storage(), digest)
    if found is None:
        raise NotFound(_("This film is not there any more. Choose it again."))
    response = whole_or_range(*found)
    response.mimetype = author_media.MIMES[kind]
    response.headers["Accept-Ranges"] = "bytes"
    response.headers["Cache-Control"] = "private, max-age=3600"
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return response


@bp.post("/activities/open")
@requires(TRAINER)
def open_file() -> ResponseReturnValue:
    """Read an `.h5p` of one of our types for its form."""
    with TemporaryDirectory(prefix="author-") as folder:
        found = authoring.opened(storage(), _received(Path(folder)), _counted())
    if isinstance(found, list):
        raise refused(found)
    return json_reply({"document": found, "form": url_for("authoring.form", kind=found["type"])})


def _counted() -> Admit:
    return counted_for(person().organisation_id, site_settings())


def _received(folder: Path) -> Path:
    """Write the uploaded file into a folder; the kept files are counted before they are stored."""
    upload = request.files.get("file")
    if upload is None or not upload.filename:
        raise InvalidInput(_("No file arrived. Choose one and try again."))
    path = folder / "received"
    upload.save(path)
    release()
    if refusal := scan_refusal(upload.filename, path, site_settings(), most_s=SCAN_S):
        raise InvalidInput(refusal)
    return path


@bp.post("/activities/h5p")
@requires(TRAINER)
def download() -> ResponseReturnValue:
    """Return the document as an `.h5p`, with its answers."""
    document = document_of(body_of(DocumentBody, DOCUMENT_BYTES).document)
    name = f"{UNSAFE.sub('-', document.title).strip('-')[:80] or document.type}.h5p"
    with authoring.made(storage(), document, "activity.h5p") as path:
        if isinstance(path, list):
            raise refused(path)
        file = path.open("rb")  # it can be read although its folder goes with this block
    response = Response(_pieces(file), mimetype="application/zip")
    response.content_length = fstat(file.fileno()).st_size
    response.call_on_close(file.close)
    return as_download(response, name)


def _pieces(file: IO[bytes]) -> Iterator[bytes]:
    with file:
        while piece := file.read(CHUNK):
            yield piece


@bp.post("/activities/formula")
@requires(TRAINER)
def formula() -> ResponseReturnValue:
    """Return a formula as learners will see it, in MathML; null if it cannot be shown."""
    return json_reply({"mathml": mathml_of(body_of(FormulaBody).tex)})


@bp.post("/activities/preview")
@requires(TRAINER)
def preview() -> ResponseReturnValue:
    """Store the document as publishing would, and return the address of its frame."""
    document = document_of(body_of(DocumentBody, DOCUMENT_BYTES).document)
    shown = authoring.played(storage(), document, _counted())
    if isinstance(shown, list):
        raise refused(shown)
    drawn = None if shown.key is None else draw(shown.key, token_hex(8))
    return json_reply(
        {
            "frame": frame_on(site_settings().content_url, shown.activity, shown.files),
            "iri": f"{site_settings().public_url}/workshop/preview",
            "settings": {"grading": shown.activity.grading, "attempts": [], "handed": None, "drawn": drawn},
        }
    )


@bp.post("/activities/answers")
@requires(TRAINER)
def try_answers() -> ResponseReturnValue:
    """Grade answers to a document as the server grades a learner's; nothing is kept."""
    sent = body_of(TriedAnswersBody, DOCUMENT_BYTES)
    kept = authoring.tried_reflection(sent.document, sent.answers)
    if kept is not None:
        return json_reply(kept)
    key = authoring.key_in(sent.document)
    if key is None:
        raise InvalidInput(_("The form has mistakes. Correct what is marked in the form first."))
    if is_of_checks(key):
        return json_reply(checked(key, sent.answers))
    if is_blank(key, sent.answers):
        raise InvalidInput(_("No question was answered."), code="blank")
    drawn = [*sent.answers] if key.get("draw") else None
    graded = asdict(grade(key, sent.answers, drawn))
    return json_reply({"number": 1, "left": None, "pass_percent": key["pass_percent"], "drawn": draw(key, token_hex(8)), **graded})


def document_of(value: dict[str, Any]) -> ActivityDocument:
    """Return the document that a form sent.

    Raises:
        InvalidInput: with every problem and its field.
    """
    found = read_document(value)
    if isinstance(found, list):
        raise refused(found)
    return found


def refused(problems: Sequence[Problem]) -> InvalidInput:
    """Refuse a document or a file; each problem says which field it is about."""
    said = [{"path": one.path, "code": one.code, "words": in_words(one, ALL_SENTENCES)} for one in problems]
    return _Marked(_("Some fields need another look. Nothing is lost: what you typed stays here."), said)


class _Marked(InvalidInput):
    """A refusal whose problems name the fields of a form."""

    def __init__(self, message: str, fields: list[dict[str, str]]) -> None:
        super().__init__(message, code="fields")
        self.extra = {"fields": fields}
