"""Which measured time waits for its activity's condition? It is shown beside the credited time, so that nobody thinks it lost."""

from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from typing import NamedTuple

from sqlalchemy import bindparam, func, select
from sqlalchemy.orm import Session

from courses.outline import Activity
from lms.crediting.held_sessions import OPEN
from lms.crediting.models import HeldSession, Observation
from lms.crediting.policy import activity_name
from lms.crediting.standing import Standing
from xapi.raw_sql import PreparedQuery


@dataclass(frozen=True, slots=True)
class WaitingTime:
    """Measured time of one activity that has a condition and has no credited time yet; at most what the activity can earn."""

    course_version_id: int
    activity: Activity
    seconds: int


class _Measured(NamedTuple):
    enrolment_id: int
    activity: str
    seconds: int


_MEASURED = PreparedQuery(
    select(Observation.enrolment_id, Observation.activity, func.sum(Observation.at - Observation.since))
    .where(Observation.enrolment_id.in_(bindparam("enrolments", expanding=True)), Observation.kind == "present", ~Observation.voided)
    .group_by(Observation.enrolment_id, Observation.activity)
)


def waiting_times(session: Session, standings: Sequence[Standing]) -> Mapping[int, list[WaitingTime]]:
    """Return the waiting time of each enrolment, in the order of its courses; one query for all of them."""
    rows = [_Measured(*row) for row in _MEASURED.ask(session, enrolments=[one.enrolment.id for one in standings])] if standings else []
    measured = {(row.enrolment_id, row.activity): int(row.seconds) for row in rows}
    held = _held(session, [one.enrolment.id for one in standings if one.enrolment.held_seconds])
    return {one.enrolment.id: list(_of(one, measured, held)) for one in standings}


def _held(session: Session, enrolment_ids: Sequence[int]) -> Set[tuple[int, str]]:
    """Return the activities in which time is held for review; no condition of theirs is what it waits for."""
    wanted = (HeldSession.enrolment_id.in_(enrolment_ids), HeldSession.state == OPEN)
    rows = session.execute(select(HeldSession.enrolment_id, HeldSession.activity).where(*wanted)) if enrolment_ids else ()
    return {(row.enrolment_id, row.activity) for row in rows}


def _of(standing: Standing, measured: Mapping[tuple[int, str], int], held: Set[tuple[int, str]]) -> Iterator[WaitingTime]:
    for course in standing.courses:
        for activity in course.outline.activities:
            name = activity_name(course.code, activity.key)
            seconds = measured.get((standing.enrolment.id, name), 0)
            gated = any(activity.requires.values())
            if seconds and gated and (standing.enrolment.id, name) not in held and not standing.credited_for(course.code, activity.key):
                yield WaitingTime(course.course_version_id, activity, min(seconds, activity.worth_seconds))
