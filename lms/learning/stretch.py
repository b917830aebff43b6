"""The rules of measuring presence. Pure: presence and an instant go in, the next presence comes out.

Only the server's clock measures. A beat says only "still here"; it extends the open stretch to the moment at which the server
received it, and never by more than the beat interval plus its grace. So a hundred beats in a second are worth that second, and a
beat delayed by a weak network is worth the time that has passed. Instants are whole seconds; stretches are half-open `[from, to)`.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

LAUNCH_TIMEOUT = timedelta(hours=12)  # a launch that was silent for this long has ended
STATE_AFTER = timedelta(minutes=5)  # a stretch of this age is stated, so that hours appear while the person is still learning


@dataclass(frozen=True, slots=True)
class Rhythm:
    """The longest gap between two beats that join: the beat interval plus its grace."""

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
    """One launch's measurement so far. `closed_seconds` are in stretches that are already stated."""

    nonce: str
    previous_nonce: str = ""
    stretch_from: datetime | None = None
    last_beat: datetime | None = None
    closed_seconds: int = 0

    @property
    def seconds(self) -> int:
        """Seconds of presence in this launch, including the open stretch."""
        if self.stretch_from is None or self.last_beat is None:
            return self.closed_seconds
        return self.closed_seconds + Stretch(self.stretch_from, self.last_beat).seconds


@dataclass(frozen=True, slots=True)
class StretchStep:
    """The result of an event: the presence to store, the stretch to state (if any), and whether the beat was accepted."""

    presence: Presence
    stated: Stretch | None = None
    accepted: bool = True


def floor_to_second(instant: datetime) -> datetime:
    """Round an instant down to its second (HOURS: fractions are rounded down)."""
    return instant.replace(microsecond=0)


def beat(presence: Presence, nonce: str, fresh: str, now: datetime, rhythm: Rhythm) -> StretchStep:
    """Handle a beat that carries `nonce`, received at `now` (whole seconds).

    The expected nonce is accepted. The previous nonce is accepted once more, because a lost reply on a weak network
    must not cost honest time. Any other nonce is a replay: nothing is measured, and the caller answers with the expected nonce.
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
    """Close the open stretch at its last beat: nothing was measured after it."""
    since, last = presence.stretch_from, presence.last_beat
    if since is None or last is None:
        return StretchStep(presence)
    done = replace(presence, stretch_from=None, closed_seconds=presence.seconds)
    return StretchStep(done, Stretch(since, last) if since < last else None)


def pause(presence: Presence, nonce: str, fresh: str, now: datetime, rhythm: Rhythm) -> StretchStep:
    """Handle a last beat and close the stretch: the page was hidden or left, or the person was inactive."""
    if presence.stretch_from is None:
        return StretchStep(presence)
    last = beat(presence, nonce, fresh, now, rhythm)
    if not last.accepted:
        return last
    ended = close(last.presence)  # if the beat itself stated a stretch, the new one is still empty
    return StretchStep(ended.presence, last.stated or ended.stated)
