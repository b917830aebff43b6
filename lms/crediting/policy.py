"""The rules of an enrolment's account: the hours policy, the window, and the conditions of each activity.

A case names activities '<course code>:<activity key>', because one account covers all courses of a class.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from courses.outline import Activity
from lms.catalogue.models import CourseVersion
from lms.catalogue.publish import outline_of
from lms.classes.models import ClassCourse, ClassSession, Enrolment, TrainingClass
from lms.hours import Case, Interval, Policy, RequirementRule, Rule, SessionRule, TrackRules, dump
from lms.programmes.models import ProgrammeVersion
from lms.programmes.store import document_of
from lms.programmes.values import ProgrammeDocument
from strict_json.canonical import digest_of

Window = tuple[int | None, int | None]
CLASSES_KEPT = 4096


@dataclass(frozen=True, slots=True)
class TrackLaw:
    """The rules for one track of a class: its requirements, and the requirement to which each activity counts."""

    activities: Mapping[str, Rule]
    rules: TrackRules
    live: Mapping[str, Interval] = field(default_factory=dict)  # times of its live online sessions, by place


@dataclass(frozen=True, slots=True)
class ClassPolicy:
    """The rules of a whole class. `sha256` covers policy, activities and requirements; every ledger entry carries it.

    `activities` count to nothing here; `tracks` say what they count to.
    """

    policy: Policy
    activities: Mapping[str, Rule]
    tracks: Mapping[str, TrackLaw]
    server_graded: frozenset[str]
    trusted_providers: frozenset[str]
    programme_version_id: int
    sha256: str


@dataclass(frozen=True, slots=True)
class EnrolmentPolicy:
    """The rules of one enrolment: its class's policy, the window in which its time counts, and its track's requirements.

    `track` is None if the programme's document has no such track.
    """

    law: ClassPolicy
    window: Window
    track: TrackLaw | None = None


def activity_name(course: str, activity: str) -> str:
    """Return the name of an activity within an enrolment."""
    return f"{course}:{activity}"


def terms_of(session: Session, enrolment_ids: Iterable[int]) -> dict[int, EnrolmentPolicy]:
    """Return the policy of each enrolment; documents never change, so a class's policy is computed once per process."""
    wanted = set(enrolment_ids)
    columns = (Enrolment.id, Enrolment.class_id, Enrolment.track, Enrolment.window_from, Enrolment.window_to)
    rows = session.execute(select(*columns).where(Enrolment.id.in_(wanted))).all()
    laws = laws_of(session, {row.class_id for row in rows})
    ends = {row.id: tuple(None if at is None else int(at.timestamp()) for at in (row.window_from, row.window_to)) for row in rows}
    return {
        row.id: EnrolmentPolicy(laws[row.class_id], (ends[row.id][0], ends[row.id][1]), laws[row.class_id].tracks.get(row.track))
        for row in rows
    }


def laws_of(session: Session, class_ids: Iterable[int]) -> dict[int, ClassPolicy]:
    """Return each class's policy: its programme version, and the course versions that it studies."""
    return {class_id: _known.get(key) or _remember(key, _make(session, key)) for class_id, key in _keys(session, set(class_ids)).items()}


def law_with(session: Session, class_id: int, replaced: int, by: CourseVersion | None) -> ClassPolicy:
    """Return the law that a class would have with another version of a course in the place of one that it studies, or without it."""
    key = _keys(session, {class_id})[class_id]
    others = [one for one in key.courses if one.course_version_id != replaced]
    bound = next(one for one in key.courses if one.course_version_id == replaced)
    new = [] if by is None else [bound._replace(course_version_id=by.id, sha256=by.document_sha256)]
    return _make(session, replace(key, courses=tuple(sorted([*others, *new]))))


class _Studied(NamedTuple):
    """A course version that a class studies: its document's hash, and the requirement to which its hours count."""

    course_version_id: int
    sha256: str
    requirement: str
    compulsory: bool


class _Planned(NamedTuple):
    """A session of the class's timetable, in whole seconds since 1970; a live online session has no half-days."""

    place: str
    requirement: str
    start: int
    end: int
    half_days: int


@dataclass(frozen=True, slots=True)
class _Key:
    """The inputs of a class policy by content: equal keys have equal policies, in any database."""

    programme_version_id: int
    programme_sha256: str
    starts_on: date
    courses: tuple[_Studied, ...]
    sessions: tuple[_Planned, ...]


_known: dict[_Key, ClassPolicy] = {}


def _remember(key: _Key, law: ClassPolicy) -> ClassPolicy:
    if len(_known) >= CLASSES_KEPT:
        _known.clear()
    _known[key] = law
    return law


def _keys(session: Session, class_ids: set[int]) -> dict[int, _Key]:
    studied: dict[int, list[_Studied]] = {class_id: [] for class_id in class_ids}
    columns = (ClassCourse.class_id, CourseVersion.id, CourseVersion.document_sha256, ClassCourse.requirement, ClassCourse.compulsory)
    bound = session.execute(
        select(*columns)
        .join(CourseVersion, CourseVersion.id == ClassCourse.course_version_id)
        .where(ClassCourse.class_id.in_(class_ids))
        .order_by(CourseVersion.id)
    )
    for class_id, version_id, sha256, requirement, compulsory in bound:
        studied[class_id].append(_Studied(version_id, sha256, requirement, compulsory))
    versions = session.execute(
        select(TrainingClass.id, TrainingClass.code, ProgrammeVersion.id, ProgrammeVersion.sha256, TrainingClass.starts_on)
        .join(ProgrammeVersion, ProgrammeVersion.id == TrainingClass.programme_version_id)
        .where(TrainingClass.id.in_(class_ids))
    )
    planned = _timetables(session, class_ids)
    keys = {}
    for class_id, code, version, sha256, starts_on in versions:
        sessions = tuple(one._replace(place=activity_name(code, one.place)) for one in planned[class_id])
        keys[class_id] = _Key(version, sha256, starts_on, tuple(studied[class_id]), sessions)
    return keys


def _timetables(session: Session, class_ids: set[int]) -> dict[int, list[_Planned]]:
    """Return the sessions of each class by key, in order of time, without cancelled ones."""
    found: dict[int, list[_Planned]] = {class_id: [] for class_id in class_ids}
    wanted = (ClassSession.class_id.in_(class_ids), ClassSession.cancelled_at.is_(None))
    for one in session.scalars(select(ClassSession).where(*wanted).order_by(ClassSession.starts_at, ClassSession.key)):
        start, end = int(one.starts_at.timestamp()), int(one.ends_at.timestamp())
        found[one.class_id].append(_Planned(one.key, one.requirement, start, end, one.half_days))
    return found


def law_under(session: Session, version: ProgrammeVersion, class_ids: Iterable[int]) -> dict[int, ClassPolicy]:
    """Return the law of each class as it would be under another programme version, which need not be stored."""
    return {class_id: _make(session, key, version) for class_id, key in _keys(session, set(class_ids)).items()}


def _make(session: Session, key: _Key, version: ProgrammeVersion | None = None) -> ClassPolicy:
    bound = {one.course_version_id: one for one in key.courses}
    courses = select(CourseVersion).where(CourseVersion.id.in_(list(bound)))
    found = session.scalars(courses.options(joinedload(CourseVersion.course)).order_by(CourseVersion.id))
    studied = [(course, bound[course.id].requirement, bound[course.id].compulsory) for course in found]
    return make_law(version or session.get_one(ProgrammeVersion, key.programme_version_id), studied, key.starts_on, key.sessions)


def make_law(
    version: ProgrammeVersion, studied: Sequence[tuple[CourseVersion, str, bool]], starts_on: date, sessions: Sequence[_Planned] = ()
) -> ClassPolicy:
    """Combine a programme version and course versions (each with its requirement, and whether it is compulsory).

    If there are two versions of one course, the later one is used. Months of practice begin on the class's first day.
    """
    document = document_of(version)
    named, rules = {}, {}
    for course, requirement, _ in studied:
        for activity in outline_of(course).activities:
            name = activity_name(course.course.code, activity.key)
            named[name] = activity
            rules[name] = replace(rule_of(activity), counts_to=requirement, course=course.course.code)
    activities = {name: rules[name] for name in sorted(rules)}
    compulsory = {course.course.code: asked for course, _, asked in studied}
    bare = {one.key: _track_law(document, one.key, activities, compulsory, starts_on) for one in document.tracks}
    tracks = {key: _with_sessions(law, sessions) for key, law in bare.items()}
    policy = replace(document.policy, finished_share=document.finished_share)
    bundles = [dump(Case(policy, law.activities, (), track=law.rules)) for _, law in sorted(tracks.items())]
    return ClassPolicy(
        policy=policy,
        activities={name: replace(rule, counts_to=None, course=None) for name, rule in activities.items()},
        tracks=tracks,
        server_graded=frozenset(name for name, activity in named.items() if activity.grading == "server"),
        trusted_providers=document.trusted_providers,
        programme_version_id=version.id,
        sha256=digest_of(bundles),
    )


def _track_law(
    document: ProgrammeDocument, track: str, activities: Mapping[str, Rule], compulsory: Mapping[str, bool], starts_on: date
) -> TrackLaw:
    """A course whose requirement the track does not have counts to none. A class without compulsory courses still owes one."""
    requirements = {}
    for one in document.requirements_of(track):
        owed = Decimal(1) if one.kind == "courses" and not any(compulsory.values()) else None
        starts = starts_on if one.kind == "months" else None
        requirements[one.key] = RequirementRule(one.kind, one.target or owed, starts)
    hours = {key for key, one in requirements.items() if one.kind == "hours"}
    own = {name: rule if rule.counts_to in hours else replace(rule, counts_to=None) for name, rule in activities.items()}
    return TrackLaw(own, TrackRules(requirements, courses=compulsory))


def _with_sessions(law: TrackLaw, sessions: Sequence[_Planned]) -> TrackLaw:
    """Let sessions toward days earn half-days. A session toward hours is live online: an activity as long as its schedule."""
    kinds = {key: one.kind for key, one in law.rules.requirements.items()}
    taught = {one.place: SessionRule(*one[1:]) for one in sessions if kinds.get(one.requirement) == "days"}
    live = {one.place: one for one in sessions if kinds.get(one.requirement) == "hours" and one.place not in law.activities}
    lessons = {place: Rule(one.end - one.start, counts_to=one.requirement) for place, one in live.items()}
    intervals = {place: (one.start, one.end) for place, one in live.items()}
    return TrackLaw({**law.activities, **lessons}, replace(law.rules, sessions=taught), intervals)


def rule_of(activity: Activity) -> Rule:
    """Return the hours core's rule for an activity."""
    coverage = activity.requires.get("coverage")
    return Rule(
        cap_seconds=activity.minutes * 60,
        media_seconds=None if activity.media_seconds is None else _exact(activity.media_seconds),
        completed=bool(activity.requires.get("completed", False)),
        passed=bool(activity.requires.get("passed", False)),
        coverage=None if coverage is None else Decimal(str(coverage)),
    )


def _exact(seconds: float) -> int | Decimal:
    exact = Decimal(str(seconds))
    return int(exact) if exact == int(exact) else exact
