"""Pages for teachers' tasks and logs: submit text, photos and documents from a phone."""

from collections.abc import Sequence
from contextlib import closing
from datetime import date
from typing import Any

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import LazyString
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import select
from sqlalchemy.orm import joinedload, selectinload

from lms.accounts.access import person, requires
from lms.accounts.models import TEACHER
from lms.classes.models import LEARNING, Enrolment, TrainingClass
from lms.clock import now
from lms.db import session, transaction
from lms.errors import NotFound
from lms.i18n import local_time
from lms.practice import files, work
from lms.practice.files import BYTES_MAX, FILES_MAX, SHOWN, HandedIn
from lms.practice.models import ACCEPTED, PracticeFile, PracticeTask, PracticeWork
from lms.practice.work import TEXT_MAX, Submission
from lms.programmes.store import document_of
from lms.programmes.values import Requirement
from lms.storage import storage
from lms.web.amounts import read_day, whole_number
from lms.web.downloads import as_download

bp = Blueprint("practice", __name__, url_prefix="/practice")
NOT_YOURS = _l("There is nothing at this address, or it is not yours to see. Check the address or go back to the first page.")
FORM_BYTES = 200_000
PROBLEMS: dict[str, LazyString] = {
    "accepted-already": _l("This has been accepted already; it cannot be changed any more."),
    "text-too-long": _l("The text is longer than 20,000 characters. Shorten it, or hand in a document."),
    "nothing-in-it": _l("Write something or add a photo or a document."),
    "too-many-files": _l("At most 6 files together. Remove some, or put them into one document."),
    "too-many-works": _l("You have handed in as much as can be kept. Ask your class staff."),
    "empty": _l("A file is empty. Choose it again."),
    "too-large": _l("A file is larger than 20 MB. Make it smaller and choose it again."),
    "unknown-kind": _l("Photos (JPEG, PNG, WebP, HEIC), PDF, Word, Excel, PowerPoint and MP4 can be handed in."),
    "bad-day": _l("Choose the day the log is about: a day up to today."),
}


@bp.url_value_preprocessor
def _allow_files(endpoint: str | None, _values: dict[str, Any] | None) -> None:
    """Set the limit before the form is read (the check for forged forms reads it)."""
    if endpoint in {"practice.hand_in_task", "practice.hand_in_log"}:
        request.max_content_length = FILES_MAX * BYTES_MAX + FORM_BYTES
        request.max_form_memory_size = FORM_BYTES


@bp.get("/")
@requires(TEACHER)
def mine() -> ResponseReturnValue:
    """Show the tasks and logs, and the states of their submissions."""
    enrolments = session().scalars(_own().where(Enrolment.status.in_(LEARNING))).all()
    tasks = work.tasks_of(session(), {one.class_id for one in enrolments})
    works = work.works_of(session(), [one.id for one in enrolments])
    done = {(one.enrolment_id, one.task_id): one for one in works if one.task_id is not None}
    page = [
        {
            "enrolment": one,
            "tasks": [(task, done.get((one.id, task.id))) for task in tasks if task.class_id == one.class_id],
            "logs": [log for log in works if log.enrolment_id == one.id and log.task_id is None and log.activity is None],
            "months": _logged(one),
        }
        for one in enrolments
    ]
    return render_template("practice/mine.html", page=page, today=_today())


def _own() -> Any:
    whole = joinedload(Enrolment.training_class).joinedload(TrainingClass.programme_version)
    return select(Enrolment).where(Enrolment.person_id == person().id).options(whole).order_by(Enrolment.id.desc())


def _logged(enrolment: Enrolment) -> Sequence[Requirement]:
    """Return the requirements of months for which the person writes logs."""
    document = document_of(enrolment.training_class.programme_version)
    return [one for one in document.requirements_of(enrolment.track) if one.kind == "months"]


def _today() -> date:
    return local_time(now()).date()


def _enrolment(enrolment_id: int) -> Enrolment:
    found: Enrolment | None = session().scalar(_own().where(Enrolment.id == enrolment_id, Enrolment.status.in_(LEARNING)))
    if found is None:
        raise NotFound(str(NOT_YOURS))
    return found


def _task(enrolment: Enrolment, task_id: int) -> tuple[PracticeTask, PracticeWork | None]:
    task = session().get(PracticeTask, task_id)
    if task is None or task.class_id != enrolment.class_id or task.withdrawn_at is not None:
        raise NotFound(str(NOT_YOURS))
    return task, session().scalar(_whole(PracticeWork.task_id == task_id, PracticeWork.enrolment_id == enrolment.id))


def _whole(*wanted: Any) -> Any:
    whole = (selectinload(PracticeWork.files), selectinload(PracticeWork.decisions), joinedload(PracticeWork.task))
    return select(PracticeWork).where(*wanted).options(*whole)


@bp.get("/<int:enrolment_id>/tasks/<int:task_id>")
@requires(TEACHER)
def task(enrolment_id: int, task_id: int) -> ResponseReturnValue:
    """Show a task and its submission."""
    found, before = _task(_enrolment(enrolment_id), task_id)
    return _work_page(enrolment_id, before, task=found)


@bp.post("/<int:enrolment_id>/tasks/<int:task_id>")
@requires(TEACHER)
def hand_in_task(enrolment_id: int, task_id: int) -> ResponseReturnValue:
    """Submit a task, for the first time or after it was returned."""
    enrolment = _enrolment(enrolment_id)
    found, before = _task(enrolment, task_id)
    sent = _files()
    text = request.form.get("text", "")
    submission = Submission(found.requirement, text, sent if not isinstance(sent, str) else (), _today(), found.id)
    problem = sent if isinstance(sent, str) else _kept(enrolment, submission, None if before is None else before.id)
    if problem is not None:
        return _work_page(enrolment_id, before, task=found, problem=problem, text=text), 422
    flash(_("Handed in. Your class staff will look at it."), "success")
    return redirect(url_for(".mine"))


@bp.get("/<int:enrolment_id>/logs/<requirement>/new")
@requires(TEACHER)
def new_log(enrolment_id: int, requirement: str) -> ResponseReturnValue:
    """Show the form for a log of practice."""
    _months(_enrolment(enrolment_id), requirement)
    return _work_page(enrolment_id, None, requirement=requirement)


@bp.get("/<int:enrolment_id>/logs/<int:work_id>")
@requires(TEACHER)
def log(enrolment_id: int, work_id: int) -> ResponseReturnValue:
    """Show a submitted log."""
    found = _log(_enrolment(enrolment_id), work_id)
    return _work_page(enrolment_id, found, requirement=found.requirement)


@bp.post("/<int:enrolment_id>/logs/<requirement>")
@requires(TEACHER)
def hand_in_log(enrolment_id: int, requirement: str) -> ResponseReturnValue:
    """Submit a log, for the first time or after it was returned."""
    enrolment = _enrolment(enrolment_id)
    _months(enrolment, requirement)
    work_id = request.form.get("work", type=whole_number)
    before = None if work_id is None else _log(enrolment, work_id)
    text, day, sent = request.form.get("text", ""), _day(request.form.get("on", "")), _files()
    problem = sent if isinstance(sent, str) else "bad-day" if day is None else None
    if problem is None and day is not None and not isinstance(sent, str):
        problem = _kept(enrolment, Submission(requirement, text, sent, day), work_id)
    if problem is not None:
        return _work_page(enrolment_id, before, requirement=requirement, problem=problem, text=text), 422
    flash(_("Handed in. Your class staff will look at it."), "success")
    return redirect(url_for(".mine"))


def _months(enrolment: Enrolment, requirement: str) -> Requirement:
    found = next((one for one in _logged(enrolment) if one.key == requirement), None)
    if found is None:
        raise NotFound(str(NOT_YOURS))
    return found


def _log(enrolment: Enrolment, work_id: int) -> PracticeWork:
    found: PracticeWork | None = session().scalar(
        _whole(
            PracticeWork.id == work_id,
            PracticeWork.enrolment_id == enrolment.id,
            PracticeWork.task_id.is_(None),
            PracticeWork.activity.is_(None),
        )
    )
    if found is None:
        raise NotFound(str(NOT_YOURS))
    return found


def _day(said: str) -> date | None:
    day = read_day(said)
    return day if day is not None and day <= _today() else None


def _files() -> list[HandedIn] | str:
    """Return the uploaded files, or the reason why one of them is refused."""
    found: list[HandedIn] = []
    for upload in request.files.getlist("files")[: FILES_MAX + 1]:
        if not upload.filename:
            continue
        with closing(upload):
            read = files.read(upload.filename, upload.stream.read(BYTES_MAX + 1))
        if isinstance(read, str):
            return read
        found.append(read)
    return found


def _kept(enrolment: Enrolment, submission: Submission, before_id: int | None) -> str | None:
    """Store the submission, or return the reason why it is refused."""
    with transaction() as writing:
        own = writing.scalars(select(Enrolment).where(Enrolment.id == enrolment.id).with_for_update(key_share=True)).one()
        before = writing.scalar(_whole(_which(submission, before_id, own)))
        problem = work.problem_of(submission, before, work.stored(writing, own.id))
        if problem is None:
            work.hand_in(writing, storage(), own, submission, before, now())
    return problem


def _which(submission: Submission, before_id: int | None, own: Enrolment) -> Any:
    if submission.task_id is not None:  # also one that another tab has just submitted
        return (PracticeWork.task_id == submission.task_id) & (PracticeWork.enrolment_id == own.id)
    return (PracticeWork.id == (before_id or 0)) & (PracticeWork.enrolment_id == own.id)


def _work_page(
    enrolment_id: int,
    before: PracticeWork | None,
    *,
    task: PracticeTask | None = None,
    requirement: str = "",
    problem: str = "",
    text: str | None = None,
) -> str:
    return render_template(
        "practice/work.html",
        enrolment_id=enrolment_id,
        work=before,
        task=task,
        requirement=requirement,
        problem=PROBLEMS.get(problem, ""),
        text=text if text is not None else (before.text if before else ""),
        accepted=before is not None and before.state == ACCEPTED,
        today=_today(),
        text_max=TEXT_MAX,
        shown=SHOWN,
    )


@bp.get("/files/<int:file_id>")
@requires(TEACHER)
def file(file_id: int) -> ResponseReturnValue:
    """Return a file that the person submitted."""
    query = select(PracticeFile).join(PracticeWork, PracticeWork.id == PracticeFile.work_id)
    mine = query.join(Enrolment, Enrolment.id == PracticeWork.enrolment_id).where(Enrolment.person_id == person().id)
    found = session().scalar(mine.where(PracticeFile.id == file_id))
    if found is None:
        raise NotFound(str(NOT_YOURS))
    return as_file(found)


def as_file(found: PracticeFile) -> Response:
    """Return a file in a way that runs nothing: a page may show photos, everything else is downloaded."""
    response = Response(storage().stream(found.object_name), mimetype=found.mimetype)
    if found.mimetype in SHOWN:
        response.headers["Cache-Control"] = "private, max-age=3600"
        response.headers["Content-Disposition"] = "inline"
    else:
        as_download(response, found.name)
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response
