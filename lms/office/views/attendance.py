"""Mark the attendance of a session: one grid for a whole class, for keyboards and phones."""

from collections.abc import Mapping, Sequence

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext
from sqlalchemy import select
from sqlalchemy.orm import joinedload

from lms.accounts.access import requires
from lms.accounts.models import OFFICE, STAFF
from lms.attendance import checking_in, marking, own_page
from lms.attendance.at_once import at_once
from lms.attendance.models import CLAIMED, STATES, AttendanceMark
from lms.classes.models import LEARNING, ClassSession, Enrolment, TrainingClass
from lms.classes.setup import locked_class
from lms.clock import now
from lms.db import session, transaction
from lms.learning.live import present_now
from lms.office import attendance_form
from lms.office.attendance_form import Typed
from lms.office.places import attesting, bp, by_me, own_session
from lms.programmes.store import document_of
from lms.transcripts.visibility import way_of
from lms.transcripts.words import ATTENDED
from lms.web.amounts import whole_number

PEOPLE_MAX = 200  # on one page


@bp.get("/classes/<int:class_id>/timetable/<int:session_id>/attendance")
@requires(OFFICE, STAFF)
def attendance(class_id: int, session_id: int) -> ResponseReturnValue:
    """Show everybody in the class with their marks for this session."""
    found, lesson = own_session(class_id, session_id)
    people = _people(class_id, request.args.get("after", 0, type=whole_number))
    marks = marking.marks_of(session(), [session_id])[session_id]
    zone = document_of(found.programme_version).policy.time_zone
    rows = {one.id: attendance_form.shown(marks.get(one.id), zone) for one in people}
    return _page(found, lesson, people, rows, marks, {}), 200


def _people(class_id: int, after: int) -> Sequence[Enrolment]:
    """Return the participants in the order of their enrolment, one page of them."""
    wanted = (Enrolment.class_id == class_id, Enrolment.status.in_(LEARNING), Enrolment.id > after)
    query = select(Enrolment).where(*wanted).options(joinedload(Enrolment.person)).order_by(Enrolment.id).limit(PEOPLE_MAX)
    return session().scalars(query).all()


def _page(
    found: TrainingClass,
    lesson: ClassSession,
    people: Sequence[Enrolment],
    rows: Mapping[int, Typed],
    marks: Mapping[int, AttendanceMark],
    problems: Mapping[int, str],
) -> str:
    here, marked = marking.counts(session(), [lesson.id])[lesson.id]
    scans = checking_in.scans_of(session(), [lesson.id])
    names = {one.id: one.person.name for one in people}
    doubles = at_once(session(), names, lambda other: way_of(other) is not None)
    return render_template(
        "office/attendance.html",
        stays={person: checking_in.stays_of(own) for (_of, person), own in scans.items()},
        open=checking_in.open_among(scans, lesson.id, marks),
        shared=checking_in.shared_devices([one for own in scans.values() for one in own]),
        at_once={who: [one for one in all_ if one.session_id == lesson.id] for who, all_ in doubles.items()},
        claims=[one for own in scans.values() for one in own if one.state == CLAIMED and one.enrolment_id in names],
        names=names,
        live=own_page.is_live(lesson),
        counting=present_now(session(), [lesson.id]).get(lesson.id, frozenset()),
        over=lesson.ends_at <= now(),
        training_class=found,
        lesson=lesson,
        zone=document_of(found.programme_version).policy.time_zone,
        people=people,
        rows=rows,
        marks=marks,
        problems=problems,
        states={state: ATTENDED[state] for state in STATES},
        here=here,
        marked=marked,
        started=lesson.starts_at <= now(),
        after=request.args.get("after", 0, type=whole_number),
        next=people[-1].id if len(people) == PEOPLE_MAX else None,
    )


@bp.post("/classes/<int:class_id>/timetable/<int:session_id>/attendance")
@requires(OFFICE, STAFF)
def mark_attendance(class_id: int, session_id: int) -> ResponseReturnValue:
    """Save the grid: all of it, or nothing if a row is wrong."""
    found, lesson = own_session(class_id, session_id)
    people = _people(class_id, request.args.get("after", 0, type=whole_number))
    rest = "present" if request.form.get("rest") else ""
    marks = marking.marks_of(session(), [session_id])[session_id]
    came = checking_in.open_among(checking_in.scans_of(session(), [session_id]), session_id, marks)
    ids, own = [one.id for one in people], {one.id for one in people if one.person_id == by_me().person_id}
    rows = attendance_form.typed(request.form, ids)
    if rest:
        rows |= attendance_form.typed(request.form, [one for one in ids if one not in {*rows, *marks, *own} and one not in came], rest)
    zone = document_of(found.programme_version).policy.time_zone
    rows = attendance_form.touched(rows, marks, zone)
    wanted = attendance_form.marks_of(lesson, rows, zone)
    if lesson.starts_at > now():
        flash(_("The session has not begun. Attendance is noted from its beginning on."), "error")
        return redirect(url_for(".attendance", class_id=class_id, session_id=session_id))
    with transaction() as writing:
        locked_class(writing, class_id)
        there = marking.marks_of(writing, [session_id])[session_id]
        problems = marking.problems_of(lesson, wanted, there, came, own)
        if not problems:
            by = by_me()
            count = marking.note(writing, writing.get_one(ClassSession, session_id), wanted, by, attesting(writing))
    if problems:
        shown = {one.id: rows.get(one.id, attendance_form.shown(marks.get(one.id), zone)) for one in people}
        return _page(found, lesson, people, shown, marks, attendance_form.words_of_rows(problems)), 422
    flash(
        ngettext("%(num)s mark is saved.", "%(num)s marks are saved.", count) if count else _("Nothing has changed."),
        "success" if count else "info",
    )
    return redirect(url_for(".attendance", class_id=class_id, session_id=session_id, after=request.args.get("after") or None))
