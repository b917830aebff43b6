"""The upload page: choose files, see how far they are, and what became of them. It works without scripts, by reloading."""

from contextlib import closing
from dataclasses import dataclass
from pathlib import PurePath
from typing import IO, Any

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from flask_wtf.file import FileField, FileRequired
from sqlalchemy.orm import Session
from wtforms.validators import ValidationError

from courses.foreign import in_name
from courses.formats import uploads
from courses.sentences import SENTENCES
from courses.strict_json.problem import Problem
from lms.accounts.access import person, requires
from lms.accounts.models import TRAINER
from lms.catalogue import receiving, room, site_library
from lms.catalogue.gates import format_words, upload_words
from lms.catalogue.models import CourseVersion, Upload
from lms.catalogue.publish import outline_of
from lms.catalogue.uploads import MOST_MB, suffix_of
from lms.catalogue.views.blueprint import bp
from lms.celery_app import ring
from lms.clock import now
from lms.db import session, transaction
from lms.errors import InvalidInput, LmsError
from lms.i18n import in_words, pick
from lms.jobs.models import CANCELLED, Job
from lms.jobs.queue import WORKING
from lms.jobs.tasks import work
from lms.site_settings import site_settings
from lms.storage import storage

ACTIVITIES_SHOWN = 5


class UploadForm(FlaskForm):  # type: ignore[misc]
    """The upload form."""

    file = FileField(_l("Course file"), validators=[FileRequired(_l("Choose a file."))])

    def validate_file(self, field: FileField) -> None:
        """Refuse a type of file that cannot be a course, before it is read."""
        refused = refusal_of(field.data.filename or "")
        if refused:
            raise ValidationError(refused)


def refusal_of(name: str) -> str:
    """Say why a file with this name cannot be a course; '' if it can."""
    named = in_name(PurePath(name).suffix.lower())
    if named:
        return _("This file %(problem)s.", problem=in_words(named, SENTENCES))
    if not suffix_of(name):
        return _("This kind of file cannot be a course. It must end in %(suffixes)s.", suffixes=" ".join(uploads()))
    return ""


@dataclass(frozen=True, slots=True)
class UploadCard:
    """One upload as its owner sees it. `state`: receiving, working, published, opened, refused, cancelled or failed.

    `opened`: it was a collection, and each of its files has a result of its own.
    """

    upload: Upload
    state: str
    job: Job | None
    version: CourseVersion | None
    problems: list[tuple[str, str]]

    @property
    def activities(self) -> list[tuple[str, str, int]]:
        """The first activities that it became: title, format, and the minutes that they are worth at most."""
        listed = outline_of(self.version).activities if self.version else ()
        return [(pick(one.title.zh, one.title.en), format_words(one), one.minutes) for one in listed[:ACTIVITIES_SHOWN]]

    @property
    def percent(self) -> int:
        """The share that is done, in percent."""
        done, total = (self.job.done, self.job.total) if self.job else (self.upload.received, self.upload.bytes)
        return 100 * done // total if total else 0


def card_of(session: Session, upload: Upload) -> UploadCard:
    """Return an upload with what became of it."""
    job = session.get(Job, upload.job_id) if upload.job_id else None
    version = session.get(CourseVersion, upload.course_version_id) if upload.course_version_id else None
    found = [Problem.from_record(one) for one in upload.problems or ()]
    problems = [(one.path, in_words(one, SENTENCES)) for one in found if one.code in SENTENCES]
    return UploadCard(upload, _state(upload, job), job, version, problems or ([("", upload.refusal)] if upload.refusal else []))


def _state(upload: Upload, job: Job | None) -> str:
    if upload.contained is not None:
        return "opened"
    if upload.ended_at is not None:
        return "published" if upload.course_version_id else "refused"
    if upload.received < upload.bytes:
        return "receiving"
    if job is not None and job.state in WORKING:
        return "working"
    return "cancelled" if job is not None and job.state == CANCELLED else "failed"


@bp.url_value_preprocessor
def _allow_large_upload(endpoint: str | None, _values: dict[str, Any] | None) -> None:
    """Set the limit before the form is read (the CSRF check reads it)."""
    if endpoint == "catalogue.upload":
        request.max_content_length = MOST_MB * 1024 * 1024 + 65536  # space for the form around the file


@bp.errorhandler(413)
def _too_large(_error: Exception) -> ResponseReturnValue:
    form = UploadForm(formdata=None)
    form.file.errors = [_("This file is larger than %(mb)s MB. With scripts switched on, larger files can be sent in parts.", mb=MOST_MB)]
    return _upload_page(form), 413


@bp.route("/upload", methods=["GET", "POST"])
@requires(TRAINER)
def upload() -> ResponseReturnValue:
    """Accept a course file, which is then checked and published in the background; show all uploads of the trainer."""
    form = UploadForm()
    if not form.validate_on_submit():
        return _upload_page(form), 422 if request.method == "POST" else 200
    with closing(form.file.data) as sent:
        try:
            received = _receive(sent.filename, sent.stream)
        except LmsError as error:
            form.file.errors = [error.message]
            return _upload_page(form), error.status
    ring(work)
    return redirect(url_for(".upload", _anchor=f"upload-{received}"))


def most_bytes() -> int:
    """Return how much the courses of one organisation may take."""
    settings = site_settings()
    return settings.organisation_courses_mb * room.MEGABYTE


def _receive(name: str, stream: IO[bytes]) -> str:
    """Put a file that came as a whole into the file store in parts; return the id of its upload."""
    size = stream.seek(0, 2)
    stream.seek(0)
    if not size:
        raise InvalidInput(_("This file is empty. Choose it again."))
    with transaction() as writing:
        upload = receiving.begin(writing, name, size, person(), most_bytes(), now())
    sizes: list[int] = []
    while part := stream.read(receiving.LARGEST_PART):
        storage().put(receiving.part_name(upload.id, sum(sizes), len(part)), part)
        sizes.append(len(part))
    with transaction() as writing:
        locked = receiving.own(writing, upload.id, person(), lock=True)
        for size in sizes:
            receiving.add_part(writing, locked, locked.received, size, now())
    return upload.id


def _upload_page(form: UploadForm) -> str:
    return render_template(
        "catalogue/upload.html",
        form=form,
        cards=[card_of(session(), one) for one in receiving.of_person(session(), person().id)],
        most_mb=MOST_MB,
        largest_mb=receiving.LARGEST // 10**6,
        kinds=upload_words(),
        suffixes=" ".join(uploads()),
        libraries=site_library.held(session(), person()),
    )


@bp.get("/uploads/<upload_id>")
@requires(TRAINER)
def uploaded(upload_id: str) -> ResponseReturnValue:
    """Return how far one upload is, or what became of it; the page asks for it while it is being worked on."""
    return render_template("catalogue/_upload.html", card=card_of(session(), receiving.own(session(), upload_id, person())))


@bp.post("/uploads/<upload_id>/discard")
@requires(TRAINER)
def discard(upload_id: str) -> ResponseReturnValue:
    """Cancel an upload, or remove one that has ended from the page."""
    with transaction() as writing:
        receiving.discard(writing, storage(), receiving.own(writing, upload_id, person(), lock=True), now())
    return redirect(url_for(".upload"))
