"""Share the forwards among workers. A turn takes some seconds; everything that a worker saves is tied to its turn.

If a worker dies, nothing is lost: progress is saved after the other store has answered, so the next worker sends the same
statements again, under the same ids. A worker whose lease has ended can save nothing more. Two workers never hold one forward.
"""

import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from lms import lease
from lms.federation.forwarding.filters import Filter, filter_of
from lms.federation.forwarding.models import PAUSED, RUNNING, DeadLetter, Forward
from lms.federation.forwarding.verdicts import wait
from lms.lease import Lease, TurnLost, touch
from xapi.queries import StoredStatement
from xapi.statements import Cursor
from xapi.store import erased_among, through

LEASE_TIMEOUT = timedelta(minutes=5)  # no single request takes longer
LEASE = Lease(Forward, LEASE_TIMEOUT)
EVERY = timedelta(seconds=10)
MARGIN = timedelta(seconds=5)  # the largest expected difference between the clocks of machines that store statements
LONGEST_REASON = 500


@dataclass(frozen=True, slots=True)
class ForwardTurn:
    """A worker's turn of a forward: its place, and the instant up to which every statement is visible."""

    forward_id: int
    name: str
    endpoint: str
    internal: bool
    key: str
    secret: str  # sealed
    filter: Filter
    place: Cursor | None
    until: datetime
    tries: int


def claim(session: Session, now: datetime) -> ForwardTurn | None:
    """Take a turn of the forward that has waited longest, or whose worker died; None if none is due.

    `session` is for writing: on SQLite its lock ensures that no other process is storing. `now` was read before.
    """
    forward = LEASE.claim(session, now, Forward.state == RUNNING, Forward.next_at <= now)
    if forward is None:
        return None
    place = Cursor(forward.place_stored, forward.place_sid) if forward.place_stored and forward.place_sid is not None else None
    target = (forward.endpoint, forward.internal, forward.key, forward.secret)
    return ForwardTurn(
        forward.id, str(forward.turn), *target, filter_of(forward.filter), place, through(session, now) - MARGIN, forward.tries
    )


def held(session: Session, turn: ForwardTurn, now: datetime) -> Forward:
    """Return the turn's forward, locked, with its lease renewed.

    Raises:
        TurnLost: the forward was paused or removed, or another worker has claimed it.
    """
    forward = LEASE.held(session, turn.forward_id, turn.name)
    if forward.state != RUNNING:
        raise TurnLost
    touch(forward, now)
    return forward


def reach(forward: Forward, place: Cursor) -> None:
    """Save that everything up to `place` was sent or skipped; an earlier place changes nothing."""
    if forward.place_stored is None or (forward.place_stored, forward.place_sid) < tuple(place):
        forward.place_stored, forward.place_sid = place


def take(forward: Forward, sent: int, there: int, now: datetime) -> None:
    """Count statements that the other store has: `sent` were accepted now, `there` were stored there before."""
    forward.sent, forward.there = forward.sent + sent, forward.there + there
    forward.tries = forward.refused = 0
    forward.detail, forward.last_success = "", now


def bury(session: Session, forward: Forward, seen: StoredStatement, reason: str, now: datetime) -> None:
    """Keep a refused statement as a dead letter; a repeated refusal updates it. A statement that was just erased gets none."""
    letter = letter_of(session, forward, seen.id)
    if letter is None:
        if erased_among(session, [seen.id]):
            return
        letter = DeadLetter(forward_id=forward.id, statement_id=seen.id, tries=0)
        session.add(letter)
    refuse_again(letter, reason, now)
    forward.refused, forward.tries, forward.last_failure = forward.refused + 1, 0, now


def refuse_again(letter: DeadLetter, reason: str, now: datetime) -> None:
    """Save that a dead letter was refused again, with the reason."""
    letter.reason, letter.refused_at, letter.tries, letter.waiting = reason[:LONGEST_REASON], now, letter.tries + 1, False


def letter_of(session: Session, forward: Forward, statement_id: uuid.UUID) -> DeadLetter | None:
    """Return a forward's dead letter for a statement."""
    return session.scalar(select(DeadLetter).where(DeadLetter.forward_id == forward.id, DeadLetter.statement_id == statement_id))


def give_back(forward: Forward, now: datetime, *, more: bool) -> None:
    """End a turn; if there is `more` to send, another may begin at once."""
    lease.give_back(forward)
    forward.next_at = now if more else now + EVERY


def put_off(forward: Forward, detail: str, asked: timedelta | None, now: datetime) -> None:
    """End a turn after a temporary failure; the wait for the next try grows each time."""
    lease.give_back(forward)
    forward.tries += 1
    forward.detail, forward.last_failure = detail[:LONGEST_REASON], now
    forward.next_at = now + wait(forward.tries, asked)


def shut(forward: Forward, reason: str, detail: str, now: datetime) -> None:
    """End a turn and send nothing more until a user resumes the forward."""
    lease.give_back(forward)
    forward.state, forward.reason, forward.detail, forward.last_failure = PAUSED, reason, detail[:LONGEST_REASON], now
