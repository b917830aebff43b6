"""Read the inputs of an enrolment's policy: its programme's version, courses, timetable, sessions moved online, and transfers.

The class's part is the same for everybody in it, so it is read once. A transfer adds what earlier classes allow to earn,
and sessions moved online for some people only add that for these people.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time
from typing import NamedTuple
from zoneinfo import ZoneInfo

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from lms.catalogue.models import CourseVersion
from lms.classes.models import ClassCourse, ClassSession, EnrolmentTransfer, SessionReplacement, TrainingClass
from lms.programmes.models import ProgrammeVersion
from lms.programmes.store import document_of


def activity_name(course: str, activity: str) -> str:
    """Return the name of a course's activity, or of a class's session, within an enrolment."""
    return f"{course}:{activity}"


class StudiedVersion(NamedTuple):
    """A course version that a class studies: its document's hash, and the requirement to which its hours count."""

    course_version_id: int
    sha256: str
    requirement: str
    compulsory: bool
    course_id: int


class PlannedPlace(NamedTuple):
    """A session of the class's timetable, in whole seconds since 1970; a live online session has no half-days."""

    place: str
    requirement: str
    start: int
    end: int
    half_days: int


class ReplacedPlaces(NamedTuple):
    """Sessions that a course or a live session replaces; `people` are enrolments (None: everybody)."""

    name: str
    places: tuple[str, ...]
    course_version_id: int | None
    live: str
    people: frozenset[int] | None


@dataclass(frozen=True, slots=True)
class PolicyKey:
    """The inputs of a policy by content: equal keys have equal policies, in any database."""

    programme_version_id: int
    programme_sha256: str
    starts_on: date
    courses: tuple[StudiedVersion, ...]
    sessions: tuple[PlannedPlace, ...]
    replacements: tuple[ReplacedPlaces, ...] = ()


class ClassPeriod(NamedTuple):
    """A class in which the person was, and the instants between which its sessions count for them (None: no limit)."""

    class_id: int
    since: int | None
    until: int | None


def keys_of_classes(session: Session, class_ids: Collection[int]) -> dict[int, PolicyKey]:
    """Return the inputs of each class; sessions moved online include those for some people only."""
    studied: dict[int, list[StudiedVersion]] = {class_id: [] for class_id in class_ids}
    columns = (ClassCourse.class_id, CourseVersion.id, CourseVersion.document_sha256, ClassCourse.requirement, ClassCourse.compulsory)
    bound = session.execute(
        select(*columns, CourseVersion.course_id)
        .join(CourseVersion, CourseVersion.id == ClassCourse.course_version_id)
        .where(ClassCourse.class_id.in_(class_ids))
        .order_by(CourseVersion.id)
    )
    for class_id, version_id, sha256, requirement, compulsory, course_id in bound:
        studied[class_id].append(StudiedVersion(version_id, sha256, requirement, compulsory, course_id))
    moved = exists().where(SessionReplacement.class_id == TrainingClass.id, SessionReplacement.cancelled_at.is_(None))
    versions = session.execute(
        select(TrainingClass.id, TrainingClass.code, ProgrammeVersion.id, ProgrammeVersion.sha256, TrainingClass.starts_on, moved)
        .join(ProgrammeVersion, ProgrammeVersion.id == TrainingClass.programme_version_id)
        .where(TrainingClass.id.in_(class_ids))
    ).all()
    planned = _timetables(session, class_ids)
    replaced = _replaced(session, {row[0]: row[1] for row in versions if row[5]})
    keys = {}
    for class_id, code, version, sha256, starts_on, _ in versions:
        sessions = tuple(one._replace(place=activity_name(code, one.place)) for one in planned[class_id])
        keys[class_id] = PolicyKey(version, sha256, starts_on, tuple(studied[class_id]), sessions, replaced.get(class_id, ()))
    return keys


def _timetables(session: Session, class_ids: Collection[int]) -> dict[int, list[PlannedPlace]]:
    """Return the sessions of each class by key, in order of time, without cancelled ones."""
    found: dict[int, list[PlannedPlace]] = {class_id: [] for class_id in class_ids}
    wanted = (ClassSession.class_id.in_(class_ids), ClassSession.cancelled_at.is_(None))
    for one in session.scalars(select(ClassSession).where(*wanted).order_by(ClassSession.starts_at, ClassSession.key)):
        start, end = int(one.starts_at.timestamp()), int(one.ends_at.timestamp())
        found[one.class_id].append(PlannedPlace(one.key, one.requirement, start, end, one.half_days))
    return found


def _replaced(session: Session, codes: Mapping[int, str]) -> dict[int, tuple[ReplacedPlaces, ...]]:
    """Return the current moves online of each class; `codes` of the classes by id."""
    if not codes:
        return {}
    found: dict[int, list[ReplacedPlaces]] = defaultdict(list)
    wanted = (SessionReplacement.class_id.in_(codes), SessionReplacement.cancelled_at.is_(None))
    for one in session.scalars(select(SessionReplacement).where(*wanted).order_by(SessionReplacement.class_id, SessionReplacement.key)):
        code = codes[one.class_id]
        places = tuple(activity_name(code, key) for key in sorted(one.sessions))
        live = activity_name(code, one.live) if one.live else ""
        people = None if one.people is None else frozenset(one.people)
        found[one.class_id].append(ReplacedPlaces(activity_name(code, one.key), places, one.course_version_id, live, people))
    return {class_id: tuple(rows) for class_id, rows in found.items()}


def keys_of_enrolments(session: Session, classes: Mapping[int, int], transferred: Collection[int]) -> dict[int, PolicyKey]:
    """Return the inputs of each enrolment's policy. `classes`: the class of each enrolment; `transferred`: the people who were moved."""
    periods = class_periods_of(session, transferred) if transferred else {}
    everywhere = {*classes.values(), *(period.class_id for own in periods.values() for period in own)}
    keys = keys_of_classes(session, everywhere)
    found = {}
    for number, class_id in classes.items():
        key = _joined(keys, periods[number]) if number in periods else keys[class_id]
        found[number] = _for_one(key, number) if key.replacements else key
    return found


def class_periods_of(session: Session, enrolment_ids: Collection[int]) -> dict[int, tuple[ClassPeriod, ...]]:
    """Return the classes of people who were transferred, in the order of their periods."""
    moves: dict[int, list[tuple[EnrolmentTransfer, str]]] = defaultdict(list)
    query = (
        select(EnrolmentTransfer, ProgrammeVersion)
        .join(TrainingClass, TrainingClass.id == EnrolmentTransfer.to_class_id)
        .join(ProgrammeVersion, ProgrammeVersion.id == TrainingClass.programme_version_id)
        .where(EnrolmentTransfer.enrolment_id.in_(enrolment_ids))
        .order_by(EnrolmentTransfer.id)
    )
    for move, version in session.execute(query):
        moves[move.enrolment_id].append((move, document_of(version).policy.time_zone))
    return {number: _class_periods(own) for number, own in moves.items()}


def _class_periods(moves: Sequence[tuple[EnrolmentTransfer, str]]) -> tuple[ClassPeriod, ...]:
    days = [int(datetime.combine(move.day, time(), ZoneInfo(zone)).timestamp()) for move, zone in moves]
    classes = [moves[0][0].from_class_id, *(move.to_class_id for move, _ in moves)]
    return tuple(ClassPeriod(class_id, since, until) for class_id, since, until in zip(classes, [None, *days], [*days, None], strict=True))


def _joined(keys: Mapping[int, PolicyKey], periods: Sequence[ClassPeriod]) -> PolicyKey:
    """Combine the policies of one person's classes: the last class's policy, with sessions of each class up to or from its day.

    Courses of earlier classes stay, but are not compulsory unless the last class studies them too. Months of practice
    continue from their original start.
    """
    last = keys[periods[-1].class_id]
    here = {one.course_id for one in last.courses}
    before: dict[int, StudiedVersion] = {}
    sessions, replacements = [], []
    for period in periods:
        key = keys[period.class_id]
        before |= {one.course_id: one._replace(compulsory=False) for one in key.courses if one.course_id not in here}
        within = [one for one in key.sessions if _lies_within(one, period)]
        sessions += within
        places = {one.place for one in within}
        replacements += [one._replace(places=kept) for one in key.replacements if (kept := tuple(p for p in one.places if p in places))]
    return replace(
        last,
        starts_on=keys[periods[0].class_id].starts_on,
        courses=(*before.values(), *last.courses),
        sessions=tuple(sessions),
        replacements=_joined_replacements(replacements),
    )


def _joined_replacements(replacements: Sequence[ReplacedPlaces]) -> tuple[ReplacedPlaces, ...]:
    """Combine the parts of one replacement before and after a person returned to a class."""
    found: dict[str, ReplacedPlaces] = {}
    for one in replacements:
        known = found.get(one.name)
        found[one.name] = one if known is None else one._replace(places=tuple(sorted({*known.places, *one.places})))
    return tuple(found.values())


def _lies_within(one: PlannedPlace, period: ClassPeriod) -> bool:
    """Say whether a session counts for a person in that class; a session that runs past midnight of the day counts in neither class."""
    return (period.since is None or one.start >= period.since) and (period.until is None or one.end <= period.until)


def _for_one(key: PolicyKey, enrolment_id: int) -> PolicyKey:
    """Leave out sessions moved online for other people only."""
    own = [one._replace(people=None) for one in key.replacements if one.people is None or enrolment_id in one.people]
    return replace(key, replacements=tuple(own))
