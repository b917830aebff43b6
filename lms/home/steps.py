"""What does somebody do next? The activity they were in last while it still earns; then on through that course, then the others."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from courses.outline import Activity, Course
from lms.catalogue.models import CourseVersion
from lms.catalogue.publish import outline_of
from lms.crediting.policy import activity_name
from lms.crediting.standing import Standing
from lms.learning.models import Launch
from lms.programmes.models import LEARNING
from lms.programmes.progress import StudiedCourse

SECONDS = 60


@dataclass(frozen=True, slots=True)
class Step:
    """An activity to go on with; `begun` where the person has opened it before."""

    enrolment_id: int
    course_version_id: int
    course: Course
    activity: Activity
    credited_seconds: int
    begun: bool


@dataclass(frozen=True, slots=True)
class _Place:
    """An activity of a course that an enrolment studies, named as the account names it."""

    standing: Standing
    studied: StudiedCourse
    name: str

    @property
    def key(self) -> str:
        return self.name.removeprefix(activity_name(self.studied.code, ""))


def next_step(session: Session, standings: Sequence[Standing]) -> Step | None:
    """Return where to go on; None where nothing that is left would be worth a suggestion.

    Somebody who reads faster than the minutes say is not sent back to what already counts, unless their course asks for
    more minutes and has nothing else left.
    """
    studying = [one for one in standings if one.enrolment.status in LEARNING]
    last = _last_opened(session, studying) if studying else None
    if last is None:
        return _step(session, next(_ahead(studying, None), None), None)
    launch, version = last
    here = _place_of(studying, launch)
    if here is not None and _earns(here, outline_of(version)):
        return _step(session, here, last)
    return _step(session, next(_ahead(studying, here), None), last)


def _last_opened(session: Session, studying: Iterable[Standing]) -> tuple[Launch, CourseVersion] | None:
    """Return the newest launch of what these enrolments study, with its course version, in one query."""
    found = session.execute(
        select(Launch, CourseVersion)
        .join(CourseVersion, CourseVersion.id == Launch.course_version_id)
        .where(Launch.enrolment_id.in_([one.enrolment.id for one in studying]))
        .order_by(Launch.opened_at.desc())
        .limit(1)
    ).one_or_none()
    return None if found is None else (found[0], found[1])


def _place_of(studying: Iterable[Standing], launch: Launch) -> _Place | None:
    """Return where a launch was, if its enrolment still studies that."""
    for standing in studying:
        for studied in standing.courses:
            name = activity_name(studied.code, launch.activity)
            if (standing.enrolment.id, studied.course_version_id) == (launch.enrolment_id, launch.course_version_id):
                return _Place(standing, studied, name) if name in studied.activities else None
    return None


def _earns(place: _Place, course: Course) -> bool:
    """Say whether going on in the activity of the last visit is the natural next thing: it has not counted yet, or it
    has no condition that could tell that it was finished, and time is left in it.
    """
    activity = next(one for one in course.activities if one.key == place.key)
    credited = place.standing.credited.get(place.name, 0)
    return credited == 0 or (not any(activity.requires.values()) and credited < activity.worth_seconds)


def _ahead(studying: Sequence[Standing], here: _Place | None) -> Iterator[_Place]:
    """Give what is worth opening, best first: what has earned nothing in unfinished courses, the course of the last visit
    first and from there on; then what has earned something in courses that ask for more.
    """
    places = [place for standing in studying for place in _unfinished(standing)]
    if here is not None:
        where = list(here.studied.activities)
        behind = set(where[: where.index(here.name) + 1])
        places.sort(key=lambda one: (one.standing is not here.standing, one.studied is not here.studied, one.name in behind))
    yield from (one for one in places if not one.standing.credited.get(one.name, 0))
    yield from (one for one in places if 0 < one.standing.credited.get(one.name, 0) < one.studied.activities[one.name] * SECONDS)


def _unfinished(standing: Standing) -> Iterator[_Place]:
    for studied in sorted(standing.courses, key=lambda one: not one.compulsory):
        if not standing.is_finished(studied):
            yield from (_Place(standing, studied, name) for name in studied.activities)


def _step(session: Session, place: _Place | None, last: tuple[Launch, CourseVersion] | None) -> Step | None:
    if place is None:
        return None
    enrolment_id, version_id = place.standing.enrolment.id, place.studied.course_version_id
    known = last is not None and last[1].id == version_id
    version = last[1] if last is not None and known else session.get_one(CourseVersion, version_id)
    course = outline_of(version)
    activity = next(one for one in course.activities if one.key == place.key)
    return Step(enrolment_id, version_id, course, activity, place.standing.credited.get(place.name, 0), _is_begun(session, place, last))


def _is_begun(session: Session, place: _Place, last: tuple[Launch, CourseVersion] | None) -> bool:
    if last is None:
        return False
    wanted = (place.standing.enrolment.id, place.studied.course_version_id, place.key)
    if wanted == (last[0].enrolment_id, last[0].course_version_id, last[0].activity):
        return True
    opened = select(Launch.id).where(Launch.enrolment_id == wanted[0], Launch.course_version_id == wanted[1], Launch.activity == wanted[2])
    return session.scalar(opened.limit(1)) is not None
