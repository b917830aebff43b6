"""The history of accounts, roles and organisations: each change with its author and the previous value, append-only."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, aliased

from lms.accounts.models import AccountChange, Organisation, Person

KINDS = ("role-given", "role-taken", "renamed", "moved", "merged", "merged-into", "letterhead")
KINDS_OF_ACCESS = ("password", "signed-out")
LONGEST = 500
SHOWN = 100


@dataclass(frozen=True, slots=True)
class By:
    """The author and time of a change of anything; nobody (None) if a command made it."""

    person_id: int | None
    at: datetime


def note_role(session: Session, by: By, person: Person, *, given: str = "", taken: str = "") -> None:
    """Record that a person was given a role, or lost it."""
    what = "role-given" if given else "role-taken"
    session.add(AccountChange(at=by.at, by=by.person_id, what=what, person_id=person.id, before=taken, after=given))


def note_access(session: Session, by: By, what: str, person: Person) -> None:
    """Record that an office gave a person a new password, or signed them out everywhere."""
    if what not in KINDS_OF_ACCESS:
        raise ValueError(f"no such change: {what}")
    session.add(AccountChange(at=by.at, by=by.person_id, what=what, person_id=person.id))


def note_organisation(session: Session, by: By, what: str, organisation: Organisation, before: str, after: str) -> None:
    """Record a change of an organisation."""
    if what not in KINDS:
        raise ValueError(f"no such change: {what}")
    texts = {"before": before[:LONGEST], "after": after[:LONGEST]}
    session.add(AccountChange(at=by.at, by=by.person_id, what=what, organisation_id=organisation.id, **texts))


def of_organisation(session: Session, organisation_id: int) -> Sequence[tuple[AccountChange, str | None]]:
    """Return the changes of an organisation, newest first, each with its author's name."""
    query = select(AccountChange, Person.name).outerjoin(Person, Person.id == AccountChange.by)
    rows = session.execute(query.where(AccountChange.organisation_id == organisation_id).order_by(AccountChange.id.desc()).limit(SHOWN))
    return [(row[0], row[1]) for row in rows]


def of_access(session: Session, person_id: int) -> Sequence[tuple[AccountChange, str | None]]:
    """Return the new passwords that offices gave a person and how often they signed them out, newest first, each with its author's name."""
    author = aliased(Person)
    query = select(AccountChange, author.name).outerjoin(author, author.id == AccountChange.by)
    own = (AccountChange.person_id == person_id, AccountChange.what.in_(KINDS_OF_ACCESS))
    rows = session.execute(query.where(*own).order_by(AccountChange.id.desc()).limit(SHOWN))
    return [(row[0], row[1]) for row in rows]
