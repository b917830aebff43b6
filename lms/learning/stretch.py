"""What does a beat do to the stretch that is open? Pure: presence and an instant go in, the next presence comes out.

The server's clock alone measures. A beat says only "still here"; it extends the open stretch up to the moment the server
received it, and never by more than the beat and its grace, so a hundred beats in a second are worth that second, and a
beat held back by a weak network is worth what had passed. Instants are whole seconds; stretches are half-open `[from, to)`.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

STATE_AFTER = timedelta(minutes=5)  # a stretch this old is stated, so that hours appear while somebody is still learning


@dataclass(frozen=True, slots=True)
class Rhythm:
    """How far apart two beats may be and still join: the beat plus its grace."""

    longest_gap: timedelta
    state_after: timedelta = STATE_AFTER


@dataclass(frozen=True, slots=True)
class Stretch:
    """Measured presence `[since, until)`, to be stated once."""

    since: datetime
    until: datetime

    @property
    def seconds(self) -> int:
        """Its length in whole seconds."""
        return int((self.until - self.since).total_seconds())


@dataclass(frozen=True, slots=True)
class Presence:
    """One launch's measurement so far. `closed_seconds` lie in stretches already stated."""

    nonce: str
    previous_nonce: str = ""
    stretch_from: datetime | None = None
    last_beat: datetime | None = None
    closed_seconds: int = 0

    @property
    def seconds(self) -> int:
        """Present seconds of this launch, those of the open stretch included."""
        if self.stretch_from is None or self.last_beat is None:
            return self.closed_seconds
        return self.closed_seconds + Stretch(self.stretch_from, self.last_beat).seconds


@dataclass(frozen=True, slots=True)
class StretchStep:
    """What follows: the presence to keep, the stretch to state (if any), and whether the beat was accepted."""

    presence: Presence
    stated: Stretch | None = None
    accepted: bool = True


def floor_to_second(instant: datetime) -> datetime:
    """Floor an instant to its second (HOURS: fractions are floored)."""
    return instant.replace(microsecond=0)


def beat(presence: Presence, nonce: str, fresh: str, now: datetime, rhythm: Rhythm) -> StretchStep:
    """Take a beat that carries `nonce`, received at `now` (whole seconds).

    The expected nonce is accepted; the one before it is accepted once more, because a reply lost on a weak network
    must not cost honest time. Any other is a replay: nothing moves, and the caller answers with the expected nonce.
    """
    if not nonce or nonce not in (presence.nonce, presence.previous_nonce):
        return StretchStep(presence, accepted=False)
    spent = nonce if nonce == presence.nonce else ""
    moved = replace(presence, nonce=fresh, previous_nonce=spent)
    since, last = presence.stretch_from, presence.last_beat
    if since is None or last is None:
        return StretchStep(replace(moved, stretch_from=now, last_beat=now))
    if not last <= now <= last + rhythm.longest_gap:  # too long ago, or the machine's clock was set back
        ended = close(moved)
        return StretchStep(replace(ended.presence, stretch_from=now, last_beat=now), ended.stated)
    if now - since >= rhythm.state_after:
        ended = close(replace(moved, last_beat=now))
        return StretchStep(replace(ended.presence, stretch_from=now, last_beat=now), ended.stated)
    return StretchStep(replace(moved, last_beat=now))


def close(presence: Presence) -> StretchStep:
    """Close the open stretch at its last beat: after that nothing was measured, so there is no tail."""
    since, last = presence.stretch_from, presence.last_beat
    if since is None or last is None:
        return StretchStep(presence)
    done = replace(presence, stretch_from=None, closed_seconds=presence.seconds)
    return StretchStep(done, Stretch(since, last) if since < last else None)


def pause(presence: Presence, nonce: str, fresh: str, now: datetime, rhythm: Rhythm) -> StretchStep:
    """Take a last beat and close: the page was hidden or left, or nobody moved any more."""
    if presence.stretch_from is None:
        return StretchStep(presence)
    last = beat(presence, nonce, fresh, now, rhythm)
    if not last.accepted:
        return last
    ended = close(last.presence)  # where the beat itself stated a stretch, what it opened is still empty
    return StretchStep(ended.presence, last.stated or ended.stated)
