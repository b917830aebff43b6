"""Take in the report of an online meeting: columns recognised or assigned, names matched once, everything shown before it counts."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import LazyString, ngettext
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from lms.accounts.access import requires
from lms.accounts.models import OFFICE, STAFF, Person
from lms.attendance import meeting_names, meeting_report
from lms.attendance.meeting_report import FIELDS, ColumnNumbers, MeetingReport
from lms.attendance.sentences import SENTENCES
from lms.classes.models import LEARNING, ClassSession, Enrolment, TrainingClass
from lms.classes.setup import locked_class
from lms.clock import now
from lms.db import session, transaction
from lms.i18n import in_words
from lms.office import carried_file
from lms.office.places import attesting, bp, by_me, own_session
from lms.programmes.store import document_of
from lms.rosters import table
from lms.rosters.problems import Unreadable
from lms.web.amounts import whole_number

FILE_BYTES = 1_000_000
FORM_BYTES, FORM_PARTS = 131_072, 1_500  # the form around a file: a choice for each name
NUMBER = re.compile(r"[0-9]{1,3}")
SAMPLE = 6  # rows that are shown where columns are assigned
COLUMNS_MAX = 30
WORDS: Mapping[str, LazyString] = {"name": _l("Name in the meeting"), "joined": _l("Joined"), "left": _l("Left")}


@bp.url_value_preprocessor
def _allow_reports(endpoint: str | None, _values: dict[str, Any] | None) -> None:
    """Set the limits before anything reads the form (the check for forged forms does)."""
    if endpoint in {"office.preview_meeting", "office.take_meeting"}:
        request.max_content_length = request.max_form_memory_size = carried_file.carried_size(FILE_BYTES) + FORM_BYTES
        request.max_form_parts = FORM_PARTS


@dataclass(frozen=True, slots=True)
class _UploadedReport:
    """A report as it was uploaded or carried: its rows below the header, and its columns."""

    content: bytes
    rows: Sequence[tuple[int, Sequence[str]]]
    columns: ColumnNumbers | None

    @property
    def carried(self) -> str:
        """The report as the page carries it."""
        return carried_file.packed(self.content)


def _uploaded_report() -> _UploadedReport:
    content = carried_file.uploaded(FILE_BYTES) or carried_file.unpacked(request.form.get("report", ""), FILE_BYTES)
    if not content or len(content) > FILE_BYTES:
        raise Unreadable(_("Choose the meeting's report, at most %(mb)s MB.", mb=FILE_BYTES // 1_000_000))
    rows = [(line.number, line.cells) for line in table.read(content).lines]
    assigned = {field: int(said) for field in FIELDS if NUMBER.fullmatch(said := request.form.get(f"column-{field}", ""))}
    known = meeting_report.columns_of(rows)
    if len(assigned) == len(FIELDS):
        return _UploadedReport(content, rows[known[0] + 1 :] if known else rows[1:], assigned)
    return _UploadedReport(content, rows, None) if known is None else _UploadedReport(content, rows[known[0] + 1 :], known[1])


@bp.get("/classes/<int:class_id>/timetable/<int:session_id>/meeting")
@requires(OFFICE, STAFF)
def meeting(class_id: int, session_id: int) -> ResponseReturnValue:
    """Ask for the report of a session's meeting."""
    return _page(*own_session(class_id, session_id))


def _page(found: TrainingClass, lesson: ClassSession, status: int = 200, **more: object) -> ResponseReturnValue:
    page = render_template(
        "office/meeting.html",
        training_class=found,
        lesson=lesson,
        zone=document_of(found.programme_version).policy.time_zone,
        begun=lesson.starts_at <= now(),
        fields=WORDS,
        most=FILE_BYTES // 1_000_000,
        **more,
    )
    return page, status


def _read(found: TrainingClass, lesson: ClassSession, report: _UploadedReport) -> MeetingReport:
    zone = ZoneInfo(document_of(found.programme_version).policy.time_zone)
    return meeting_report.read(report.rows, report.columns or {}, (lesson.starts_at, lesson.ends_at), zone)


@bp.post("/classes/<int:class_id>/timetable/<int:session_id>/meeting")
@requires(OFFICE, STAFF)
def preview_meeting(class_id: int, session_id: int) -> ResponseReturnValue:
    """Preview the person of each name and the times that would count; nothing is stored."""
    found, lesson = own_session(class_id, session_id)
    try:
        report = _uploaded_report()
    except Unreadable as error:
        return _page(found, lesson, 422, unreadable=str(error))
    if report.columns is None:
        sample = report.rows[:SAMPLE]
        width = min(COLUMNS_MAX, max((len(cells) for _line, cells in sample), default=0))
        return _page(found, lesson, carried=report.carried, sample=sample, width=width)
    read = _read(found, lesson, report)
    if read.problems or not read.rows:
        problems = [(one.line, WORDS[one.field], in_words(one, SENTENCES)) for one in read.problems]
        return _page(found, lesson, 422, problems=problems, unreadable="" if problems else _("The report names nobody."))
    people = _people(class_id)
    meant = meeting_report.matched(read.present, people, meeting_names.remembered(session(), class_id))
    return _page(found, lesson, carried=report.carried, columns=report.columns, read=read, people=people, meant=meant)


def _people(class_id: int) -> dict[int, str]:
    wanted = (Enrolment.class_id == class_id, Enrolment.status.in_(LEARNING))
    rows = session().execute(select(Enrolment.id, Person.name).join(Person, Person.id == Enrolment.person_id).where(*wanted))
    return {row[0]: row[1] for row in rows}


@bp.post("/classes/<int:class_id>/timetable/<int:session_id>/meeting/take")
@requires(OFFICE, STAFF)
def take_meeting(class_id: int, session_id: int) -> ResponseReturnValue:
    """Record the attendance of a meeting as shown in the preview; a repeated request changes nothing."""
    found, lesson = own_session(class_id, session_id)
    try:
        report = _uploaded_report()
    except Unreadable as error:
        return _page(found, lesson, 422, unreadable=str(error))
    read = _read(found, lesson, report)
    if report.columns is None or read.problems or lesson.starts_at > now():
        return _page(found, lesson, 422, unreadable=_("Choose the file again."))
    people = _people(class_id)
    said = {name: request.form.get(f"person-{place}", 0, type=whole_number) for place, name in enumerate(read.present)}
    meant = {name: one for name, one in said.items() if one in people}
    with transaction() as writing:
        locked_class(writing, class_id)
        own = writing.get_one(ClassSession, lesson.id)
        meeting_names.remember(writing, class_id, meant, by_me())
        count = meeting_names.note_report(writing, own, (read.present, meant), by_me(), attesting(writing))
    flash(
        ngettext("%(num)s person is noted as present.", "%(num)s people are noted as present.", count)
        if count
        else _("Nothing has changed."),
        "success" if count else "info",
    )
    return redirect(url_for(".attendance", class_id=class_id, session_id=session_id))
