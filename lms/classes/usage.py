"""Which classes study a course, and which class names make a weak password? For packages that do not know classes."""

from collections.abc import Sequence
from dataclasses import dataclass

from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from lms.accounts.access import person
from lms.accounts.easy_passwords import words_wanted
from lms.accounts.models import Organisation
from lms.accounts.offices import below
from lms.catalogue.models import CourseVersion
from lms.classes.models import ClassCourse, Enrolment, TrainingClass
from lms.db import session


@dataclass(frozen=True, slots=True)
class Use:
    """A class that studies a version of a course."""

    class_name: str
    provider: str
    version: int
    people: int


def uses_of(reading: Session, course_id: int, scope: str) -> Sequence[Use]:
    """Return the classes below `scope` (path prefix of organisations) that study any version of a course, newest first."""
    people = select(func.count()).where(Enrolment.class_id == TrainingClass.id).scalar_subquery()
    rows = reading.execute(
        select(TrainingClass.name, Organisation.name, CourseVersion.number, people)
        .join(ClassCourse, ClassCourse.class_id == TrainingClass.id)
        .join(CourseVersion, CourseVersion.id == ClassCourse.course_version_id)
        .join(Organisation, Organisation.id == TrainingClass.provider_id)
        .where(CourseVersion.course_id == course_id, below(scope))
        .order_by(TrainingClass.starts_on.desc(), TrainingClass.id)
    )
    return [Use(*row) for row in rows]


def _classes_studying(course_id: int) -> Sequence[Use]:
    own = person().organisation_id
    organisation = session().get(Organisation, own) if own else None
    return uses_of(session(), course_id, organisation.path) if organisation else ()


def _class_words(_app: Flask, session: Session, person_id: int) -> list[str]:
    """Return codes and names of a person's classes."""
    own = select(TrainingClass.code, TrainingClass.name).join(Enrolment, Enrolment.class_id == TrainingClass.id)
    return [word for row in session.execute(own.where(Enrolment.person_id == person_id)) for word in row]


def init_app(app: Flask) -> None:
    """Give templates `classes_studying(course_id)`, limited to the signed-in person's organisations, and report words of classes."""
    app.jinja_env.globals.update(classes_studying=_classes_studying)
    words_wanted.connect(_class_words, app)
