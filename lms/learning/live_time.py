"""The time of our own page beside a live session: from one action to the next, within the session, kept as attendance.

The person is in the meeting's own window or app, so this page is often in the background, and phones stop such pages. Therefore beats may
be ten minutes apart here: coming back to the page is an action, and so is its button.
"""

from datetime import datetime

from sqlalchemy.orm import Session

from lms.attendance.own_page import keep_measured
from lms.classes.models import ClassSession
from lms.learning.attended import ALONE, BeatBody
from lms.learning.device import identity_of
from lms.learning.models import Launch
from lms.learning.stretch import LAUNCH_TIMEOUT, Presence, Rhythm, Stretch, StretchStep, beat, close, pause

RHYTHM = Rhythm(ALONE, state_after=LAUNCH_TIMEOUT)  # one stretch for the whole meeting, if nobody leaves it
BEAT_SECONDS = 60  # between two beats of a page that is open and visible


def step(before: Presence, times: tuple[datetime, datetime], said: BeatBody, fresh: str, now: datetime) -> StretchStep:
    """Handle a beat of the page, received at `now` (whole seconds); `times` are the session's beginning and end.

    Nothing is measured before the beginning. A beat soon after the end extends the stretch to the end and closes it.
    """
    starts_at, ends_at = times
    over = now >= ends_at
    late = before.last_beat is not None and now - before.last_beat > RHYTHM.longest_gap
    if now < starts_at or not said.acted or (over and late):
        return close(before)
    act = pause if said.last or over else beat
    return act(before, said.nonce, fresh, min(now, ends_at), RHYTHM)


def keep(session: Session, launch: Launch, stretch: Stretch) -> None:
    """Keep a closed stretch as attendance of the launch's session, as far as it lies in its time."""
    lesson = session.get_one(ClassSession, launch.lesson_id)
    keep_measured(session, lesson, launch.enrolment_id, (stretch.since, stretch.until), identity_of(launch.device))
