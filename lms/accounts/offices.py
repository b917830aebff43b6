"""Which people and classes belong to an office? Those of its organisation and of all below it; nothing else scopes a query."""

from typing import Any

from sqlalchemy import ColumnElement, Select, exists, select
from sqlalchemy.orm import Session

from lms.accounts.models import OFFICE, Organisation, Person

WHOLE_SITE = "/"  # the path below which every organisation is


def below(path: str, organisation: Any = Organisation) -> ColumnElement[bool]:
    """Return the condition that an organisation is the office with this path, or below it; `organisation` may be an alias."""
    condition: ColumnElement[bool] = organisation.path.startswith(path, autoescape=True)
    return condition


def is_below(path: str, place: str) -> bool:
    """Say whether the organisation with the path `place` is the office with the path `path`, or below it."""
    return place.startswith(path)


def names_of(session: Session, ids: Select[Any]) -> list[tuple[int, str]]:
    """Return the organisations that a query of ids finds as (id, name), by name."""
    found = select(Organisation.id, Organisation.name).where(Organisation.id.in_(ids)).order_by(Organisation.name)
    return [(row.id, row.name) for row in session.execute(found)]


def office_path(session: Session, person: Person) -> str | None:
    """Return the path of the office that a person works for now; None if they have no office."""
    if not person.has_role(OFFICE) or person.organisation_id is None:
        return None
    return session.scalar(select(Organisation.path).where(Organisation.id == person.organisation_id))


def is_office_of(session: Session, person: Person, path: str) -> bool:
    """Say whether a person works now for the office with this path, or for one above it."""
    own = office_path(session, person)
    return own is not None and is_below(own, path)


def hold_tree(session: Session, *, changing: bool) -> None:
    """Keep the tree of organisations as it is until the transaction ends; `changing`: for oneself alone.

    Paths are copies of the tree: if one change moved an organisation while another added or moved one below it, a path would keep the
    old place, and the wrong office would see people. All changes of the tree meet at the row of its oldest organisation, before they lock
    anything else. Organisations that were loaded before are read again. (On SQLite there is only one writer anyway.)
    """
    oldest = select(Organisation.id).order_by(Organisation.id).limit(1)
    held = oldest.with_for_update() if changing else oldest.with_for_update(read=True, key_share=True)
    while session.scalar(held) is None and session.scalar(select(exists().select_from(Organisation))):
        pass  # the oldest one was merged into another while this waited
    session.flush()
    for one in list(session.identity_map.values()):
        if isinstance(one, Organisation):
            session.expire(one)
