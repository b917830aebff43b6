"""Turn a selection (time, person, course, verb, activity) into a query of the record store."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from lms import vocabulary as v
from lms.accounts.people import find_person
from lms.catalogue.models import Course
from lms.errors import FieldProblem, InvalidInput
from lms.i18n import SITE_ZONE
from lms.learning.models import Registration
from lms.records.people import OfficeScope, known_among
from xapi.errors import BadRequest
from xapi.queries import AnyOf, StatementFilter
from xapi.statements import Usage, iri, iri_key, key_of


@dataclass(frozen=True, slots=True)
class Selection:
    """A selection as the user wrote it; an empty field means all.

    `since` is included and `until` is not, so one selection ends where the next begins. A day begins at midnight in the
    site's time zone. `person` is a user name, or an id (“12”, “#12”), `course` a course's code; `activity` also matches a statement's
    context.
    """

    since: str = ""
    until: str = ""
    person: str = ""
    course: str = ""
    verb: str = ""
    activity: str = ""

    @classmethod
    def of(cls, asked: Mapping[str, Any]) -> "Selection":
        """Take the fields from a form, a command or a job's parameters."""
        return cls(**{name: str(asked.get(name) or "").strip() for name in cls.__dataclass_fields__})

    @property
    def asked(self) -> dict[str, str]:
        """Return the fields that are not empty."""
        return {name: value for name, value in asdict(self).items() if value}


def statement_filter_of(session: Session, selection: Selection, scope: OfficeScope) -> StatementFilter:
    """Return the query of the record store. People outside the office's scope count as unknown.

    Raises:
        InvalidInput: one problem for each invalid field.
    """
    problems: list[FieldProblem] = []
    since, until = (_instant(name, getattr(selection, name), problems) for name in ("since", "until"))
    found = [
        _person(session, selection.person, scope, problems),
        _course(session, selection.course, problems),
        _iri("activity", selection.activity, Usage.ANY_ACTIVITY, problems),
        _iri("verb", selection.verb, Usage.VERB, problems),
    ]
    if problems:
        raise InvalidInput("; ".join(problems), problems)
    return StatementFilter([one for one in found if one is not None], since, until)


def _instant(name: str, text: str, problems: list[FieldProblem]) -> datetime | None:
    if not text:
        return None
    try:
        instant = datetime.fromisoformat(text)
    except ValueError:
        problems.append(FieldProblem(name, f"{text!r} is not a day (2026-03-01) or an instant (2026-03-01T08:00:00Z)"))
        return None
    return instant if instant.tzinfo else instant.replace(tzinfo=ZoneInfo(SITE_ZONE))


def _person(session: Session, text: str, scope: OfficeScope, problems: list[FieldProblem]) -> AnyOf | None:
    if not text:
        return None
    person = find_person(session, text)
    if person is None or not known_among(session, [person.account], scope)[person.account].below:
        problems.append(FieldProblem("person", f"{text!r} is nobody's user name or id"))
        return None
    key = key_of(v.actor_of(scope.public_url, person.account))
    return AnyOf(Usage.AGENT, [key] if key else [])


def _course(session: Session, code: str, problems: list[FieldProblem]) -> AnyOf | None:
    """Select by a course's registrations, because content does not name the course."""
    if not code:
        return None
    if session.scalar(select(Course.id).where(Course.code == code)) is None:
        problems.append(FieldProblem("course", f"{code!r} is not known"))
        return None
    return AnyOf(Usage.REGISTRATION, registrations_of(session, code))


def registrations_of(session: Session, code: str) -> list[UUID]:
    """Return the registrations of any version of a course."""
    rows = select(Registration.id).join(Course, Course.id == Registration.course_id)
    return list(session.scalars(rows.where(Course.code == code)))


def _iri(name: str, text: str, usage: Usage, problems: list[FieldProblem]) -> AnyOf | None:
    if not text:
        return None
    try:
        return AnyOf(usage, [iri_key(iri(text, name))])
    except BadRequest as error:
        problems.append(FieldProblem(name, str(error).removeprefix(f"{name}: ")))
        return None
