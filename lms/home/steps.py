"""Suggest a person's next activity: the last one while it still earns, then the rest of that course, then other courses."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from sqlalchemy import bindparam, func, select
from sqlalchemy.orm import Session

from courses.formats import FORMATS
from courses.outline import Activity
from courses.outline import Course as Outline
from lms.catalogue.models import Course, CourseVersion
from lms.classes.models import LEARNING
from lms.crediting.policy import activity_name
from lms.crediting.standing import Standing
from lms.learning.models import Launch
from lms.programmes.progress import StudiedCourse
from xapi.raw_sql import PreparedQuery


@dataclass(frozen=True, slots=True)
class NextStep:
    """A suggested activity; `begun` if the person has opened it before."""

    enrolment_id: int
    course_version_id: int
    course: Outline
    activity: Activity
    credited_seconds: int
    begun: bool


@dataclass(frozen=True, slots=True)
class _CourseActivity:
    """An activity of a course that an enrolment studies, under its name in the account."""

    standing: Standing
    studied: StudiedCourse
    name: str

    @property
    def activity(self) -> Activity:
        return self.studied.activities[self.name]

    @property
    def credited_seconds(self) -> int:
        return self.standing.credited.get(self.name, 0)


class _Opened(NamedTuple):
    """A time at which the person opened this activity, in whichever version of its course (`course` is the code)."""

    enrolment_id: int
    course: str
    activity: str


def next_step(session: Session, standings: Sequence[Standing]) -> NextStep | None:
    """Return the next activity; None if no remaining activity is worth a suggestion.

    A person who reads faster than the stated minutes is not sent back to an activity that already counts, unless their course requires
    more minutes and has no other activity left.
    """
    studying = [one for one in standings if one.enrolment.status in LEARNING and one.training_class.closed_at is None]
    opened = _opened(session, studying) if studying else []
    here = _place_of(studying, opened[0]) if opened else None
    if here is not None and _earns(here):
        return _step(here, opened)
    return _step(next((one for one in _ahead(studying, here) if not _is_opened_link(one, opened)), None), opened)


_OPENED = PreparedQuery(
    select(Launch.enrolment_id, Course.code, Launch.activity)
    .join(CourseVersion, CourseVersion.id == Launch.course_version_id)
    .join(Course, Course.id == CourseVersion.course_id)
    .where(Launch.enrolment_id.in_(bindparam("enrolments", expanding=True)))
    .group_by(Launch.enrolment_id, Course.code, Launch.activity)
    .order_by(func.max(Launch.opened_at).desc())
)


def _opened(session: Session, studying: Iterable[Standing]) -> list[_Opened]:
    """Return the opened activities of these enrolments, the latest first."""
    return [_Opened(*row) for row in _OPENED.ask(session, enrolments=[one.enrolment.id for one in studying])]


def _place_of(studying: Iterable[Standing], opened: _Opened) -> _CourseActivity | None:
    """Return the activity of a visit, if the enrolment still studies it."""
    for standing in studying:
        for studied in (one for one in standing.courses if not one.left):
            name = activity_name(studied.code, opened.activity)
            if (standing.enrolment.id, studied.code) == (opened.enrolment_id, opened.course):
                return _CourseActivity(standing, studied, name) if name in studied.activities else None
    return None


def _earns(place: _CourseActivity) -> bool:
    """Say whether the activity of the last visit is the natural next one.

    It is if it has not counted yet, or if it has no condition that shows its end and can still earn time; never a link to another site.
    """
    credited = place.credited_seconds
    if FORMATS[place.activity.format].leads_to:
        return False
    return credited == 0 or (not any(place.activity.requires.values()) and place.activity.seconds_left(credited) > 0)


def _is_opened_link(place: _CourseActivity, opened: Sequence[_Opened]) -> bool:
    """Say whether an activity is a link that was opened. Learners cannot make it earn, so it would be suggested again and again."""
    visit = _Opened(place.standing.enrolment.id, place.studied.code, place.activity.key)
    return FORMATS[place.activity.format].leads_to is not None and visit in opened


def _ahead(studying: Sequence[Standing], here: _CourseActivity | None) -> Iterator[_CourseActivity]:
    """Yield the activities worth opening, best first: those without earnings in unfinished courses, beginning after the last visit
    in its course; then those with some earnings in courses that require more.
    """
    places = [place for standing in studying for place in _unfinished(standing)]
    if here is not None:
        where = list(here.studied.activities)
        behind = set(where[: where.index(here.name) + 1])
        places.sort(key=lambda one: (one.standing is not here.standing, one.studied is not here.studied, one.name in behind))
    yield from (one for one in places if not one.credited_seconds)
    yield from (one for one in places if one.credited_seconds and one.activity.seconds_left(one.credited_seconds))


def _unfinished(standing: Standing) -> Iterator[_CourseActivity]:
    for studied in sorted(standing.courses, key=lambda one: not one.compulsory):
        if not standing.is_finished(studied) and not studied.left:
            yield from (_CourseActivity(standing, studied, name) for name in studied.activities)


def _step(place: _CourseActivity | None, opened: Sequence[_Opened]) -> NextStep | None:
    if place is None:
        return None
    enrolment_id, studied = place.standing.enrolment.id, place.studied
    begun = _Opened(enrolment_id, studied.code, place.activity.key) in opened
    return NextStep(enrolment_id, studied.course_version_id, studied.outline, place.activity, place.credited_seconds, begun)
