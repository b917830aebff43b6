"""Under which rules is an enrolment's account kept: the hours policy, the window, and what each activity asks?

A case names activities '<course code>:<activity key>', because one account spans all courses of a class.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from courses.outline import Activity
from lms.catalogue.models import CourseVersion
from lms.catalogue.publish import outline_of
from lms.classes.models import ClassCourse, Enrolment, TrainingClass
from lms.hours import Case, Policy, Rule, dump
from lms.programmes.models import ProgrammeVersion
from lms.programmes.store import document_of

Window = tuple[int | None, int | None]
CLASSES_KEPT = 4096


@dataclass(frozen=True, slots=True)
class ClassPolicy:
    """What holds for a whole class. `sha256` names policy and activities; every ledger entry carries it."""

    policy: Policy
    activities: Mapping[str, Rule]
    server_graded: frozenset[str]
    trusted_providers: frozenset[str]
    programme_version_id: int
    sha256: str


@dataclass(frozen=True, slots=True)
class EnrolmentPolicy:
    """What holds for one enrolment: its class's law, and the window in which its time counts."""

    law: ClassPolicy
    window: Window


def activity_name(course: str, activity: str) -> str:
    """Return how an activity is named across an enrolment."""
    return f"{course}:{activity}"


def terms_of(session: Session, enrolment_ids: Iterable[int]) -> dict[int, EnrolmentPolicy]:
    """Return the terms of each enrolment; documents never change, so a class's law is worked out once per process."""
    wanted = set(enrolment_ids)
    rows = session.execute(
        select(Enrolment.id, Enrolment.class_id, Enrolment.window_from, Enrolment.window_to).where(Enrolment.id.in_(wanted))
    ).all()
    laws = laws_of(session, {row.class_id for row in rows})
    ends = {row.id: tuple(None if at is None else int(at.timestamp()) for at in (row.window_from, row.window_to)) for row in rows}
    return {row.id: EnrolmentPolicy(laws[row.class_id], (ends[row.id][0], ends[row.id][1])) for row in rows}


def laws_of(session: Session, class_ids: Iterable[int]) -> dict[int, ClassPolicy]:
    """Return each class's law: its programme version, and the course versions that it studies."""
    return {class_id: _known.get(key) or _remember(key, _make(session, key)) for class_id, key in _keys(session, set(class_ids)).items()}


@dataclass(frozen=True, slots=True)
class _Key:
    """What a law follows from, by content: equal keys have equal laws, in whatever database."""

    programme_version_id: int
    programme_sha256: str
    courses: tuple[tuple[int, str], ...]  # course version, hash of its document


_known: dict[_Key, ClassPolicy] = {}


def _remember(key: _Key, law: ClassPolicy) -> ClassPolicy:
    if len(_known) >= CLASSES_KEPT:
        _known.clear()
    _known[key] = law
    return law


def _keys(session: Session, class_ids: set[int]) -> dict[int, _Key]:
    studied: dict[int, list[tuple[int, str]]] = {class_id: [] for class_id in class_ids}
    bound = session.execute(
        select(ClassCourse.class_id, CourseVersion.id, CourseVersion.document_sha256)
        .join(CourseVersion, CourseVersion.id == ClassCourse.course_version_id)
        .where(ClassCourse.class_id.in_(class_ids))
        .order_by(CourseVersion.id)
    )
    for class_id, course_version_id, sha256 in bound:
        studied[class_id].append((course_version_id, sha256))
    versions = session.execute(
        select(TrainingClass.id, ProgrammeVersion.id, ProgrammeVersion.sha256)
        .join(ProgrammeVersion, ProgrammeVersion.id == TrainingClass.programme_version_id)
        .where(TrainingClass.id.in_(class_ids))
    )
    return {class_id: _Key(version_id, sha256, tuple(studied[class_id])) for class_id, version_id, sha256 in versions}


def _make(session: Session, key: _Key) -> ClassPolicy:
    courses = select(CourseVersion).where(CourseVersion.id.in_([version_id for version_id, _ in key.courses]))
    found = session.scalars(courses.options(joinedload(CourseVersion.course)).order_by(CourseVersion.id))
    return make_law(session.get_one(ProgrammeVersion, key.programme_version_id), found.all())


def make_law(version: ProgrammeVersion, courses: Sequence[CourseVersion]) -> ClassPolicy:
    """Combine a programme version and course versions; of one course in two versions the later one holds."""
    document = document_of(version)
    named = {activity_name(course.course.code, activity.key): activity for course in courses for activity in outline_of(course).activities}
    activities = {name: rule_of(named[name]) for name in sorted(named)}
    return ClassPolicy(
        policy=document.policy,
        activities=activities,
        server_graded=frozenset(name for name, activity in named.items() if activity.grading == "server"),
        trusted_providers=document.trusted_providers,
        programme_version_id=version.id,
        sha256=_digest(dump(Case(document.policy, activities, ()))),
    )


def rule_of(activity: Activity) -> Rule:
    """Return what the hours core needs to know of an activity."""
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


def _digest(content: Mapping[str, Any]) -> str:
    return hashlib.sha256(json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()).hexdigest()
