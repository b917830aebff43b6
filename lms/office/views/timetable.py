"""Pages for a class's timetable: show it, add, change and cancel sessions, and import a whole timetable from a file."""

from collections.abc import Callable, Sequence
from datetime import date
from fractions import Fraction
from hashlib import sha256
from itertools import groupby
from typing import Any
from zoneinfo import ZoneInfo

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext
from sqlalchemy.orm import Session

from lms.accounts.access import requires
from lms.accounts.models import OFFICE, STAFF
from lms.attendance import marking
from lms.attendance.codes import EARLY
from lms.classes import timetable, timetable_file
from lms.classes.models import ClassSession, TrainingClass
from lms.classes.planning import PlannedSession
from lms.classes.setup import courses_of, locked_class
from lms.classes.timetable_file import TimetableFile
from lms.clock import now
from lms.crediting.effects import AccountEffect, effects_of
from lms.db import session, transaction
from lms.office import carried_file, effect_words, timetable_words
from lms.office.list_pages import part
from lms.office.places import bp, by_me, own_session, staffed_class
from lms.office.session_form import SessionForm, given
from lms.programmes.store import document_of
from lms.programmes.values import ProgrammeDocument
from lms.rosters import table
from lms.rosters.problems import Unreadable
from lms.row_problem import RowProblem

FORM_BYTES = 65_536
FILE_BYTES = 1_000_000


@bp.url_value_preprocessor
def _allow_timetables(endpoint: str | None, _values: dict[str, Any] | None) -> None:
    """Set the limits before the form is read (the check for forged forms reads it)."""
    if endpoint in {"office.preview_timetable", "office.take_timetable"}:
        request.max_content_length = request.max_form_memory_size = carried_file.carried_size(FILE_BYTES) + FORM_BYTES


@bp.get("/classes/<int:class_id>/timetable")
@requires(OFFICE, STAFF)
def show_timetable(class_id: int) -> ResponseReturnValue:
    """Show a class's sessions by day, the amount planned toward each requirement, and the practical share."""
    found = staffed_class(class_id)
    return _page(found)


def _page(found: TrainingClass, unreadable: str = "", status: int = 200) -> ResponseReturnValue:
    document = document_of(found.programme_version)
    zone = ZoneInfo(document.policy.time_zone)
    rows = timetable.sessions_of(session(), found.id)
    by_day = [(day, list(of_day)) for day, of_day in groupby(rows, lambda one: one.starts_at.astimezone(zone).date())]
    page = render_template(
        "office/timetable.html",
        training_class=found,
        document=document,
        zone=document.policy.time_zone,
        by_day=by_day,
        rows=rows,
        planned=timetable.planned_half_days(rows),
        share=_share(found, rows),
        marked=marking.counts(session(), [one.id for one in rows]),
        now=now(),
        early=EARLY,
        clashes=timetable.teacher_clashes(session(), found.id, [timetable.planned_of(one) for one in rows]),
        names={one.key: one.title for one in document.requirements},
        unreadable=unreadable,
        most=FILE_BYTES // 1_000_000,
    )
    return page, status


def _share(found: TrainingClass, rows: Sequence[ClassSession]) -> Fraction | None:
    courses = courses_of(session(), [found.id])[found.id]
    return timetable.practical_share(rows, [(one.outline.minutes, False) for one in courses])


@bp.route("/classes/<int:class_id>/timetable/new", methods=["GET", "POST"])
@requires(OFFICE, STAFF)
def new_session(class_id: int) -> ResponseReturnValue:
    """Add one session."""
    found = staffed_class(class_id)
    document = document_of(found.programme_version)
    form = SessionForm(data={"day": _usual_day(found)}) if request.method == "GET" else SessionForm()
    form.offer(document)
    if form.validate_on_submit() and _added(form, found, document):
        flash(_("The session is on the timetable."), "success")
        return redirect(url_for(".show_timetable", class_id=class_id))
    page = render_template("office/session.html", training_class=found, form=form, row=None)
    return page, 422 if form.is_submitted() else 200


def _usual_day(found: TrainingClass) -> date:
    rows = timetable.sessions_of(session(), found.id)
    return rows[-1].starts_at.date() if rows else found.starts_on


def _added(form: SessionForm, found: TrainingClass, document: ProgrammeDocument) -> bool:
    with transaction() as writing:
        locked_class(writing, found.id)
        (planned,) = timetable.with_keys(writing, found.id, [form.planned("", document)])
        there = [timetable.planned_of(one) for one in timetable.sessions_of(writing, found.id)]
        problems = timetable.problems_of(there, [planned], timetable.limits_of(found, document))
        if not problems:
            timetable.add(writing, found.id, [planned], by_me())
    form.show_problems(problems)
    return not problems


@bp.route("/classes/<int:class_id>/timetable/<int:session_id>", methods=["GET", "POST"])
@requires(OFFICE, STAFF)
def change_session(class_id: int, session_id: int) -> ResponseReturnValue:
    """Change one session. If attendance is recorded already, show the effect on it before saving."""
    found, row = own_session(class_id, session_id)
    document = document_of(found.programme_version)
    form = SessionForm(data=given(row, document)) if request.method == "GET" else SessionForm()
    form.offer(document, row.requirement)
    effects: list[AccountEffect] = []
    if form.validate_on_submit():
        planned = form.planned(row.key, document)
        effects = _changed(form, found, row, planned)
        if not effects and not form.errors and not form.form_errors:
            return redirect(url_for(".show_timetable", class_id=class_id))
    lines = effect_words.lines_of(session(), found, effects)
    seen = _fingerprint(planned) if effects else ""
    page = render_template("office/session.html", training_class=found, form=form, row=row, lines=lines, seen=seen)
    return page, 422 if form.is_submitted() else 200


def _fingerprint(planned: PlannedSession) -> str:
    """Return an id of the change whose effect was previewed, so that another change gets a new preview."""
    return sha256(repr(planned).encode()).hexdigest()


def _changed(form: SessionForm, found: TrainingClass, row: ClassSession, planned: PlannedSession) -> list[AccountEffect]:
    """Save a change; return what it would do, and save nothing, where accounts would move and the page has not shown that."""
    done, effects = False, []
    with transaction() as writing:
        locked_class(writing, found.id)
        there = [timetable.planned_of(one) for one in timetable.sessions_of(writing, found.id) if one.id != row.id]
        limits = timetable.limits_of(found, document_of(found.programme_version))
        problems = timetable.problems_of(there, [planned], limits, timetable.planned_of(writing.get_one(ClassSession, row.id)))
        if not problems and request.form.get("seen") != _fingerprint(planned):
            by = by_me()
            effects = _effects(writing, row.id, lambda: timetable.change(writing, writing.get_one(ClassSession, row.id), planned, by))
        if not problems and not effects:
            done = timetable.change(writing, writing.get_one(ClassSession, row.id), planned, by_me())
    form.show_problems(problems)
    if not problems and not effects:
        flash(_("Saved.") if done else _("Nothing has changed."), "success" if done else "info")
    return effects


def _effects(writing: Session, session_id: int, change: Callable[[], object]) -> list[AccountEffect]:
    """Return the effects of a change on the people whose attendance of a session is recorded."""
    marked = list(marking.marks_of(writing, [session_id])[session_id])
    return [one for one in effects_of(writing, marked, change, now()) if one.changed] if marked else []


@bp.post("/classes/<int:class_id>/timetable/<int:session_id>/cancel")
@requires(OFFICE, STAFF)
def cancel_session(class_id: int, session_id: int) -> ResponseReturnValue:
    """Take a session off the timetable; where that takes something from somebody, say so first."""
    found, row = own_session(class_id, session_id)
    effects: list[AccountEffect] = []
    with transaction() as writing:
        locked_class(writing, class_id)
        by = by_me()
        if not request.form.get("confirm"):
            effects = _effects(writing, row.id, lambda: timetable.cancel(writing, writing.get_one(ClassSession, row.id), by))
        if not effects:
            timetable.cancel(writing, writing.get_one(ClassSession, row.id), by)
    if effects:
        lines, zone = effect_words.lines_of(session(), found, effects), document_of(found.programme_version).policy.time_zone
        about = {"title": _("Cancel “%(title)s”?", title=row.title), "order": None, "button": _("Cancel the session"), "zone": zone}
        back = url_for(".show_timetable", class_id=class_id)
        page = render_template(
            "office/sessions_preview.html", training_class=found, rows=[row], lines=lines, action=request.path, back=back, **about
        )
        return page, 200
    flash(_("The session is off the timetable. Its history is kept."), "success")
    return redirect(url_for(".show_timetable", class_id=class_id))


@bp.post("/classes/<int:class_id>/timetable/file")
@requires(OFFICE, STAFF)
def preview_timetable(class_id: int) -> ResponseReturnValue:
    """Show the sessions that a file would add; nothing is stored."""
    found = staffed_class(class_id)
    content = carried_file.uploaded(FILE_BYTES) or carried_file.unpacked(request.form.get("carried", ""), FILE_BYTES)
    if not content:
        return _page(found, _("Choose a file with a timetable."), 422)
    if len(content) > FILE_BYTES:
        return _page(found, _("The file is larger than %(mb)s MB.", mb=FILE_BYTES // 1_000_000), 422)
    try:
        read = _read(content, found)
    except Unreadable as error:
        return _page(found, str(error), 422)
    problems = _plan_problems(found, read)
    return render_template(
        "office/timetable_preview.html",
        training_class=found,
        read=read,
        problems=[*((one.line, one) for one in read.problems), *((read.lines[one.line], one) for one in problems)],
        rows=list(zip(read.lines, read.planned, strict=True)),
        names={one.key: one.title for one in document_of(found.programme_version).requirements},
        words=timetable_words,
        missing=[str(timetable_words.FIELDS[name]) for name in read.missing],
        zone=document_of(found.programme_version).policy.time_zone,
        paged=part,
        carried=carried_file.packed(content),
    )


def _read(content: bytes, found: TrainingClass) -> TimetableFile:
    document = document_of(found.programme_version)
    countable = [one for one in document.requirements if one.kind in {"days", "hours"}]
    names = {name.lower(): one.key for one in countable for name in (one.key, one.title.zh, one.title.en)}
    live = frozenset(one.key for one in countable if one.kind == "hours")
    context = timetable_file.TimetableContext(ZoneInfo(document.policy.time_zone), found.starts_on.year, names, live)
    return timetable_file.read([(line.number, line.cells) for line in table.read(content).lines], context)


def _plan_problems(found: TrainingClass, read: TimetableFile) -> list[RowProblem]:
    there = [timetable.planned_of(one) for one in timetable.sessions_of(session(), found.id)]
    planned = _keyed(read.planned)
    return timetable.problems_of(there, planned, timetable.limits_of(found, document_of(found.programme_version)))


def _keyed(planned: Sequence[PlannedSession]) -> list[PlannedSession]:
    return timetable.with_keys(session(), 0, planned)  # any free keys are enough for a check


@bp.post("/classes/<int:class_id>/timetable/take")
@requires(OFFICE, STAFF)
def take_timetable(class_id: int) -> ResponseReturnValue:
    """Add all sessions of a file after its preview, or none."""
    found = staffed_class(class_id)
    document = document_of(found.programme_version)
    try:
        read = _read(carried_file.unpacked(request.form.get("file", ""), FILE_BYTES), found)
    except Unreadable:
        return _page(found, _("Choose the file again."), 422)
    with transaction() as writing:
        locked_class(writing, class_id)
        planned = timetable.with_keys(writing, class_id, read.planned)
        there = [timetable.planned_of(one) for one in timetable.sessions_of(writing, class_id)]
        problems = [*read.problems, *timetable.problems_of(there, planned, timetable.limits_of(found, document))]
        if not problems:
            timetable.add(writing, class_id, planned, by_me())
    if problems or not planned:
        return _page(found, _("The timetable has changed since. Upload the file again and look at the preview."), 422)
    flash(ngettext("%(num)s session is on the timetable.", "%(num)s sessions are on the timetable.", len(planned)), "success")
    return redirect(url_for(".show_timetable", class_id=class_id))
