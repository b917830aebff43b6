"""Make what a form asks for once, however often it is sent: pressed twice, or again after a lost answer.

The page gives each form a token (`new_token`). The person's row is locked while something is made, so a second request waits for the first
and then gets what that one made, in whichever process it arrives.
"""

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from lms.accounts.account_changes import By
from lms.accounts.models import Person
from lms.workshop.models import MadeOnce

KEPT = timedelta(days=2)
LONGEST_TOKEN = 64


def once(session: Session, token: str, by: By, make: Callable[[], str]) -> str:
    """Return what was made with a token, and make it the first time; without a token, or with one that is too long, make it."""
    tokens = [token] if 0 < len(token) <= LONGEST_TOKEN else []
    if by.person_id is None:
        return make()
    made = made_with(session, tokens, by.person_id)
    if made is None:
        made = make()
        note(session, tokens, made, by)
    return made


def made_with(session: Session, tokens: Iterable[str], person_id: int) -> str | None:
    """Return what a person made with one of these tokens; lock the person until the end of the transaction."""
    session.execute(select(Person.id).where(Person.id == person_id).with_for_update(key_share=True))
    own = (MadeOnce.person_id == person_id, MadeOnce.token.in_(list(tokens)))
    return session.scalar(select(MadeOnce.made).where(*own).order_by(MadeOnce.at.desc()).limit(1))


def note(session: Session, tokens: Iterable[str], made: str, by: By) -> None:
    """Note with which tokens something was made, for a person who is locked by `made_with`."""
    wanted = dict.fromkeys(tokens)
    known = set(session.scalars(select(MadeOnce.token).where(MadeOnce.person_id == by.person_id, MadeOnce.token.in_(list(wanted)))))
    session.add_all(MadeOnce(person_id=by.person_id, token=one, made=made, at=by.at) for one in wanted if one not in known)
    session.flush()


def remove_old(session: Session, now: datetime) -> None:
    """Forget tokens whose forms nobody sends any more."""
    session.execute(delete(MadeOnce).where(MadeOnce.at < now - KEPT))
