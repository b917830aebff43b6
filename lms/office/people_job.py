"""Export an office's teachers to one file: a row for each class of each teacher, as a workbook or as CSV."""

from collections.abc import Iterable, Sequence
from typing import IO

import msgspec
from flask_babel import force_locale
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from lms.accounts.masking import listed_username
from lms.crediting.standing import Standing
from lms.db import database
from lms.hours import hours_of
from lms.i18n import pick, unit_after, write_day, write_hours
from lms.jobs.kinds import JobKind, JobOrder, Params, Piece, of_office
from lms.office import own_people
from lms.office.own_people import OwnPeople, TeacherLine
from lms.programmes.progress import RequirementProgress
from lms.transcripts.words import state_of
from lms.web.spreadsheet import Book, csv_of

AT_ONCE = 50
FORMATS = ("xlsx", "csv")
WIDTHS = (16, 20, 28, 28, 24, 30, 20, 14, 14, 14, 10, 14, 44)
SheetRow = Sequence[str]


def params_of(whom: OwnPeople, form: str, locale: str, *, whole: bool = False) -> dict[str, str | bool]:
    """Return the parameters that a worker needs. `whole`: telephone and identity numbers among the user names are not masked."""
    return {"path": whom.path, "words": whom.words, "placed": whom.placed, "format": form, "locale": locale, "whole": whole}


def _whom(params: Params) -> OwnPeople:
    return OwnPeople(params["path"], params["words"], params["placed"])


def _title(params: Params) -> str:
    return _("Our teachers as %(format)s", format=params["format"].upper())


def _plan(params: Params) -> Sequence[Piece]:
    with database().reader() as session:
        ids = own_people.ids_of(session, _whom(params))
    return [ids[start : start + AT_ONCE] for start in range(0, len(ids), AT_ONCE)]


def _make(order: JobOrder, piece: Piece) -> bytes:
    with force_locale(order.params["locale"]), database().reader() as session:
        lines = own_people.some_of(session, order.params["path"], piece)
        return msgspec.json.encode(_rows(session, lines, whole=order.params.get("whole", False)))


def _rows(session: Session, lines: Sequence[TeacherLine], *, whole: bool) -> list[SheetRow]:
    providers = own_people.providers_of(session, lines)
    found: list[SheetRow] = []
    for line in lines:
        who = (line.person.name, listed_username(line.person.username, whole=whole), line.school)
        found += [(*who, *_place(one, providers[one.enrolment.class_id])) for one in line.standings]
        found += [] if line.standings else [(*who, *[""] * (len(WIDTHS) - len(who)))]
    return found


def _place(one: Standing, provider: str) -> SheetRow:
    run, track = one.training_class, one.track
    hours = hours_of(sum(one.credited.values()), one.document.policy)
    missing = [_missing_words(line) for line in one.requirements if not line.done]
    return (
        run.name,
        provider,
        f"{pick(one.document.name.zh, one.document.name.en)} ({one.document.year})",
        pick(track.name.zh, track.name.en) if track else one.enrolment.track,
        write_day(run.starts_on),
        write_day(run.ends_on),
        state_of(one.enrolment),
        _("yes") if one.done else _("no"),
        write_hours(hours),
        _("; ").join(missing),
    )


def _missing_words(line: RequirementProgress) -> str:
    missing = write_hours(line.missing)
    return f"{pick(line.title.zh, line.title.en)} {missing} {unit_after(pick(line.unit.zh, line.unit.en), missing)}"


def heads() -> SheetRow:
    """Return the columns' names."""
    where = (_("Class"), _("Provider"), _("Programme"), _("Track"), _("First day"), _("Last day"))
    return (
        _("Name"),
        _("User name"),
        _("School"),
        *where,
        _("State"),
        _("All requirements completed"),
        _("Hours credited online"),
        _("Still missing"),
    )


def _join(order: JobOrder, pieces: Iterable[bytes], out: IO[bytes]) -> str:
    rows = [row for piece in pieces for row in msgspec.json.decode(piece, type=list[list[str]])]
    with force_locale(order.params["locale"]):
        if order.params["format"] == "csv":
            out.write(csv_of([heads(), *rows]))
        else:
            book = Book(order.asked_at, _("Our teachers"))
            book.sheets(_("Our teachers"), heads(), rows, WIDTHS)
            out.write(book.content())
        return f"{_('Our teachers')}.{order.params['format']}"


PEOPLE = "people"
KINDS = {PEOPLE: JobKind(_title, _plan, _make, _join, may_have=of_office)}
