"""The history of a class or of one enrolment, in words: time, author, and previous value."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from flask_babel import LazyString
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import select
from sqlalchemy.orm import Session

from lms.accounts.models import Person
from lms.classes import changes
from lms.classes.membership import BAR
from lms.classes.staff import roles_of
from lms.i18n import pick, unit_after, write_day
from lms.programmes.values import ProgrammeDocument
from lms.transcripts.words import STATES

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
    "state": _l("State"),
    "track": _l("Track"),
    "moved-out": _l("Left for another class"),
    "moved-in": _l("Came from another class"),
    "waiver": _l("Waiver proposed"),
    "waiver-approved": _l("Waiver approved"),
    "waiver-declined": _l("Waiver declined"),
    "waiver-back": _l("Waiver taken back"),
    "hold-released": _l("Held hours released"),
    "hold-refused": _l("Held hours refused"),
    "hold-partly": _l("Held hours refused in part"),
    "appeal": _l("Question about hours"),
    "appeal-back": _l("Question about hours withdrawn"),
    "appeal-accepted": _l("Question about hours accepted"),
    "appeal-declined": _l("Question about hours declined"),
    "online": _l("Moved online"),
    "online-back": _l("No longer moved online"),
    "password": _l("New initial password"),
    "signed-out": _l("Signed out everywhere"),
    "renamed": _l("Name changed"),
    "restart": _l("Activity started over"),
    "unit-waived": _l("Unit waived"),
    "unit-waiver-back": _l("Waiver of a unit taken back"),
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
OF_A_LINE = frozenset({"hold-released", "hold-refused", "hold-partly", "appeal", "appeal-back", "appeal-accepted", "appeal-declined"})
OF_A_PLACE = frozenset(
    {"online", "state", "withdrawn", "moved-out", "moved-in", "waiver", "waiver-approved", "waiver-declined", "waiver-back"}
)
SESSIONS = frozenset({"session", "session-changed", "session-cancelled"})
WITHOUT_VALUES = frozenset({"opened", "again"})  # whose values say nothing that the words do not


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
    if what in OF_A_PLACE:
        return _said_of_place(document, what, value)
    if what in OF_A_LINE | SESSIONS:
        return _said_of_line(value) if what in OF_A_LINE else value.rpartition(" | ")[0] or value
    if what in STAFFING:
        role = value.rpartition(":")[0]
        return next((pick(one.name.zh, one.name.en) for one in roles_of(document) if one.key == role), role)
    if what in {"starts_on", "ends_on"}:
        return write_day(date.fromisoformat(value))
    return str({"True": _("Yes"), "False": _("No")}[value]) if what == "counts_within" else value


def _said_of_place(document: ProgrammeDocument, what: str, value: str) -> str:
    """Say a state, the two classes of a transfer and its day, or what was waived, with the reason."""
    said, _bar, reason = value.partition(BAR)
    if said and what.startswith("moved"):
        day, here, there = said.split(" ", 2)
        said = f"{here} → {there}{_(', ')}{write_day(date.fromisoformat(day))}"
    elif said and what.startswith("waiver"):
        key, _space, amount = said.partition(" ")
        asked = next((one for one in document.requirements if one.key == key), None)
        if asked:
            said = f"{pick(asked.title.zh, asked.title.en)} {amount} {unit_after(pick(asked.unit.zh, asked.unit.en), amount)}"
    elif what != "online":
        said = "" if what == "withdrawn" else str(STATES.get(said, said))
    return said + (_(" (%(reason)s)", reason=reason) if said and reason else reason)


def _said_of_line(value: str) -> str:
    """Say about which line of a transcript something was asked or decided, with the reason."""
    line, _bar, reason = value.partition(BAR)
    return line.partition(" ")[0] + (_(" (%(reason)s)", reason=reason) if reason else "")
