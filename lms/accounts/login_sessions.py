"""Logins of people: one row for each browser, which the query for the person reads.

A browser's cookies, "remember me" included, hold a random token that is valid only while its row exists. So a copied cookie
stops working in every process as soon as the row is deleted: nothing is cached.
"""

import hashlib
import secrets
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from blinker import Signal
from flask import current_app
from sqlalchemy import bindparam, delete, select, update
from sqlalchemy.engine import Connection
from sqlalchemy.orm import Session

from lms.accounts.models import LoginSession, Person

IDLE = timedelta(hours=4)  # without "remember me", a browser that requests no page for this long is signed out
LONGEST = timedelta(hours=24)  # and always after this long
REMEMBERED = timedelta(days=14)
NOTED_EVERY = timedelta(minutes=5)

# Sent with `session` and `person_ids` when these people's access ends. All their open activities end in the same transaction.
access_ended = Signal("access ended")


_WHO = (
    select(Person, LoginSession)
    .join(LoginSession, LoginSession.person_id == Person.id)
    .where(LoginSession.token_sha256 == bindparam("token"), LoginSession.ends_at > bindparam("now"), Person.active)
)


def find(session: Session, token: str, now: datetime) -> tuple[Person, LoginSession] | None:
    """Return the person of a cookie's token, in one query; None if the token is not valid (any more)."""
    found = session.execute(_WHO, {"token": _sha256(token), "now": now}).one_or_none()
    return None if found is None else (found[0], found[1])


def begin(session: Session, person: Person, browser: str, now: datetime, *, remembered: bool = False) -> str | None:
    """Sign a person in and return the token for the cookie; None if their password or account has changed since it was checked."""
    checked = person.password
    locked = select(Person.password, Person.active).where(Person.id == person.id).with_for_update(key_share=True)
    if tuple(session.execute(locked).one()) != (checked, True):
        return None
    token = secrets.token_urlsafe(32)
    ends_at = now + (REMEMBERED if remembered else IDLE)
    times = {"began_at": now, "seen_at": now, "ends_at": ends_at}
    session.add(LoginSession(token_sha256=_sha256(token), person_id=person.id, browser=browser, remembered=remembered, **times))
    session.flush()
    return token


def note_seen(connection: Connection, login: LoginSession, now: datetime) -> None:
    """Note that a page was requested, which restarts the idle time. A deleted row is not restored."""
    ends_at = login.ends_at if login.remembered else min(login.began_at + LONGEST, now + IDLE)
    own = update(LoginSession).where(LoginSession.id == login.id, LoginSession.seen_at < now)
    connection.execute(own.values(seen_at=now, ends_at=ends_at))


def hold(session: Session, person_id: int, login_id: int) -> bool:
    """Lock a person and say whether they are still signed in with this login; nobody can sign them out until the transaction ends."""
    session.execute(select(Person.id).where(Person.id == person_id).with_for_update(key_share=True))
    return session.scalar(select(LoginSession.id).where(LoginSession.id == login_id)) is not None


def listed(session: Session, person_id: int, now: datetime) -> Sequence[LoginSession]:
    """Return every browser in which a person is signed in, the most recently used first."""
    own = select(LoginSession).where(LoginSession.person_id == person_id, LoginSession.ends_at > now)
    return session.scalars(own.order_by(LoginSession.seen_at.desc(), LoginSession.id.desc())).all()


def end(session: Session, person_id: int, login_ids: Iterable[int]) -> int:
    """Sign a person out of some browsers; return how many. Their open activities end, in every browser."""
    _lock(session, [person_id])
    own = delete(LoginSession).where(LoginSession.person_id == person_id, LoginSession.id.in_(list(login_ids)))
    ended = len(session.execute(own.returning(LoginSession.id)).all())
    _notify(session, [person_id])
    return ended


def end_all(session: Session, person_ids: Sequence[int]) -> int:
    """Sign people out everywhere and end their open activities; return the number of browsers."""
    _lock(session, person_ids)
    ended = session.execute(delete(LoginSession).where(LoginSession.person_id.in_(person_ids)).returning(LoginSession.id)).all()
    _notify(session, person_ids)
    return len(ended)


def remove_ended(session: Session, now: datetime) -> int:
    """Delete the rows of logins that have ended; return how many."""
    return len(session.execute(delete(LoginSession).where(LoginSession.ends_at <= now).returning(LoginSession.id)).all())


def _lock(session: Session, person_ids: Sequence[int]) -> None:
    """Lock people first, in the same order as opening an activity and signing in do."""
    session.execute(select(Person.id).where(Person.id.in_(person_ids)).order_by(Person.id).with_for_update(key_share=True))


def _notify(session: Session, person_ids: Sequence[int]) -> None:
    access_ended.send(current_app._get_current_object(), session=session, person_ids=person_ids)  # type: ignore[attr-defined]


def _sha256(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()
