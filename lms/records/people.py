"""Which people does a statement name, within an office's scope? The record store knows accounts; the LMS knows people."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from lms.accounts.models import Organisation, Person
from lms.accounts.offices import WHOLE_SITE, is_below

Statement = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class OfficeScope:
    """The statements that somebody may see: those of people below `path`. '/' is the whole site, with statements of unknown people."""

    path: str
    public_url: str

    @property
    def root(self) -> bool:
        """Whether the whole site is seen: administrators and commands see it."""
        return self.path == WHOLE_SITE


@dataclass(frozen=True, slots=True)
class KnownPerson:
    """The person of an account; `below` says whether they are below the asking office."""

    id: int
    account: str
    name: str
    username: str
    below: bool


def accounts_in(statement: Statement, public_url: str) -> list[str]:
    """Return the accounts at this site that are a statement's actor: an Agent's own, or a Group's and its members'."""
    actor = statement["actor"]
    accounts = [one.get("account", {}) for one in (actor, *actor.get("member", ()))]
    return [account["name"] for account in accounts if account.get("homePage") == public_url and "\0" not in account["name"]]


def known_among(session: Session, accounts: Iterable[str], scope: OfficeScope) -> dict[str, KnownPerson]:
    """Return the people of these accounts. A person without an organisation is seen with the whole site only."""
    wanted = select(Person.id, Person.account, Person.name, Person.username, Organisation.path).outerjoin(Person.organisation)
    rows: Iterable[Any] = session.execute(wanted.where(Person.account.in_(set(accounts))))  # the path is missing if the organisation is
    return {account: KnownPerson(found, account, name, username, _below(path, scope)) for found, account, name, username, path in rows}


def _below(path: str | None, scope: OfficeScope) -> bool:
    return scope.root if path is None else is_below(scope.path, path)


def may_see(known: Sequence[KnownPerson], scope: OfficeScope) -> bool:
    """Say whether somebody may see a statement: all its people are below them. With the whole site it may be about unknown people."""
    return all(one.below for one in known) and (bool(known) or scope.root)
