"""Pages for setting tasks, and for accepting or returning what teachers submit."""

from datetime import date

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from sqlalchemy import select
from wtforms import SelectField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired, InputRequired, Length, Optional

from lms.accounts.access import requires
from lms.accounts.models import OFFICE, STAFF
from lms.classes import changes
from lms.classes.models import Enrolment, TrainingClass
from lms.classes.setup import locked_class
from lms.clock import now
from lms.db import session, transaction
from lms.errors import InvalidInput, NotFound
from lms.i18n import pick
from lms.learning import reflections
from lms.office.class_form import DayField
from lms.office.places import NOT_YOURS, attesting, bp, by_me, staffed_class
from lms.practice import work
from lms.practice.files import SHOWN
from lms.practice.models import ACCEPTED, HANDED_IN, RETURNED, STATES, TAKEN_BACK, PracticeFile, PracticeTask, PracticeWork
from lms.practice.views import as_file
from lms.practice.work import COMMENT_MAX, TASK_TEXT_MAX, TASKS_MAX, TITLE_MAX
from lms.programmes.store import document_of
from lms.programmes.values import ProgrammeDocument
from lms.storage import storage
from lms.web.amounts import whole_number

DECISIONS = (ACCEPTED, RETURNED, TAKEN_BACK)


class TaskForm(FlaskForm):  # type: ignore[misc]
    """A task for everybody in the class."""

    title = StringField(_l("Title"), validators=[DataRequired(_l("Give the task a title.")), Length(max=TITLE_MAX)])
    text = TextAreaField(_l("What to do"), validators=[Length(max=TASK_TEXT_MAX)])
    requirement = SelectField(_l("Counts toward"), validators=[InputRequired(_l("Choose what it counts toward."))])
    due_on = DayField(_l("Until"), validators=[Optional()])

    def offer(self, document: ProgrammeDocument) -> None:
        """Offer the programme's requirements of tasks."""
        tasks = [one for one in document.requirements if one.kind == "tasks"]
        self.requirement.choices = [SelectChoice(one.key, pick(one.title.zh, one.title.en)) for one in tasks]


@bp.get("/classes/<int:class_id>/tasks")
@requires(OFFICE, STAFF)
def tasks(class_id: int) -> ResponseReturnValue:
    """Show a class's tasks, and the submissions that wait for a decision."""
    found = staffed_class(class_id)
    state = request.args.get("state", HANDED_IN)
    state = state if state in STATES else HANDED_IN
    works = work.queue(session(), class_id, state, request.args.get("after", 0, type=whole_number))
    kinds = {one.kind for one in document_of(found.programme_version).requirements}
    return render_template(
        "office/tasks.html",
        training_class=found,
        tasks=work.tasks_of(session(), [class_id]),
        works=works,
        state=state,
        waiting=work.waiting(session(), [class_id])[class_id],
        next=works[-1].id if len(works) == work.PAGE else None,
        has_tasks="tasks" in kinds,
        has_logs="months" in kinds,
    )


@bp.route("/classes/<int:class_id>/tasks/new", methods=["GET", "POST"])
@requires(OFFICE, STAFF)
def new_task(class_id: int) -> ResponseReturnValue:
    """Set a task for a class."""
    found = staffed_class(class_id)
    form = TaskForm()
    form.offer(document_of(found.programme_version))
    if form.validate_on_submit() and _set(form, found):
        flash(_("The task is set. The class’s teachers see it from now on."), "success")
        return redirect(url_for(".tasks", class_id=class_id))
    page = render_template("office/task.html", training_class=found, form=form)
    return page, 422 if form.is_submitted() else 200


def _set(form: TaskForm, found: TrainingClass) -> bool:
    due: date | None = form.due_on.data
    with transaction() as writing:
        locked_class(writing, found.id)
        if len(work.tasks_of(writing, [found.id])) >= TASKS_MAX:
            form.form_errors.append(_("A class has at most %(most)s tasks.", most=TASKS_MAX))
            return False
        by = by_me()
        title, text = form.title.data.strip(), (form.text.data or "").strip()
        task = PracticeTask(class_id=found.id, requirement=form.requirement.data, title=title, text=text, due_on=due)
        task.created_at, task.created_by = by.at, by.person_id
        writing.add(task)
        changes.note(writing, found.id, changes.made("task", by, after=title))
    return True


@bp.post("/classes/<int:class_id>/tasks/<int:task_id>/withdraw")
@requires(OFFICE, STAFF)
def withdraw_task(class_id: int, task_id: int) -> ResponseReturnValue:
    """Withdraw a task; accepted submissions stay."""
    staffed_class(class_id)
    with transaction() as writing:
        task = writing.get(PracticeTask, task_id)
        if task is None or task.class_id != class_id:
            raise NotFound(str(NOT_YOURS))
        if task.withdrawn_at is None:
            task.withdrawn_at = now()
            changes.note(writing, class_id, changes.made("task-withdrawn", by_me(), before=task.title))
    flash(_("Withdrawn. What was accepted still counts."), "success")
    return redirect(url_for(".tasks", class_id=class_id))


@bp.get("/classes/<int:class_id>/works/<int:work_id>")
@requires(OFFICE, STAFF)
def review(class_id: int, work_id: int) -> ResponseReturnValue:
    """Show a submission, to accept or return it."""
    found = staffed_class(class_id)
    one = work.of_class(session(), class_id, work_id)
    if one is None:
        raise NotFound(str(NOT_YOURS))
    return _review(found, one), 200


def _review(found: TrainingClass, one: PracticeWork, problem: str = "") -> str:
    waiting = work.waiting(session(), [found.id])[found.id]
    return render_template(
        "office/review.html",
        training_class=found,
        work=one,
        prompt=reflections.prompt_of(session(), storage(), one),
        shown=SHOWN,
        problem=problem,
        waiting=waiting,
        most=COMMENT_MAX,
    )


@bp.post("/classes/<int:class_id>/works/<int:work_id>")
@requires(OFFICE, STAFF)
def decide(class_id: int, work_id: int) -> ResponseReturnValue:
    """Accept or return a submission, and continue with the next one that waits."""
    found = staffed_class(class_id)
    what, comment = request.form.get("what", "")[:20], request.form.get("comment", "")
    one = work.of_class(session(), class_id, work_id)
    if one is None or what not in DECISIONS:
        raise NotFound(str(NOT_YOURS))
    if len(comment) > COMMENT_MAX:
        return _review(found, one, _("The comment has at most %(most)s characters.", most=COMMENT_MAX)), 422
    if what != ACCEPTED and not comment.strip():
        return _review(found, one, _("Say what is missing, so that the teacher can mend it.")), 422
    try:
        with transaction() as writing:
            by = by_me()
            locked = work.of_class(writing, class_id, work_id, lock=True)
            done = locked is not None and work.decide(writing, locked, what, comment, by, attesting(writing))
            following = [one.id for one in work.queue(writing, class_id, HANDED_IN, 0)[:1]]  # after this decision
    except InvalidInput as error:
        return _review(found, one, error.problems[0].words), 422
    said = {ACCEPTED: _("Accepted."), RETURNED: _("Returned to the teacher."), TAKEN_BACK: _("The acceptance is taken back.")}
    flash(said[what] if done else _("Somebody else has decided it in the meantime."), "success" if done else "info")
    if following:
        return redirect(url_for(".review", class_id=class_id, work_id=following[0]))
    return redirect(url_for(".tasks", class_id=class_id))


@bp.get("/classes/<int:class_id>/files/<int:file_id>")
@requires(OFFICE, STAFF)
def work_file(class_id: int, file_id: int) -> ResponseReturnValue:
    """Return a file of a submission."""
    staffed_class(class_id)
    query = select(PracticeFile).join(PracticeWork, PracticeWork.id == PracticeFile.work_id)
    found = session().scalar(
        query.join(Enrolment, Enrolment.id == PracticeWork.enrolment_id).where(Enrolment.class_id == class_id, PracticeFile.id == file_id)
    )
    if found is None:
        raise NotFound(str(NOT_YOURS))
    return as_file(found)
