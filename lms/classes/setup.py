"""Create classes, enrol people, and bind courses with the requirements to which their hours count."""

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from flask_babel import gettext as _
from sqlalchemy import bindparam, func, select
from sqlalchemy.orm import Session

from lms.accounts.account_changes import By
from lms.accounts.models import Organisation, Person
from lms.catalogue.models import CourseVersion
from lms.catalogue.publish import outline_by
from lms.classes import changes
from lms.classes.models import STATUSES, ClassCourse, Enrolment, TrainingClass
from lms.clock import now
from lms.errors import FieldProblem, InvalidInput
from lms.programmes.models import ProgrammeVersion
from lms.programmes.progress import StudiedCourse
from lms.programmes.store import document_of
from lms.programmes.values import ProgrammeDocument, Requirement, Track
from xapi.raw_sql import PreparedQuery

CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
NAME_MAX, INTAKE_MAX = 200, 64

Window = tuple[datetime | None, datetime | None]


@dataclass(frozen=True, slots=True)
class ClassDetails:
    """The dates and places of a class; `tracks` are keys of the programme's tracks (empty: all of them).

    `counts_within`: time counts only from the first day to the last, in the programme's time zone.
    """

    code: str
    name: str
    provider: Organisation
    starts_on: date
    ends_on: date
    intake: str = ""
    tracks: tuple[str, ...] = ()
    counts_within: bool = False


def create_class(session: Session, version: ProgrammeVersion, run: ClassDetails) -> TrainingClass:
    """Create a class of one programme version; that version holds until the class's end.

    Raises:
        InvalidInput: with one line for each problem.
    """
    problems = problems_of(version, run)
    if session.scalar(select(TrainingClass.id).where(TrainingClass.code == run.code)):
        problems.append(FieldProblem("code", _("Code %(code)s is taken by another class", code=run.code)))
    if problems:
        raise InvalidInput(_("The class was not created."), problems)
    created = TrainingClass(
        code=run.code,
        name=run.name.strip(),
        intake=run.intake.strip(),
        programme_version=version,
        provider=run.provider,
        starts_on=run.starts_on,
        ends_on=run.ends_on,
        tracks=",".join(run.tracks),
        counts_within=run.counts_within,
    )
    session.add(created)
    session.flush()
    return created


def problems_of(version: ProgrammeVersion, run: ClassDetails) -> list[FieldProblem]:
    """Return the problems of a class's details, each after the name of its field."""
    problems = []
    if not CODE.fullmatch(run.code):
        problems.append(FieldProblem("code", _("1 to 64 letters, digits or . _ -, beginning with a letter or digit")))
    if not run.name.strip() or len(run.name) > NAME_MAX or not run.name.isprintable():
        problems.append(FieldProblem("name", _("1 to %(most)s characters, in one line", most=NAME_MAX)))
    if len(run.intake) > INTAKE_MAX or not run.intake.isprintable():
        problems.append(FieldProblem("intake", _("at most %(most)s characters, in one line", most=INTAKE_MAX)))
    if run.ends_on < run.starts_on:
        problems.append(FieldProblem("ends_on", _("The class ends before it begins")))
    known = [one.key for one in document_of(version).tracks]
    for track in sorted(set(run.tracks) - set(known)):
        problems.append(FieldProblem("tracks", _("%(track)s is not one of %(tracks)s", track=track, tracks=", ".join(known))))
    return problems


def locked_class(session: Session, class_id: int) -> TrainingClass:
    """Return a class and lock it: nobody else can change it or enrol people at the same time."""
    return session.scalars(select(TrainingClass).where(TrainingClass.id == class_id).with_for_update(key_share=True)).one()


def window_of(training_class: TrainingClass, version: ProgrammeVersion) -> Window:
    """Return the window in which the time of a class's teachers counts: its days if it says so, and never after it was closed."""
    closed = training_class.closed_at
    if not training_class.counts_within:
        return None, closed
    zone = ZoneInfo(document_of(version).policy.time_zone)
    first = datetime.combine(training_class.starts_on, time(), zone)
    after = datetime.combine(training_class.ends_on + timedelta(days=1), time(), zone)
    return first, after if closed is None else min(after, closed)


def tracks_of(session: Session, class_id: int) -> tuple[Track, ...]:
    """Return the tracks that a class's teachers may be in."""
    chosen = session.scalars(select(TrainingClass.tracks).where(TrainingClass.id == class_id)).one()
    tracks = document_of(_version(session, class_id)).tracks
    return tuple(one for one in tracks if one.key in chosen.split(",")) if chosen else tracks


def enrol(
    session: Session, training_class: TrainingClass, person: Person, track: str, status: str = "confirmed", by: By | None = None
) -> Enrolment:
    """Enrol a person in a class, in one of its programme's tracks; without `by` a command does it now.

    Raises:
        InvalidInput: there is no such track or status, or the person is in the class already.
    """
    problems = []
    known = [one.key for one in tracks_of(session, training_class.id)]
    if track not in known:
        problems.append(_("Track %(track)s: is not one of %(tracks)s", track=track, tracks=", ".join(known)))
    if status not in STATUSES:
        problems.append(_("Status %(status)s: is not known", status=status))
    if session.scalar(select(Enrolment.id).where(Enrolment.class_id == training_class.id, Enrolment.person_id == person.id)):
        problems.append(_("%(name)s is in this class already", name=person.name))
    if problems:
        raise InvalidInput(_("Nobody was enrolled."), problems)
    return add_enrolments(session, training_class, [(person.id, track)], by or By(None, now()), status)[0]


def add_enrolments(
    session: Session, training_class: TrainingClass, members: Iterable[tuple[int, str]], by: By, status: str = "confirmed"
) -> list[Enrolment]:
    """Add people (by id, each with a valid track) to a class, and record who did it: the only way in."""
    window_from, window_to = window_of(training_class, _version(session, training_class.id))
    added = [
        Enrolment(class_id=training_class.id, person_id=person_id, track=track, status=status, window_from=window_from, window_to=window_to)
        for person_id, track in members
    ]
    session.add_all(added)
    session.flush()
    for enrolment in added:
        changes.note_of(session, enrolment, changes.made("enrolled", by, after=enrolment.track))
    return added


def hours_asked(document: ProgrammeDocument, tracks: Collection[str] = ()) -> list[Requirement]:
    """Return the requirements of hours of `tracks` (empty: of all), each key once, in the document's order."""
    asked = {one.key for track in document.tracks if not tracks or track.key in tracks for one in document.requirements_of(track.key)}
    found = {one.key: one for one in document.requirements if one.kind == "hours" and one.key in asked}
    return list(found.values())


def bind_course(
    session: Session, training_class: TrainingClass, version: CourseVersion, requirement: str, *, compulsory: bool = True
) -> ClassCourse:
    """Bind a course version to a class; its hours count toward `requirement` ('': toward none, the course only has to be finished).

    Raises:
        InvalidInput: the programme has no such requirement of hours, or the class studies the course already.
    """
    hours = sorted(one.key for one in hours_asked(document_of(_version(session, training_class.id))))
    problems = []
    if requirement and requirement not in hours:
        problems.append(_("%(key)s: is not a requirement of hours (%(known)s)", key=requirement, known=", ".join(hours)))
    studied = select(ClassCourse.class_id).join(CourseVersion, CourseVersion.id == ClassCourse.course_version_id)
    if session.scalar(studied.where(ClassCourse.class_id == training_class.id, CourseVersion.course_id == version.course_id)):
        problems.append(_("The class studies a version of this course already"))
    if problems:
        raise InvalidInput(_("The course was not added."), problems)
    last = session.scalar(select(func.max(ClassCourse.position)).where(ClassCourse.class_id == training_class.id)) or 0
    bound = ClassCourse(
        class_id=training_class.id, course_version=version, requirement=requirement, compulsory=compulsory, position=last + 1
    )
    session.add(bound)
    session.flush()
    return bound


def _version(session: Session, class_id: int) -> ProgrammeVersion:
    return session.scalars(
        select(ProgrammeVersion)
        .join(TrainingClass, TrainingClass.programme_version_id == ProgrammeVersion.id)
        .where(TrainingClass.id == class_id)
    ).one()


def programme_version_of(session: Session, training_class: TrainingClass) -> ProgrammeVersion:
    """Return the programme version that holds for a class."""
    return _version(session, training_class.id)


_COURSES = PreparedQuery(
    select(
        ClassCourse.class_id, ClassCourse.course_version_id, ClassCourse.requirement, ClassCourse.compulsory, CourseVersion.document_sha256
    )
    .join(CourseVersion, CourseVersion.id == ClassCourse.course_version_id)
    .where(ClassCourse.class_id.in_(bindparam("classes", expanding=True)))
    .order_by(ClassCourse.class_id, ClassCourse.position)
)


def courses_of(session: Session, class_ids: Iterable[int]) -> Mapping[int, tuple[StudiedCourse, ...]]:
    """Return the courses of each class, in their order, in the form that `progress` reads."""
    found: dict[int, list[StudiedCourse]] = {class_id: [] for class_id in class_ids}
    for class_id, version_id, requirement, compulsory, sha256 in _COURSES.ask(session, classes=list(found)):
        found[class_id].append(StudiedCourse(version_id, outline_by(session, version_id, sha256), requirement, compulsory))
    return {class_id: tuple(courses) for class_id, courses in found.items()}
