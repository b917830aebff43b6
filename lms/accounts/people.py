"""Add people and organisations, and close accounts."""

import re

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from lms.accounts import login_sessions
from lms.accounts.account_changes import By, note_role
from lms.accounts.identity import may_be_identity_number
from lms.accounts.models import ROLES, Organisation, Person
from lms.accounts.names import as_name
from lms.accounts.offices import hold_tree
from lms.accounts.passwords import hashed, problem_of
from lms.errors import FieldProblem, InvalidInput
from lms.row_ids import row_id

USERNAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._@+-]{1,63}")  # may be an e-mail address: lin+training@example.org
CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
NAME_MAX, ORGANISATION_NAME_MAX = 100, 200


def find_person(session: Session, text: str) -> Person | None:
    """Return the person with this user name, or with this id: “12”, or “#12” as addresses of pages write it.

    A user name may be a number, so a bare number is first taken as a user name. With a “#” it is always an id: no user name begins so.
    """
    found = session.scalar(select(Person).where(Person.username == text))
    if found is None and (number := row_id(text.removeprefix("#"))) is not None:
        found = session.get(Person, number)
    return found


def add_person(
    session: Session, username: str, name: str, roles: tuple[str, ...], *, password: str | None, organisation: Organisation | None = None
) -> Person:
    """Add a person who can sign in (without a password, only after one is set).

    Raises:
        InvalidInput: with every wrong field.
    """
    known = [name, *((organisation.name, organisation.code) if organisation else ())]
    problems = list(_problems(session, username, name, roles))
    if password is not None and (problem := problem_of(password, username, known)):
        problems.append(FieldProblem("password", problem))
    if problems:
        raise InvalidInput("The person was not added.", problems)
    person = Person(
        username=username,
        name=as_name(name),
        role_names=",".join(roles),
        password=hashed(password) if password else None,
        organisation_id=organisation.id if organisation else None,
    )
    session.add(person)
    session.flush()
    return person


def give_role(session: Session, person: Person, role: str, by: By) -> bool:
    """Give somebody a role; return whether they had not had it."""
    held = person.role_names.split(",")
    if role in held:
        return False
    person.role_names = ",".join([*held, role])
    note_role(session, by, person, given=role)
    return True


def take_role(session: Session, person: Person, role: str, by: By) -> bool:
    """Take a role from somebody; return whether they had it.

    Raises:
        InvalidInput: it is their only role: an account without one can do nothing, and is closed instead.
    """
    left = [one for one in person.role_names.split(",") if one != role]
    if not left:
        raise InvalidInput(
            "Nothing was changed.", [FieldProblem("role", f"{role} is the only role of {person.username}; close the account instead")]
        )
    if role not in person.role_names.split(","):
        return False
    person.role_names = ",".join(left)
    note_role(session, by, person, taken=role)
    return True


def close_account(session: Session, person: Person) -> None:
    """Close an account: its person cannot sign in, and everything that they have open ends in the same transaction."""
    person.active = False
    session.flush()
    login_sessions.end_all(session, [person.id])


def _problems(session: Session, username: str, name: str, roles: tuple[str, ...]) -> list[str]:
    problems = []
    if not USERNAME.fullmatch(username):
        problems.append("username: 2 to 64 letters, digits or . _ @ + -, beginning with a letter or digit")
    elif may_be_identity_number(username):
        problems.append("username: looks like an identity number; use a staff number, a telephone number or an e-mail address")
    elif session.scalar(select(Person.id).where(func.lower(Person.username) == username.lower())):
        problems.append(FieldProblem("username", f"{username!r} is taken"))
    if len(name) > NAME_MAX or not name.strip():
        problems.append(FieldProblem("name", f"1 to {NAME_MAX} characters"))
    if not roles or set(roles) - set(ROLES):
        problems.append(FieldProblem("role", f"one or more of {', '.join(ROLES)}"))
    return problems


def add_organisation(session: Session, code: str, name: str, kind: str, parent: Organisation | None = None) -> Organisation:
    """Add an organisation below `parent`, wherever that is moved at this moment."""
    hold_tree(session, changing=False)
    organisation = Organisation(code=code, name=name, kind=kind, parent_id=parent.id if parent else None, path="")
    session.add(organisation)
    session.flush()
    organisation.path = f"{parent.path if parent else '/'}{organisation.id}/"
    return organisation


def add_organisation_below(session: Session, code: str, name: str, kind: str, above: str | None) -> Organisation:
    """Add an organisation below the one with the code `above`, for an operator.

    Raises:
        InvalidInput: with one line for each problem.
    """
    parent = session.scalar(select(Organisation).where(Organisation.code == above)) if above else None
    problems = []
    if not CODE.fullmatch(code):
        problems.append("code: 1 to 64 letters, digits or . _ -, beginning with a letter or digit")
    elif session.scalar(select(Organisation.id).where(Organisation.code == code)):
        problems.append(FieldProblem("code", f"{code!r} is taken"))
    if len(name) > ORGANISATION_NAME_MAX or not name.strip():
        problems.append(FieldProblem("name", f"1 to {ORGANISATION_NAME_MAX} characters"))
    if above and parent is None:
        problems.append(FieldProblem("above", f"{above!r} is not known"))
    if problems:
        raise InvalidInput("The organisation was not added.", problems)
    return add_organisation(session, code, name.strip(), kind, parent)
