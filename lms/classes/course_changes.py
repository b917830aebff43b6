"""Replace a course of a class by another version, or remove it. Hours are then recomputed (`lms.crediting.windows`)."""

from blinker import Signal
from flask import current_app
from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import Session, contains_eager

from lms.accounts.account_changes import By
from lms.catalogue.models import Course, CourseVersion
from lms.classes import changes
from lms.classes.models import ClassCourse, Enrolment, TrainingClass
from lms.errors import FieldProblem, InvalidInput

# Sent with `session`, `enrolments` (a SELECT of ids) and `course_id` when these do not study the course any more.
course_ended = Signal("course ended")


def studied(session: Session, class_id: int, code: str) -> ClassCourse | None:
    """Return the binding of a course to a class, with its version; None if the class does not study the course."""
    return session.scalar(
        select(ClassCourse)
        .join(CourseVersion, CourseVersion.id == ClassCourse.course_version_id)
        .join(Course, Course.id == CourseVersion.course_id)
        .where(ClassCourse.class_id == class_id, Course.code == code)
        .options(contains_eager(ClassCourse.course_version))
    )


def move(session: Session, training_class: TrainingClass, bound: ClassCourse, to: CourseVersion, by: By) -> bool:
    """Let a class study another version of a course; return False if the class studies that version already.

    State, attempts and completed activities stay, because a registration belongs to the course. The caller holds the class's lock.

    Raises:
        InvalidInput: it is another course, or the class is closed.
    """
    _demand_open(training_class)
    if to.course_id != bound.course_version.course_id:
        raise InvalidInput(_("Nothing was changed."), [FieldProblem("version", _("is a version of another course"))])
    if to.id == bound.course_version_id:
        return False
    code, before = to.course.code, bound.course_version.number
    bound.course_version = to
    session.flush()
    changes.note(session, training_class.id, changes.made("course-version", by, before=f"{code} {before}", after=f"{code} {to.number}"))
    return True


def remove(session: Session, training_class: TrainingClass, bound: ClassCourse, by: By) -> None:
    """Remove a course from a class, and end its open activities. The evidence stays but earns nothing from now on.

    Raises:
        InvalidInput: the class is closed.
    """
    _demand_open(training_class)
    version = bound.course_version
    session.delete(bound)
    session.flush()
    changes.note(session, training_class.id, changes.made("course-removed", by, before=f"{version.course.code} {version.number}"))
    own = select(Enrolment.id).where(Enrolment.class_id == training_class.id)
    course_ended.send(current_app._get_current_object(), session=session, enrolments=own, course_id=version.course_id)  # type: ignore[attr-defined]


def _demand_open(training_class: TrainingClass) -> None:
    if training_class.closed_at is not None:
        raise InvalidInput(_("Nothing was changed."), [FieldProblem("class", _("is closed; open it again first"))])
