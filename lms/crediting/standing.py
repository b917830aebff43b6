"""What does an enrolment's track require, and how much of it is earned? For pages, for one enrolment or hundreds at once."""

from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass, field, replace

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session, joinedload

from lms.classes.models import Enrolment, TrainingClass
from lms.classes.setup import courses_of
from lms.crediting import certified, ledger
from lms.crediting.attestations import with_noted_sessions
from lms.crediting.evidence import cases_of
from lms.crediting.policy import EnrolmentPolicy, activity_name, policies_of
from lms.crediting.policy_key import ClassPeriod, class_periods_of
from lms.crediting.units import earnings_of
from lms.hours import judge, recompute
from lms.programmes.models import ProgrammeVersion
from lms.programmes.progress import RequirementProgress, StudiedCourse, progress
from lms.programmes.store import document_of
from lms.programmes.values import ProgrammeDocument, Track


@dataclass(frozen=True, slots=True)
class Standing:
    """One enrolment with its programme's document, its class's courses, its account, its requirements, and its rules."""

    enrolment: Enrolment
    document: ProgrammeDocument
    courses: Sequence[StudiedCourse]
    credited: Mapping[str, int]
    requirements: Sequence[RequirementProgress]
    policy: EnrolmentPolicy = field(repr=False)
    courses_done: Set[str] = frozenset()  # codes; filled only for a person's own enrolments

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

    def seconds_left_in(self, course: StudiedCourse) -> int:
        """Return the seconds that one course can still earn."""
        return sum(one.seconds_left(self.credited.get(name, 0)) for name, one in course.activities.items())

    def is_finished(self, course: StudiedCourse) -> bool:
        """Say whether a course counts as finished."""
        return course.code in self.courses_done

    def credited_for(self, course: str, activity: str) -> int:
        """Return the seconds credited for one activity."""
        return self.credited.get(activity_name(course, activity), 0)


_CLASS = joinedload(Enrolment.training_class).joinedload(TrainingClass.programme_version).lazyload(ProgrammeVersion.programme)
_OF_PERSON = select(Enrolment).where(Enrolment.person_id == bindparam("person")).options(_CLASS).order_by(Enrolment.id.desc())
_OF_ENROLMENTS = (
    select(Enrolment).where(Enrolment.id.in_(bindparam("enrolments", expanding=True))).options(_CLASS, joinedload(Enrolment.person))
)


def of_person(session: Session, person_id: int) -> list[Standing]:
    """Return the standing of a person in each of their classes, the newest class first; the caller has already loaded the person."""
    enrolments = session.scalars(_OF_PERSON, {"person": person_id}).all()
    policies = policies_of(session, [one.id for one in enrolments])
    return [replace(one, courses_done=done) for one, done in _with_courses(session, _standings(session, enrolments, policies), policies)]


def _with_courses(
    session: Session, standings: Sequence[Standing], policies: Mapping[int, EnrolmentPolicy]
) -> Iterable[tuple[Standing, Set[str]]]:
    """Add to each standing the courses that are done; evidence is decided again only if the ledger is not enough."""
    undecided = {one.enrolment.id: policies[one.enrolment.id] for one in standings if _done_by_ledger(one) is None}
    cases = cases_of(session, undecided) if undecided else {}
    for one in standings:
        done = _done_by_ledger(one)
        if done is None:
            track = recompute(cases[one.enrolment.id]).track
            done = frozenset() if track is None else track.courses_done
        yield one, done


def _done_by_ledger(standing: Standing) -> Set[str] | None:
    """Return the courses that are done: none without credited hours, all if the ledger shows it, otherwise None (unknown)."""
    codes = frozenset(course.code for course in standing.courses)
    if not standing.credited:
        return frozenset()
    optional = any(not course.compulsory for course in standing.courses)
    whole = any(one.kind == "courses" and one.earned - one.waived == len(codes) for one in standing.requirements)
    return codes if whole and not optional else None


def of_enrolments(session: Session, enrolment_ids: Iterable[int]) -> list[Standing]:
    """Return the standings of enrolments, in the order of the given ids."""
    wanted = list(enrolment_ids)
    found = session.scalars(_OF_ENROLMENTS, {"enrolments": wanted}).all()
    standings = {one.enrolment.id: one for one in _standings(session, found, policies_of(session, wanted))}
    return [standings[enrolment_id] for enrolment_id in wanted if enrolment_id in standings]


def _standings(session: Session, enrolments: Sequence[Enrolment], policies: Mapping[int, EnrolmentPolicy]) -> list[Standing]:
    """Return where enrolments stand; the number of queries does not grow with theirs. A certified person keeps what was certified."""
    periods = class_periods_of(session, moved) if (moved := [one.id for one in enrolments if one.transferred]) else {}
    courses = courses_of(session, {one.class_id for one in enrolments} | {period.class_id for own in periods.values() for period in own})
    accounts = ledger.sums(session, [one.id for one in enrolments])
    frozen = certified.requirements_of(session, enrolments)
    found = [
        _standing(
            one,
            (*courses[one.class_id], *_courses_of_left_classes(one, periods.get(one.id, ()), courses)),
            accounts[one.id],
            policies[one.id],
        )
        for one in enrolments
    ]
    return [replace(one, requirements=frozen.get(one.enrolment.id, one.requirements)) for one in found]


def _courses_of_left_classes(
    enrolment: Enrolment, periods: Iterable[ClassPeriod], courses: Mapping[int, Sequence[StudiedCourse]]
) -> list[StudiedCourse]:
    """Return the courses of classes that somebody left, as far as their class does not study them too."""
    here = {one.code for one in courses[enrolment.class_id]}
    found = {one.code: one for period in periods for one in courses[period.class_id] if one.code not in here}
    return [replace(one, compulsory=False, left=True) for one in found.values()]


def _standing(enrolment: Enrolment, courses: Sequence[StudiedCourse], account: ledger.Sums, policy: EnrolmentPolicy) -> Standing:
    """Judge only by the ledger's sums, so that a page agrees with the transcript."""
    document = document_of(enrolment.training_class.programme_version)
    judged = {}
    if policy.track is not None:
        earnings = earnings_of(account)
        rules = with_noted_sessions(policy.track.rules, [one.name for one in earnings])
        judged = judge(rules, policy.class_policy.policy, policy.track.activities, earnings)
    return Standing(enrolment, document, courses, ledger.seconds_of(account), progress(document, enrolment.track, judged), policy)
