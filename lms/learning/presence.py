"""Measure presence and write it as statements. Nearly every beat is one UPDATE; the others take the launch's row lock.

`stretch.py` has the rules; this module applies them to the launch's row. A stretch is stated in the transaction that closes it.
"""

import secrets
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import Boolean, Row, and_, bindparam, case, false, or_, select, true, update
from sqlalchemy.dialects.postgresql import psycopg
from sqlalchemy.engine import Connection
from sqlalchemy.orm import Session

from lms.classes.models import ClassSession
from lms.config import Settings
from lms.learning import live_time, stating
from lms.learning.admission import may_still_study
from lms.learning.attended import BeatBody, is_attended
from lms.learning.models import Launch
from lms.learning.stretch import LAUNCH_TIMEOUT, STATE_AFTER, Presence, Rhythm, StretchStep, beat, close, floor_to_second, pause
from lms.learning.tickets import Ticket
from xapi.raw_sql import ask


class State(StrEnum):
    """The result of a beat."""

    COUNTING = "counting"
    PAUSED = "paused"
    AGAIN = "again"  # the nonce was used before: nothing was measured; beat again with the nonce in the reply


class BeatRefused(StrEnum):
    """The reason why a beat measures nothing."""

    LEASE = "lease"  # another page of this learner is the live one
    ENDED = "ended"


@dataclass(frozen=True, slots=True)
class BeatAccepted:
    """The answer to a beat: the next nonce, and the time measured so far in this activity."""

    state: State
    nonce: str
    counted_seconds: int
    cap_seconds: int
    stated: bool = False


def fresh_nonce() -> str:
    """Return a random nonce."""
    return secrets.token_hex(8)


def rhythm_of(settings: Settings) -> Rhythm:
    """Return the longest gap between two beats in this installation."""
    return Rhythm(timedelta(seconds=settings.beat_seconds + settings.beat_grace_seconds))


# `live` is only true while the launch has not ended.
_EXTENDABLE = and_(
    Launch.live,
    Launch.lesson_id.is_(None),  # its page beats rarely, and within the session only
    Launch.lease == bindparam("held"),
    Launch.nonce == bindparam("carried"),
    Launch.stretch_from > bindparam("oldest"),
    Launch.last_beat.between(bindparam("since"), bindparam("now")),
    or_(Launch.own_media, bindparam("acted", type_=Boolean)),
)
# Built once, so that its cache key is computed once. The conditions are inside a CASE: as plain conditions they match partial indexes,
# and after a quiet night PostgreSQL's statistics would make it search all live launches instead of using the key.
_EXTEND = (
    update(Launch)
    .where(Launch.id == bindparam("launch"), case((_EXTENDABLE, true()), else_=false()))
    .values(last_beat=bindparam("now"), nonce=bindparam("fresh"), previous_nonce=bindparam("carried"))
    .returning(Launch.stretch_from, Launch.closed_seconds, Launch.earlier_seconds, Launch.cap_seconds)
)
_LOCKED = select(Launch).where(Launch.id == bindparam("launch")).with_for_update()
_EXTEND_DIRECTLY = str(_EXTEND.compile(dialect=psycopg.dialect()))  # type: ignore[no-untyped-call]  # SQLAlchemy gives it no types


def extend(connection: Connection, ticket: Ticket, said: BeatBody, now: datetime, rhythm: Rhythm) -> BeatAccepted | None:
    """Extend the open stretch in one UPDATE; return None if the beat is not ordinary and `take_beat` must decide."""
    if not (said.acted or said.media):
        return None
    fresh, now = fresh_nonce(), floor_to_second(now)
    params = {
        "launch": ticket.launch_id,
        "held": ticket.lease,
        "carried": said.nonce,
        "acted": said.acted,
        "oldest": now - rhythm.state_after,
        "since": now - rhythm.longest_gap,
        "now": now,
        "fresh": fresh,
    }
    direct = connection.dialect.name == "postgresql"  # its driver accepts and returns the same values as we use
    rows = ask(connection, _EXTEND_DIRECTLY, params) if direct else connection.execute(_EXTEND, params).all()
    if not rows:
        return None
    since, closed, earlier, cap = rows[0]
    running = int((now - since).total_seconds()) if since else 0
    return BeatAccepted(State.COUNTING, fresh, earlier + closed + running, cap)


def take_beat(session: Session, ticket: Ticket, said: BeatBody, now: datetime, settings: Settings) -> BeatAccepted | BeatRefused:
    """Handle a beat under the launch's lock. A last beat closes the stretch that it extends; an unattended one closes it at once.

    Every stretch of five minutes passes here, so a person who may no longer study is not measured for longer than that.
    """
    launch = session.scalar(_LOCKED, {"launch": ticket.launch_id})
    if launch is None or launch.ended_at is not None:
        return BeatRefused.ENDED
    if is_silent(launch, now) or not may_still_study(session, launch.enrolment_id):
        end(session, launch, settings, now)
        return BeatRefused.ENDED
    if not launch.live or launch.lease != ticket.lease:
        return BeatRefused.LEASE
    lesson = None if launch.lesson_id is None else session.get_one(ClassSession, launch.lesson_id)
    if lesson is not None and lesson.cancelled_at is not None:
        end(session, launch, settings, now)
        return BeatRefused.ENDED
    step = _step(launch, lesson, said, floor_to_second(now), settings)
    keep(session, launch, step, settings, now)
    state = State.AGAIN if not step.accepted else State.COUNTING if launch.stretch_from else State.PAUSED
    counted = launch.earlier_seconds + step.presence.seconds
    return BeatAccepted(state, launch.nonce, counted, launch.cap_seconds, step.stated is not None)


def _step(launch: Launch, lesson: ClassSession | None, said: BeatBody, now: datetime, settings: Settings) -> StretchStep:
    if lesson is not None:
        return live_time.step(presence_of(launch), (lesson.starts_at, lesson.ends_at), said, fresh_nonce(), now)
    if not is_attended(said, launch.own_media):
        return close(presence_of(launch))
    act = pause if said.last else beat
    return act(presence_of(launch), said.nonce, fresh_nonce(), now, rhythm_of(settings))


def is_silent(launch: Launch | Row[*tuple[Any, ...]], now: datetime) -> bool:
    """Say whether a launch was silent for so long that it has ended, even if that was not recorded."""
    return max(launch.opened_at, launch.last_beat or launch.opened_at) < now - LAUNCH_TIMEOUT


def presence_of(launch: Launch) -> Presence:
    """Return a launch's measurement so far as a value."""
    return Presence(launch.nonce, launch.previous_nonce, launch.stretch_from, launch.last_beat, launch.closed_seconds)


def keep(session: Session, launch: Launch, step: StretchStep, settings: Settings, now: datetime) -> None:
    """Write a step into the locked launch, and state the stretch that it closed, if any."""
    after = step.presence
    launch.nonce, launch.previous_nonce = after.nonce, after.previous_nonce
    launch.stretch_from, launch.last_beat, launch.closed_seconds = after.stretch_from, after.last_beat, after.closed_seconds
    if step.stated is not None and launch.lesson_id is not None:
        live_time.keep(session, launch, step.stated)
    elif step.stated is not None:
        subject = stating.subject_of(session, launch, settings.public_url)
        stating.store(session, [stating.present_statement(subject, step.stated)], settings.public_url, now)


def release(session: Session, launch: Launch, settings: Settings, now: datetime) -> bool:
    """Take the lease from a locked launch and close its stretch; return whether a statement was written."""
    step = close(presence_of(launch))
    keep(session, launch, step, settings, now)
    launch.live = False
    return step.stated is not None


def end(session: Session, launch: Launch, settings: Settings, now: datetime) -> bool:
    """End a locked launch, which also ends its token; return whether a statement was written."""
    stated = release(session, launch, settings, now)
    launch.ended_at = now
    return stated


def silent_stretches(session: Session, now: datetime, settings: Settings, limit: int) -> Sequence[uuid.UUID]:
    """Return launches whose open stretch can no longer be extended: the last beat is too old, or the clock was set back."""
    gap, at = rhythm_of(settings).longest_gap, floor_to_second(now)
    longest = max(gap, live_time.RHYTHM.longest_gap)  # of launches beside live sessions
    of_course = and_(Launch.lesson_id.is_(None), or_(Launch.last_beat < at - gap, Launch.last_beat > at + gap))
    apart = or_(of_course, Launch.last_beat < at - longest, Launch.last_beat > at + longest)
    return session.scalars(select(Launch.id).where(Launch.stretch_from.is_not(None), apart).order_by(Launch.last_beat).limit(limit)).all()


def silent_launches(session: Session, now: datetime, limit: int) -> Sequence[uuid.UUID]:
    """Return launches that were opened long ago and have been silent since."""
    since = now - LAUNCH_TIMEOUT
    quiet = and_(Launch.opened_at < since, or_(Launch.last_beat.is_(None), Launch.last_beat < since))
    return session.scalars(select(Launch.id).where(Launch.ended_at.is_(None), quiet).order_by(Launch.opened_at).limit(limit)).all()


def sweep_one(session: Session, launch_id: uuid.UUID, now: datetime, settings: Settings) -> bool:
    """Close the silent stretch or launch, after checking again under its lock; return whether a statement was written."""
    launch = session.scalar(select(Launch).where(Launch.id == launch_id).with_for_update(skip_locked=True))
    if launch is None or launch.ended_at is not None:
        return False
    if is_silent(launch, now):
        return end(session, launch, settings, now)
    rhythm = rhythm_of(settings) if launch.lesson_id is None else live_time.RHYTHM
    if launch.stretch_from is None or launch.last_beat is None or abs(floor_to_second(now) - launch.last_beat) <= rhythm.longest_gap:
        return False
    step = close(presence_of(launch))
    keep(session, launch, step, settings, now)
    return step.stated is not None


__all__ = ["LAUNCH_TIMEOUT", "STATE_AFTER", "BeatAccepted", "BeatRefused", "State", "end", "extend", "release", "sweep_one", "take_beat"]
