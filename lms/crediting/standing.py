"""Where does an enrolment stand: what does its track ask, and how much of it is earned? For pages, one or hundreds at once."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session, joinedload

from lms.classes.attendance import sums
from lms.classes.models import Enrolment, TrainingClass
from lms.classes.setup import courses_of
from lms.crediting.account import credited_of_many
from lms.crediting.policy import activity_name
from lms.programmes.models import ProgrammeVersion
from lms.programmes.progress import RequirementProgress, StudiedCourse, is_finished, progress
from lms.programmes.store import document_of
from lms.programmes.values import ProgrammeDocument, Track


@dataclass(frozen=True, slots=True)
class Standing:
    """One enrolment with its programme's document, its class's courses, its account and its requirements."""

    enrolment: Enrolment
    document: ProgrammeDocument
    courses: Sequence[StudiedCourse]
    credited: Mapping[str, int]
    requirements: Sequence[RequirementProgress]

    @property
    def training_class(self) -> TrainingClass:
        """The enrolment's class."""
        return self.enrolment.training_class

    @property
    def track(self) -> Track | None:
        """The enrolment's track."""
        return self.document.track(self.enrolment.track)

    @property
    def done(self) -> bool:
        """Whether every requirement is met."""
        return all(one.done for one in self.requirements)

    def credited_in(self, course: StudiedCourse) -> int:
        """Return the seconds credited in one course."""
        return sum(self.credited.get(activity, 0) for activity in course.activities)

    def is_finished(self, course: StudiedCourse) -> bool:
        """Say whether a course counts as finished."""
        return is_finished(course, self.credited, self.document.finished_share)

    def credited_for(self, course: str, activity: str) -> int:
        """Return the seconds credited for one activity."""
        return self.credited.get(activity_name(course, activity), 0)


_CLASS = joinedload(Enrolment.training_class).joinedload(TrainingClass.programme_version).lazyload(ProgrammeVersion.programme)
_OF_PERSON = select(Enrolment).where(Enrolment.person_id == bindparam("person")).options(_CLASS).order_by(Enrolment.id.desc())
_OF_ENROLMENTS = (
    select(Enrolment).where(Enrolment.id.in_(bindparam("enrolments", expanding=True))).options(_CLASS, joinedload(Enrolment.person))
)


def of_person(session: Session, person_id: int) -> list[Standing]:
    """Return where a person stands in each of their classes, the newest class first; who that is, the caller knows."""
    return _standings(session, session.scalars(_OF_PERSON, {"person": person_id}).all())


def of_enrolments(session: Session, enrolment_ids: Iterable[int]) -> list[Standing]:
    """Return where enrolments stand, in the order of their ids as given."""
    wanted = list(enrolment_ids)
    found = {one.enrolment.id: one for one in _standings(session, session.scalars(_OF_ENROLMENTS, {"enrolments": wanted}).all())}
    return [found[enrolment_id] for enrolment_id in wanted if enrolment_id in found]


def _standings(session: Session, enrolments: Sequence[Enrolment]) -> list[Standing]:
    """Return where enrolments stand; the number of queries does not grow with theirs."""
    ids = [one.id for one in enrolments]
    courses = courses_of(session, {one.class_id for one in enrolments})
    credited, attended = credited_of_many(session, ids), sums(session, ids)
    return [_standing(one, courses[one.class_id], credited[one.id], attended[one.id]) for one in enrolments]


def _standing(
    enrolment: Enrolment, courses: Sequence[StudiedCourse], credited: Mapping[str, int], attended: Mapping[str, Decimal]
) -> Standing:
    document = document_of(enrolment.training_class.programme_version)
    return Standing(enrolment, document, courses, credited, progress(document, enrolment.track, credited, attended, courses))
