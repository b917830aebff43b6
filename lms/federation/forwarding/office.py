"""Operations on forwards and their progress, for the command line and the pages."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from flask_babel import gettext as _
from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from lms.config import Settings
from lms.errors import FieldProblem, InvalidInput, NotFound
from lms.federation.forwarding.filters import Filter, filter_of
from lms.federation.forwarding.models import PAUSED, RUNNING, DeadLetter, Forward
from lms.federation.forwarding.sending import PURPOSE
from lms.federation.orders import checked_address, problems_of_key
from lms.lease import give_back
from lms.sealing import seal
from xapi.queries import count_forward
from xapi.statements import Cursor

LONGEST_NAME = 100
MOST_COUNTED = 10_000
LAST = 2**62  # sorts after every statement of its instant
BY_HAND = "by-hand"
NOT_ADDED = "The forward was not added."
SHOWN = 100


@dataclass(frozen=True, slots=True)
class ForwardOrder:
    """A request for a new forward: its filter, the other store's address, and a credential."""

    name: str
    endpoint: str
    key: str
    secret: str
    filter: Filter
    internal: bool = False
    from_now: bool = False


@dataclass(frozen=True, slots=True)
class ForwardProgress:
    """A forward and its progress: the number of statements still to send (`more`: at least this number), and the dead letters."""

    forward: Forward
    backlog: int
    more: bool
    letters: int


def add(session: Session, order: ForwardOrder, settings: Settings, now: datetime) -> Forward:
    """Add a forward, for all stored statements or only for future ones.

    Raises:
        InvalidInput: with one line for each wrong field.
    """
    problems = list(_problems(session, order))
    address = checked_address(order.endpoint, settings, problems, NOT_ADDED, internal=order.internal)
    if problems:
        raise InvalidInput(NOT_ADDED, problems)
    forward = Forward(
        name=order.name.strip(),
        endpoint=address.url,
        key=order.key,
        secret=seal(order.secret, settings.secret_key, PURPOSE),
        internal=address.internal,
        filter=order.filter.stored,
        place_stored=now if order.from_now else None,
        place_sid=LAST if order.from_now else None,
        next_at=now,
        touched_at=now,
        created_at=now,
    )
    session.add(forward)
    session.flush()
    return forward


def _problems(session: Session, order: ForwardOrder) -> Sequence[str]:
    problems = []
    name = order.name.strip()
    if not 0 < len(name) <= LONGEST_NAME or not name.isprintable():
        problems.append(FieldProblem("name", _("needs 1 to %(n)s printable characters", n=LONGEST_NAME)))
    elif session.scalar(select(Forward.id).where(Forward.name == name)):
        problems.append(FieldProblem("name", _("there is a forward of this name already")))
    return [*problems, *problems_of_key(order.key, order.secret)]


def named(session: Session, name: str, *, locked: bool = True) -> Forward:
    """Return a forward by its name; `locked` locks it in a session for writing.

    Raises:
        NotFound: there is no forward with this name.
    """
    wanted = select(Forward).where(Forward.name == name)
    found = session.scalar(wanted.with_for_update() if locked else wanted)
    if found is None:
        raise NotFound(FieldProblem("name", f"there is no forward {name!r}; see `lms xapi forward list`"))
    return found


def standing(session: Session, forward: Forward) -> ForwardProgress:
    """Return the progress of a forward; waiting statements are counted up to a limit."""
    place = Cursor(forward.place_stored, forward.place_sid) if forward.place_stored and forward.place_sid is not None else None
    backlog, more = count_forward(session, filter_of(forward.filter).statement_filter(), place, MOST_COUNTED)
    letters = session.scalar(select(func.count()).where(DeadLetter.forward_id == forward.id)) or 0
    return ForwardProgress(forward, backlog, more, letters)


def standings(session: Session) -> list[ForwardProgress]:
    """Return the progress of all forwards, ordered by name."""
    return [standing(session, one) for one in session.scalars(select(Forward).order_by(Forward.name))]


def pause(forward: Forward) -> None:
    """Send nothing more until it is resumed. A request that is already under way may still arrive; its statements are then sent again."""
    if forward.state == RUNNING:
        give_back(forward)
        forward.state, forward.reason, forward.detail = PAUSED, BY_HAND, ""


def resume(forward: Forward, settings: Settings, now: datetime, secret: str = "") -> None:
    """Resume a forward, with a new `secret` if one is given; a forward that waits after a failure tries at once."""
    if secret:
        forward.secret = seal(secret, settings.secret_key, PURPOSE)
    forward.state, forward.reason, forward.tries, forward.refused, forward.next_at = RUNNING, "", 0, 0, now


def remove(session: Session, forward: Forward) -> None:
    """Remove a forward and its dead letters. The other store keeps what it has received."""
    session.execute(delete(DeadLetter).where(DeadLetter.forward_id == forward.id))
    session.delete(forward)


def letters(session: Session, forward: Forward) -> Sequence[DeadLetter]:
    """Return the latest dead letters."""
    wanted = select(DeadLetter).where(DeadLetter.forward_id == forward.id)
    return session.scalars(wanted.order_by(DeadLetter.refused_at.desc(), DeadLetter.id.desc()).limit(SHOWN)).all()


def discard(session: Session, forward: Forward, statement_id: uuid.UUID) -> bool:
    """Delete a dead letter: the statement is never sent to that store; return whether there was one."""
    own = (DeadLetter.forward_id == forward.id, DeadLetter.statement_id == statement_id)
    found = session.scalars(delete(DeadLetter).where(*own).returning(DeadLetter.id)).all()
    forward.discarded += len(found)
    return bool(found)


def retry(session: Session, forward: Forward, now: datetime, statement_id: uuid.UUID | None = None) -> int:
    """Mark one dead letter, or all, to be tried again; return how many."""
    wanted = [DeadLetter.forward_id == forward.id, *([] if statement_id is None else [DeadLetter.statement_id == statement_id])]
    found = session.scalars(update(DeadLetter).where(*wanted).values(waiting=True).returning(DeadLetter.id)).all()
    if found and forward.state == RUNNING:
        forward.next_at = now
    return len(found)
