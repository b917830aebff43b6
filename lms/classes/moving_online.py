"""Move sessions of a class online, before or after they took place: a course or a live session replaces them.

A replacement earns no hours. People who were in the room still keep their half-days; a session counts once.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from flask_babel import gettext as _
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from lms.accounts.account_changes import By
from lms.accounts.models import Person
from lms.catalogue.listing import newest_for
from lms.catalogue.models import Course, CourseVersion
from lms.classes import changes, planning, timetable
from lms.classes.membership import BAR, REASON_MAX
from lms.classes.models import ClassCourse, ClassSession, Enrolment, SessionReplacement, TrainingClass
from lms.errors import FieldProblem, InvalidInput
from lms.programmes.values import FOR_SESSIONS, ProgrammeDocument


@dataclass(frozen=True, slots=True)
class OnlineOrder:
    """The sessions (keys) to move online, their replacement, the people, and the reason.

    `course`: the code of a course that replaces all of them together; '' for a live session in place of each, at the same
    time, under `link`. `people`: enrolments to which it applies; None: everybody.
    """

    sessions: tuple[str, ...]
    course: str
    link: str
    people: tuple[int, ...] | None
    reason: str


def replacements_of(session: Session, class_id: int) -> Sequence[SessionReplacement]:
    """Return the current moves online of a class, in the order in which they were made."""
    wanted = (SessionReplacement.class_id == class_id, SessionReplacement.cancelled_at.is_(None))
    return session.scalars(select(SessionReplacement).where(*wanted).order_by(SessionReplacement.id)).all()


def may_go_online(document: ProgrammeDocument, requirement: str) -> bool:
    """Say whether the programme has a plan for moving the sessions of a requirement online."""
    phases = {one.key: one.online_plan for one in document.phases}
    return any(one.key == requirement and phases.get(one.phase or "", False) for one in document.requirements)


def problems_of(
    session: Session, training_class: TrainingClass, document: ProgrammeDocument, order: OnlineOrder, by: By
) -> list[FieldProblem]:
    """Return the reasons why sessions cannot be moved online, each after the name of its field."""
    rows = {one.key: one for one in timetable.sessions_of(session, training_class.id)}
    chosen = [rows[key] for key in order.sessions if key in rows and rows[key].half_days]
    problems = []
    if not chosen or len(chosen) != len(order.sessions):
        problems.append(FieldProblem("sessions", _("choose at least one session of days")))
    problems += [
        FieldProblem("sessions", _("the programme has no plan for moving %(title)s online", title=one.title))
        for one in chosen
        if not may_go_online(document, one.requirement)
    ]
    if not order.reason.strip() or len(order.reason) > REASON_MAX or not order.reason.isprintable():
        problems.append(FieldProblem("reason", _("1 to %(most)s characters, in one line", most=REASON_MAX)))
    if order.people is not None:
        known = select(func.count(Enrolment.id)).where(Enrolment.class_id == training_class.id, Enrolment.id.in_(order.people))
        if not order.people or session.scalar(known) != len(set(order.people)):
            problems.append(FieldProblem("people", _("choose at least one teacher of the class")))
    problems += _problems_of_means(session, training_class, order, by)
    return problems + _problems_of_others(session, training_class, order, [one.key for one in chosen])


def _problems_of_means(session: Session, training_class: TrainingClass, order: OnlineOrder, by: By) -> list[FieldProblem]:
    if not order.course:
        fine = not order.link or (
            order.link.startswith(planning.LINKS) and len(order.link) <= planning.LINK_MAX and order.link.isprintable()
        )
        return [] if fine else [FieldProblem("link", _("an address that begins with https://"))]
    newest = newest_for(session, order.course, session.get(Person, by.person_id) if by.person_id else None)
    if newest is None or newest.course.archived_at is not None:
        return [FieldProblem("course", _("choose a course"))]
    counting = (
        select(ClassCourse.class_id)
        .join(CourseVersion, CourseVersion.id == ClassCourse.course_version_id)
        .join(Course, Course.id == CourseVersion.course_id)
        .where(ClassCourse.class_id == training_class.id, Course.code == order.course, ClassCourse.requirement != FOR_SESSIONS)
    )
    if session.scalar(counting) is not None:
        return [FieldProblem("course", _("the class studies it already; what it earns there cannot count a second time as days"))]
    return []


def _problems_of_others(session: Session, training_class: TrainingClass, order: OnlineOrder, keys: Collection[str]) -> list[FieldProblem]:
    """Return the conflicts: a session is replaced already, or the course replaces others, for the same people."""
    found = []
    newest = _newest(session, order.course) if order.course else None
    for one in replacements_of(session, training_class.id):
        if not _meet(one.people, order.people):
            continue
        if set(one.sessions) & set(keys):
            found.append(FieldProblem("sessions", _("one of them is moved online already; take that back first")))
        elif newest is not None and one.course_version_id is not None and _course_of(session, one.course_version_id) == newest.course_id:
            found.append(FieldProblem("course", _("it replaces other sessions already; choose another one")))
    return list(dict.fromkeys(found))


def _meet(some: Collection[int] | None, others: Collection[int] | None) -> bool:
    return some is None or others is None or bool(set(some) & set(others))


def _course_of(session: Session, version_id: int) -> int:
    return session.scalars(select(CourseVersion.course_id).where(CourseVersion.id == version_id)).one()


def _newest(session: Session, code: str) -> CourseVersion | None:
    query = select(CourseVersion).join(Course, Course.id == CourseVersion.course_id).where(Course.code == code)
    return session.scalar(query.order_by(CourseVersion.number.desc()).limit(1))


def move(session: Session, training_class: TrainingClass, document: ProgrammeDocument, order: OnlineOrder, by: By) -> None:
    """Move sessions online; the caller holds the class's lock, and has hours recomputed (`lms.crediting.windows`).

    Raises:
        InvalidInput: with one line for each problem.
    """
    if problems := problems_of(session, training_class, document, order, by):
        raise InvalidInput(_("Nothing was moved online."), problems)
    rows = [one for one in timetable.sessions_of(session, training_class.id) if one.key in order.sessions]
    version = _newest(session, order.course) if order.course else None
    if version is not None:
        _let_study(session, training_class.id, version.id)
        _add(session, order, by, [_standing_in(rows, version.id)])
    else:
        pairs = zip(rows, _add_live(session, rows, order, by), strict=True)
        _add(session, order, by, [_standing_in([row], None, live.key) for row, live in pairs])
    said = f"{', '.join(one.title for one in rows)}"[: changes.LONGEST - REASON_MAX - len(BAR)]
    changes.note(session, training_class.id, changes.made("online", by, after=f"{said}{BAR}{order.reason.strip()}"))
    session.flush()


def _let_study(session: Session, class_id: int, version_id: int) -> None:
    if session.get(ClassCourse, (class_id, version_id)) is not None:
        return
    last = session.scalar(select(func.max(ClassCourse.position)).where(ClassCourse.class_id == class_id)) or 0
    studied = {"requirement": FOR_SESSIONS, "compulsory": False, "position": last + 1}
    session.add(ClassCourse(class_id=class_id, course_version_id=version_id, **studied))
    session.flush()


def _add_live(session: Session, rows: Sequence[ClassSession], order: OnlineOrder, by: By) -> list[ClassSession]:
    """Plan a live session for each session, at the same time."""
    planned = [
        planning.PlannedSession("", one.title, FOR_SESSIONS, one.starts_at, one.ends_at, 0, "", order.link, one.teacher, one.practical)
        for one in rows
    ]
    return timetable.add(session, rows[0].class_id, timetable.with_keys(session, rows[0].class_id, planned), by)


def _standing_in(rows: Sequence[ClassSession], version_id: int | None, live: str = "") -> SessionReplacement:
    keys = sorted(one.key for one in rows)
    return SessionReplacement(class_id=rows[0].class_id, sessions=keys, course_version_id=version_id, live=live)


def _add(session: Session, order: OnlineOrder, by: By, added: Sequence[SessionReplacement]) -> None:
    """Add replacements under new keys, with the common fields of the order."""
    number = session.scalar(select(func.count(SessionReplacement.id)).where(SessionReplacement.class_id == added[0].class_id)) or 0
    for place, one in enumerate(added, start=number + 1):
        one.key, one.reason = f"r{place}", order.reason.strip()
        one.people = None if order.people is None else sorted(set(order.people))
        one.made_at, one.made_by = by.at, by.person_id
        session.add(one)
    session.flush()


def take_back(session: Session, replacement: SessionReplacement, by: By) -> bool:
    """Remove the replacement of these sessions; return whether there was one. The caller holds the class's lock.

    The earnings of the course or the live session are taken back; people who were in the room keep their half-days.
    """
    if replacement.cancelled_at is not None:
        return False
    replacement.cancelled_at = by.at
    session.flush()
    rows = session.scalars(select(ClassSession).where(ClassSession.class_id == replacement.class_id)).all()
    for one in rows:
        if one.key == replacement.live:
            timetable.cancel(session, one, by)
    left = replacements_of(session, replacement.class_id)
    version_id = replacement.course_version_id
    if version_id is not None and all(one.course_version_id != version_id for one in left):
        studied = session.get(ClassCourse, (replacement.class_id, version_id))
        if studied is not None:
            session.delete(studied)
    titles = _titles(rows, replacement.sessions)
    changes.note(session, replacement.class_id, changes.made("online-back", by, before=titles[: changes.LONGEST]))
    session.flush()
    return True


def _titles(rows: Iterable[ClassSession], keys: Collection[str]) -> str:
    return ", ".join(one.title for one in rows if one.key in keys)
