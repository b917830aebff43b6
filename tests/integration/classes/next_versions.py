"""Publish the next version of a course and move a class to it."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from courses.strict_json.canonical import digest_of
from lms.accounts.account_changes import By
from lms.accounts.models import OFFICE, Organisation
from lms.accounts.people import add_person
from lms.catalogue import course_index
from lms.catalogue.models import AnswerKey, CourseVersion
from lms.catalogue.publish import outline_of
from lms.office import administration
from tests.course_factories import course_document
from tests.factories import World

WRONG = {
    "reading": {"minutes": 30, "requires": {"completed": True}},
    "quiz": {"minutes": 10, "grading": "server", "requires": {"passed": True}},
}

RIGHT = {**WRONG, "reading": {"minutes": 30}}


def publish_next(world: World, activities: Mapping[str, Mapping[str, Any]], key: dict[str, Any] | None) -> int:
    """Publish the next version of the course; return its id. `key`: of its quiz, if it has one."""

    def add(session: Session) -> int:
        first = session.get_one(CourseVersion, world.course_version_id)
        document = course_document("c1", activities)
        version = CourseVersion(
            course=first.course,
            number=2,
            document=document,
            document_sha256=digest_of(document),
            package_sha256="1" * 64,
            title_zh="课程c1",
            title_en="Course c1",
            minutes=40,
            published_at=world.clock(),
        )
        session.add(version)
        session.flush()
        course_index.renew(session, version.course, version, outline_of(version))
        if key is not None:
            session.add(AnswerKey(course_version_id=version.id, activity="quiz", document=key))
        return version.id

    found: int = world.act(add)
    return found


def move(world: World, number: int = 2) -> None:
    world.act(lambda session: administration.move_course(session, world.class_id, "c1", number, By(None, world.clock())))


def add_office(world: World) -> None:
    def add(session: Session) -> None:
        provider = session.scalars(select(Organisation)).one()
        add_person(session, "office", "李静", (OFFICE,), password=None, organisation=provider)

    world.act(add)
