"""The history of a class or of one enrolment, in words: time, author, and previous value."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from flask_babel import LazyString, format_date
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import select
from sqlalchemy.orm import Session

from lms.accounts.models import Person
from lms.classes import changes
from lms.classes.staff import roles_of
from lms.i18n import pick
from lms.programmes.values import ProgrammeDocument

WORDS: dict[str, LazyString] = {
    "opened": _l("Class opened"),
    "closed": _l("Class closed"),
    "reopened": _l("Class opened again"),
    "course": _l("Course added"),
    "course-version": _l("Course moved to another version"),
    "course-removed": _l("Course taken off"),
    "name": _l("Name of the class"),
    "intake": _l("Intake"),
    "starts_on": _l("First day"),
    "ends_on": _l("Last day"),
    "tracks": _l("Tracks"),
    "counts_within": _l("Time is credited from the first day to the last only"),
    "enrolled": _l("Enrolled"),
    "again": _l("Enrolled again"),
    "withdrawn": _l("Withdrawn"),
    "track": _l("Track"),
    "password": _l("New initial password"),
    "signed-out": _l("Signed out everywhere"),
    "renamed": _l("Name changed"),
    "sheet": _l("Initial passwords handed out"),
    "staff": _l("Class staff added"),
    "staff-left": _l("Class staff removed"),
    "task": _l("Task set"),
    "task-withdrawn": _l("Task withdrawn"),
    "session": _l("Session added"),
    "session-changed": _l("Session changed"),
    "session-cancelled": _l("Session cancelled"),
}
STAFFING = frozenset({"staff", "staff-left"})
SESSIONS = frozenset({"session", "session-changed", "session-cancelled"})
WITHOUT_VALUES = frozenset({"opened", "withdrawn", "again"})  # kinds of changes whose values add nothing to the words


@dataclass(frozen=True, slots=True)
class HistoryLine:
    """One change. `by` is None for a command, `whom` is None for a change of the class; '' means no value."""

    at: datetime
    by: str | None
    whom: str | None
    what: str
    before: str
    after: str


def lines_of(session: Session, document: ProgrammeDocument, class_id: int, enrolment_id: int | None = None) -> Sequence[HistoryLine]:
    """Return the changes of a class, or of one enrolment, newest first."""
    return [_line(session, document, one) for one in changes.of_class(session, class_id, enrolment_id)]


def _line(session: Session, document: ProgrammeDocument, one: changes.ChangeLine) -> HistoryLine:
    what = one.change.what
    before, after = (
        ("", "") if what in WITHOUT_VALUES else (_said(document, what, value) for value in (one.change.before, one.change.after))
    )
    whom = _member(session, one.change.after or one.change.before) if what in STAFFING else one.whom
    return HistoryLine(one.change.at, one.by, whom, str(WORDS[what]), before, after)


def _member(session: Session, value: str) -> str | None:
    """Return the name of the person in a change of staff. The history stores ids, so it never contains an erased person's name."""
    return session.scalar(select(Person.name).where(Person.id == int(value.rpartition(":")[2])))


def _said(document: ProgrammeDocument, what: str, value: str) -> str:
    if what in {"tracks", "track", "enrolled"}:
        names = {one.key: pick(one.name.zh, one.name.en) for one in document.tracks}
        chosen = [names.get(key, key) for key in value.split(",") if key]
        return _(", ").join(chosen) if chosen or what != "tracks" else _("all of them")
    if what in SESSIONS:
        return value.rpartition(" | ")[0] or value
    if what in STAFFING:
        role = value.rpartition(":")[0]
        return next((pick(one.name.zh, one.name.en) for one in roles_of(document) if one.key == role), role)
    if what in {"starts_on", "ends_on"}:
        return str(format_date(date.fromisoformat(value), "medium"))
    if what == "counts_within":
        return str({"True": _("Yes"), "False": _("No")}[value])
    return value
