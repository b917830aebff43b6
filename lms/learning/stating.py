"""Write the LMS's measurements into the record store: one was-present statement for each closed stretch.

The statement is written in the transaction that closes the stretch, under the authority of this LMS: nothing is lost
between the two, nothing is stated twice, and the hours follow from the record store alone.
"""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

import xapi
import xapi.store
from lms import vocabulary as v
from lms.accounts.models import Person
from lms.catalogue.models import Course, CourseVersion
from lms.learning.models import Launch
from lms.learning.stretch import Stretch

VERSION = "1.0.3"


@dataclass(frozen=True, slots=True)
class Subject:
    """The learner and the activity of a launch's statements."""

    public_url: str
    launch_id: uuid.UUID
    registration: uuid.UUID
    account: str
    course: str
    activity: str
    device: str
    opened_at: datetime

    @property
    def iri(self) -> str:
        """The activity's xAPI id."""
        return v.activity_iri(self.public_url, self.course, self.activity)

    @property
    def actor(self) -> dict[str, object]:
        """The learner as xAPI agent."""
        return v.actor_of(self.public_url, self.account)

    @property
    def extensions(self) -> dict[str, object]:
        """The context extensions that the server sets on every statement of the launch."""
        return {v.LAUNCH: str(self.launch_id), v.OPENED: iso(self.opened_at), v.DEVICE: self.device}


# built once, because it runs with every stretch that becomes a statement
_OF_WHOM_AND_WHAT = (
    select(Person.account, Course.code)
    .select_from(Person)
    .join(CourseVersion, CourseVersion.id == bindparam("version"))
    .join(Course, Course.id == CourseVersion.course_id)
    .where(Person.id == bindparam("person"))
)


def subject_of(session: Session, launch: Launch, public_url: str) -> Subject:
    """Read the learner and the activity of a launch's statements."""
    params = {"person": launch.person_id, "version": launch.course_version_id}
    account, course = session.connection().execute(_OF_WHOM_AND_WHAT, params).one()
    return Subject(public_url, launch.id, launch.registration_id, account, course, launch.activity, launch.device, launch.opened_at)


def iso(instant: datetime) -> str:
    """Write an aware UTC instant in xAPI's form: 2026-03-01T10:00:00.000Z."""
    return instant.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def own_statement(subject: Subject, name: str, verb: str, at: datetime, **rest: Any) -> dict[str, Any]:
    """Build a statement of the LMS. The same launch and `name` give the same id, so storing it again does no harm."""
    context = {"registration": str(subject.registration), "extensions": {**subject.extensions, **rest.pop("extensions", {})}}
    context["contextActivities"] = {"parent": [{"objectType": "Activity", "id": v.course_iri(subject.public_url, subject.course)}]}
    return {
        "id": str(uuid.uuid5(subject.launch_id, name)),
        "actor": subject.actor,
        "verb": {"id": verb, "display": {"en": verb.rpartition("/")[2]}},
        "object": {"objectType": "Activity", "id": subject.iri, "definition": {"type": v.ACTIVITY_TYPE}},
        "timestamp": iso(at),
        "context": context,
        **rest,
    }


def present_statement(subject: Subject, stretch: Stretch) -> dict[str, Any]:
    """Build the was-present statement of one stretch."""
    ends = {"from": iso(stretch.since), "to": iso(stretch.until)}
    return own_statement(
        subject,
        f"present/{ends['from']}/{ends['to']}",
        v.PRESENT,
        stretch.until,
        result={"duration": f"PT{stretch.seconds}S"},
        extensions={v.STRETCH: ends},
    )


def store(session: Session, statements: list[Mapping[str, Any]], public_url: str, now: datetime) -> None:
    """Store the LMS's own statements in the caller's transaction."""
    authority = v.lms_authority(public_url)
    credential = xapi.Credential(name="lms", authority=authority, scopes=frozenset({"statements/write", "define"}), trusted=True)
    xapi.store.store_statements(session, [dict(statement) for statement in statements], credential, version=VERSION, now=now)
