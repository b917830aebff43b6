"""Sheets that offices download: an empty list to fill in, and the initial passwords of new teachers."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from flask_babel import gettext as _
from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from lms.accounts import initial, login_sessions
from lms.accounts.account_changes import By, note_access
from lms.accounts.models import TEACHER, Organisation, Person
from lms.accounts.offices import below, is_below
from lms.accounts.passwords import hand_out_initial_password
from lms.classes import changes
from lms.classes.models import LEARNING, Enrolment
from lms.web.spreadsheet import Book, csv_of

TEMPLATE_HEADS = ("姓名", "用户名", "学校", "类别")


@dataclass(frozen=True, slots=True)
class SignIn:
    """The data that a person needs to sign in for the first time."""

    name: str
    username: str
    password: str
    school: str


def template() -> bytes:
    """Return an empty list as CSV, in a form that spreadsheets open as Chinese."""
    return csv_of([TEMPLATE_HEADS])


def template_book(made_at: datetime) -> bytes:
    """Return an empty list as a workbook with text cells, which keep the zeros of a staff number."""
    book = Book(made_at)
    book.sheet("教师名单", TEMPLATE_HEADS, [], (16, 24, 32, 16))
    return book.content()


def _heads() -> Sequence[str]:
    return _("Name"), _("User name"), _("Initial password"), _("School")


def as_csv(sign_ins: Iterable[SignIn]) -> bytes:
    """Return initial passwords as a CSV file."""
    return csv_of([_heads(), *map(_cells, sign_ins)])


def as_book(sign_ins: Iterable[SignIn], made_at: datetime) -> bytes:
    """Return initial passwords as a workbook, in which a spreadsheet shows each user name unchanged, even 001234 or sixteen digits."""
    book = Book(made_at)
    book.sheet(_("Initial passwords"), _heads(), map(_cells, sign_ins), (16, 24, 24, 32))
    return book.content()


def _cells(one: SignIn) -> Sequence[str]:
    return one.name, one.username, one.password, one.school


def by_school(sign_ins: Iterable[SignIn]) -> Mapping[str, Sequence[SignIn]]:
    """Return initial passwords by school; the schools are in the order of their first teachers."""
    found: dict[str, list[SignIn]] = {}
    for one in sign_ins:
        found.setdefault(one.school, []).append(one)
    return found


def counts(session: Session, class_id: int, path: str) -> tuple[int, int]:
    """Return how many teachers in the class have not received their initial password, and how many have but still use it."""
    states = [
        session.scalar(select(func.count()).select_from(Person).where(Person.id.in_(_whose(class_id, path, state))))
        for state in (initial.WAITING, initial.GIVEN)
    ]
    return states[0] or 0, states[1] or 0


def hand_out(session: Session, class_id: int, path: str, by: By, *, again: bool = False) -> list[SignIn]:
    """Return the initial passwords of a class's teachers that nobody has seen yet. Each is returned only once.

    `again`: create new ones for teachers who received theirs but have not chosen their own password, if the sheet was lost.
    Only for teachers below `path`: another office's teachers are left out.
    """
    state = initial.GIVEN if again else initial.WAITING
    rows = session.execute(
        select(Person, Organisation.name)
        .join(Organisation, Organisation.id == Person.organisation_id)
        .where(Person.id.in_(_whose(class_id, path, state)))
        .order_by(Person.id)
        .with_for_update(of=Person, key_share=True)
        .execution_options(populate_existing=True)
    ).all()
    # without those that another transaction handed out while this one waited for the rows
    still = [(person, school) for person, school in rows if (person.password or "").startswith(state)]
    found = [SignIn(person.name, person.username, hand_out_initial_password(person), school) for person, school in still]
    if found:
        changes.note(session, class_id, changes.made("sheet", by, after=str(len(found))))
    return sorted(found, key=lambda one: one.school)  # one school's slips are printed together


def _whose(class_id: int, path: str, state: str) -> ColumnElement[int]:
    query = (
        select(Person.id)
        .join(Enrolment, Enrolment.person_id == Person.id)
        .join(Organisation, Organisation.id == Person.organisation_id)
        .where(
            Enrolment.class_id == class_id,
            Enrolment.status.in_(LEARNING),
            Person.active,
            Person.role_names == TEACHER,
            Person.password.startswith(state, autoescape=True),
            below(path),
        )
    )
    return query.scalar_subquery()


class SignInRefusal(StrEnum):
    """The reasons why an office may not give a person a new password."""

    ELSEWHERE = "elsewhere"  # they belong to another organisation
    MORE_ROLES = "more-roles"  # otherwise an office could take over any account, even its superior's, by enrolling it
    CLOSED = "closed"


def refusal_of(session: Session, person: Person, path: str) -> SignInRefusal | None:
    """Return why an office may not give a person a new password; None for a teacher below it who has no other role."""
    organisation = session.get(Organisation, person.organisation_id) if person.organisation_id else None
    if organisation is None or not is_below(path, organisation.path):
        return SignInRefusal.ELSEWHERE
    if person.role_names != TEACHER:
        return SignInRefusal.MORE_ROLES
    return None if person.active else SignInRefusal.CLOSED


def _locked(session: Session, person_id: int) -> Person:
    return session.get_one(Person, person_id, with_for_update={"key_share": True})


def hand_out_to(session: Session, person_id: int, path: str, by: By, enrolment: Enrolment | None = None) -> SignIn | SignInRefusal:
    """Give a teacher who forgot their password a new initial one and return it, or return why this office may not. It is shown only once.

    The history of the class records it if there is an `enrolment`, otherwise the history of the account.
    """
    person = _locked(session, person_id)
    refusal = refusal_of(session, person, path)
    if refusal is not None:
        return refusal
    school = session.scalars(select(Organisation.name).where(Organisation.id == person.organisation_id)).one()
    _note(session, "password", person, by, enrolment)
    return SignIn(person.name, person.username, hand_out_initial_password(person), school)


def sign_out(session: Session, person_id: int, path: str, by: By, enrolment: Enrolment | None = None) -> SignInRefusal | None:
    """Sign one teacher out everywhere; return why this office may not, as for a new password."""
    person = _locked(session, person_id)
    refusal = refusal_of(session, person, path)
    if refusal is None:
        login_sessions.end_all(session, [person.id])
        _note(session, "signed-out", person, by, enrolment)
    return refusal


def _note(session: Session, what: str, person: Person, by: By, enrolment: Enrolment | None) -> None:
    if enrolment is not None:
        changes.note_of(session, enrolment, changes.made(what, by))
    else:
        note_access(session, by, what, person)
