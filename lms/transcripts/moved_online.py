"""List a person's sessions that were moved online, and which of them they have earned there."""

from collections.abc import Iterable

from sqlalchemy import select
from sqlalchemy.orm import Session

from lms.classes.models import ClassSession, TrainingClass
from lms.crediting.policy import activity_name
from lms.transcripts.transcript import Transcript


def moved_online(session: Session, transcript: Transcript, lessons: Iterable[ClassSession]) -> dict[int, bool]:
    """Return the replaced sessions by id; the value says whether the replacement is done."""
    track, result = transcript.case.track, transcript.decision.result.track
    if track is None or result is None or not track.replacements:
        return {}
    places = frozenset().union(*(plan.sessions for plan in track.replacements.values()))
    rows = {one.id: one for one in lessons}
    query = select(TrainingClass.id, TrainingClass.code).where(TrainingClass.id.in_({one.class_id for one in rows.values()}))
    codes = {number: code for number, code in session.execute(query)}
    named = {number: activity_name(codes[one.class_id], one.key) for number, one in rows.items()}
    return {number: bool(result.sessions[place].replaced_by) for number, place in named.items() if place in places}
