"""Read the grid in which staff mark a session: one row for each person, with a state, a time and a reason."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time
from zoneinfo import ZoneInfo

from lms.attendance.marking import REASON_MAX, NotedAttendance
from lms.attendance.models import LATE, LEFT, STATES, AttendanceMark
from lms.attendance.sentences import SENTENCES
from lms.classes.models import ClassSession
from lms.i18n import in_words
from lms.row_problem import RowProblem

CLOCK = re.compile(r"([01]?\d|2[0-3])[:：]([0-5]\d)")


@dataclass(frozen=True, slots=True)
class Typed:
    """One row of the grid, as it was typed."""

    state: str
    at: str
    reason: str


def typed(form: Mapping[str, str], enrolment_ids: Sequence[int], rest: str = "") -> dict[int, Typed]:
    """Return the rows of these people in a form; people without a row are left out, or get the state `rest`."""
    found = {}
    for one in enrolment_ids:
        state = form.get(f"state-{one}", "")[:20] or rest
        if state:
            found[one] = Typed(state, form.get(f"at-{one}", "").strip()[:10], form.get(f"reason-{one}", "").strip()[: REASON_MAX + 1])
    return found


def marks_of(lesson: ClassSession, rows: Mapping[int, Typed], zone: str) -> list[NotedAttendance]:
    """Return the typed rows as marks; an unreadable time counts as missing."""
    marks = []
    for enrolment_id, row in rows.items():
        at = _instant(lesson, row.at, zone)
        arrived, left = (at if row.state == LATE else None), (at if row.state == LEFT else None)
        marks.append(NotedAttendance(enrolment_id, row.state if row.state in STATES else "", arrived, left, row.reason))
    return marks


def _instant(lesson: ClassSession, said: str, zone: str) -> datetime | None:
    match = CLOCK.fullmatch(said)
    if match is None:
        return None
    day = lesson.starts_at.astimezone(ZoneInfo(zone)).date()
    return datetime.combine(day, time(int(match[1]), int(match[2])), ZoneInfo(zone))


def shown(mark: AttendanceMark | None, zone: str) -> Typed:
    """Return the fields of a row for a current mark."""
    if mark is None:
        return Typed("", "", "")
    at = mark.arrived_at or mark.left_at
    return Typed(mark.state, f"{at.astimezone(ZoneInfo(zone)):%H:%M}" if at else "", mark.reason)


def touched(rows: Mapping[int, Typed], marks: Mapping[int, AttendanceMark], zone: str) -> dict[int, Typed]:
    """Return the rows that differ from the existing marks; untouched marks stay exactly as they are."""
    return {one: row for one, row in rows.items() if one not in marks or row != shown(marks[one], zone)}


def words_of_rows(problems: Sequence[RowProblem]) -> dict[int, str]:
    """Return the first problem of each person, in words."""
    said: dict[int, str] = {}
    for one in problems:
        said.setdefault(one.line, in_words(one, SENTENCES))
    return said
