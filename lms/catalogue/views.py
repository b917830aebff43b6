"""Pages of the catalogue for trainers: all courses, one course, and the upload form."""

from collections.abc import Iterable
from functools import partial
from pathlib import PurePath
from typing import Any

import structlog
from flask import Blueprint, Response, current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from flask_wtf.file import FileField, FileRequired
from wtforms.validators import ValidationError

from courses.foreign import in_name
from courses.formats import uploads
from courses.sentences import SENTENCES
from courses.strict_json.problem import Problem
from lms.accounts.access import person, requires
from lms.accounts.models import TRAINER, Organisation
from lms.catalogue import contents, listing, publish, room, site_library
from lms.catalogue.gates import format_words, gate_words, icon_of, upload_words
from lms.catalogue.models import CourseVersion
from lms.catalogue.uploads import MOST_MB, checked, suffix_of
from lms.clock import now
from lms.config import Settings
from lms.db import session, transaction
from lms.errors import NotAllowed, NotFound, TooLarge
from lms.i18n import in_words, pick
from lms.storage import storage
from lms.web.downloads import as_download

log = structlog.get_logger(__name__)
bp = Blueprint("catalogue", __name__, url_prefix="/catalogue")


class UploadForm(FlaskForm):  # type: ignore[misc]
    """The upload form."""

    file = FileField(_l("Course file"), validators=[FileRequired(_l("Choose a file."))])

    def validate_file(self, field: FileField) -> None:
        """Refuse a type of file that cannot be a course, before it is read."""
        named = in_name(PurePath(field.data.filename or "").suffix.lower())
        if named:
            raise ValidationError(_("This file %(problem)s.", problem=in_words(named, SENTENCES)))
        if not suffix_of(field.data.filename):
            raise ValidationError(_("This kind of file cannot be a course. It must end in %(suffixes)s.", suffixes=" ".join(uploads())))


@bp.url_value_preprocessor
def _allow_large_upload(endpoint: str | None, _values: dict[str, Any] | None) -> None:
    """Set the limit before the form is read (the CSRF check reads it)."""
    if endpoint == "catalogue.upload":
        request.max_content_length = MOST_MB * 1024 * 1024 + 65536  # space for the form around the file


@bp.get("/")
@requires(TRAINER)
def courses() -> ResponseReturnValue:
    """List the newest version of every course."""
    words = request.args.get("q", "").strip()[:100]
    page = listing.newest(session(), words, request.args.get("after", type=int))
    return render_template(
        "catalogue/courses.html",
        page=page,
        words=words,
        titles={one.id: pick(one.title_zh, one.title_en) for one in page.versions},
        upload_words=upload_words,
        worth=_worth(page.versions),
    )


@bp.get("/courses/<code>")
@requires(TRAINER)
def course(code: str) -> ResponseReturnValue:
    """Show one course: the chosen version's outline, all versions, and the classes that study it."""
    versions = listing.versions_of(session(), code)
    number = request.args.get("version", type=int)
    shown = next((one for one in versions if number in {None, one.number}), None)
    if shown is None:
        raise NotFound(_("There is no such course or version."))
    outline = publish.outline_of(shown)
    activities = {one.key: {"format": format_words(one), "gate": gate_words(one), "icon": icon_of(one)} for one in outline.activities}
    owner = session().get(Organisation, shown.course.organisation_id) if shown.course.organisation_id else None
    return render_template(
        "catalogue/course.html",
        version=shown,
        versions=versions,
        outline=outline,
        worth=_worth(versions),
        activities=activities,
        titles={one.key: pick(one.title.zh, one.title.en) for one in outline.activities},
        warnings=_warnings_of(shown),
        owner=owner,
        may_publish=publish.may_publish(session(), shown.course, person()),
    )


@bp.get("/courses/<code>/<int:version_number>/source")
@requires(TRAINER)
def source(code: str, version_number: int) -> ResponseReturnValue:
    """Return the uploaded file of a version to those who may publish the next one; it may hold the answers of a quiz."""
    version = next((one for one in listing.versions_of(session(), code) if one.number == version_number), None)
    if version is None or version.source_sha256 is None or not publish.may_publish(session(), version.course, person()):
        raise NotFound(_("There is no such file, or it is not yours to see."))
    found = contents.find_content(storage(), version.source_sha256)
    if found is None:
        raise NotFound(_("There is no such file, or it is not yours to see."))
    log.info("course.source-downloaded", course=code, version=version_number, by=person().id)
    name, size = found
    response = Response(storage().stream(name, size), mimetype="application/octet-stream", headers={"Content-Length": str(size)})
    return as_download(response, version.source_name or code)


def _worth(versions: Iterable[CourseVersion]) -> dict[int, int]:
    """Return the seconds that each version can really earn; the minutes of its films are rounded up."""
    return {one.id: publish.outline_of(one).worth_seconds for one in versions}


def _warnings_of(version: CourseVersion) -> list[tuple[str, str]]:
    found = [Problem.from_record(one) for one in version.warnings or ()]
    return [(one.path, in_words(one, SENTENCES)) for one in found if one.code in SENTENCES]


@bp.errorhandler(413)
def _too_large(_error: Exception) -> ResponseReturnValue:
    form = UploadForm(formdata=None)
    return _upload_page(form, [("", _("is larger than %(mb)s MB", mb=MOST_MB))]), 413


@bp.route("/upload", methods=["GET", "POST"])
@requires(TRAINER)
def upload() -> ResponseReturnValue:
    """Accept a course file: check it completely, then publish it or refuse it with every problem."""
    form = UploadForm()
    if not form.validate_on_submit():
        return _upload_page(form, []), 422 if request.method == "POST" else 200
    try:
        version, problems = _publish(form)
    except TooLarge as error:
        return _upload_page(form, [("", error.message)]), error.status
    if version is None:
        return _upload_page(form, problems), 422
    return redirect(url_for("catalogue.course", code=version.course.code, version=version.number))


def _upload_page(form: UploadForm, problems: list[tuple[str, str]]) -> str:
    name = form.file.data.filename if form.file.data else ""
    return render_template(
        "catalogue/upload.html",
        form=form,
        problems=problems,
        name=name,
        most_mb=MOST_MB,
        kinds=upload_words(),
        suffixes=" ".join(uploads()),
        libraries=site_library.held(session(), person()),
    )


def _publish(form: UploadForm) -> tuple[CourseVersion | None, list[tuple[str, str]]]:
    settings: Settings = current_app.extensions["settings"]
    offers = partial(site_library.offered, session(), storage(), person())
    with checked(form.file.data, offers, own_hosts=bool(settings.package_url)) as found:
        if found.package is None:
            return None, [(one.path, in_words(one, SENTENCES)) for one in found.problems]
        most_bytes = settings.organisation_courses_mb * room.MEGABYTE
        room.check_room(session(), found.package, person(), most_bytes, hold=False)
        contents.store(storage(), found.package)  # before the transaction, because it may take long
        before = now()
        try:
            with transaction() as writing:
                room.check_room(writing, found.package, person(), most_bytes, hold=True)
                version = publish.publish(writing, storage(), found.package, person(), before)
        except NotAllowed as error:
            return None, [("code", error.message)]
    flash(_("Published.") if version.published_at == before else _("This content was published before; nothing has changed."), "success")
    return version, []
