"""Launch a unit: end the session before, evaluate what is satisfied, write what the unit will read, and state `launched` (8, 9.3.1, 10)."""

import json
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple
from urllib.parse import urlencode, urlsplit, urlunsplit

from sqlalchemy import select
from sqlalchemy.orm import Session

import xapi.documents
from courses.formats.cmi5_values import AssignableUnit, Structure
from lms.accounts.models import Person
from lms.catalogue.models import Course, CourseVersion
from lms.learning import stating
from lms.learning.models import Cmi5Session, Launch
from lms.learning.runtimes.cmi5 import ending, satisfaction, statements
from lms.learning.runtimes.cmi5 import vocabulary as c
from lms.learning.runtimes.cmi5.statements import RegisteredLearner, StatedUnit
from lms.learning.runtimes.cmi5.structures import structure_in
from xapi.documents import DocumentKey

JSON = "application/json"


@dataclass(frozen=True, slots=True)
class LaunchedUnit:
    """A unit as a launch plays it."""

    who: RegisteredLearner
    structure: Structure
    unit: AssignableUnit


class UnitSession(NamedTuple):
    """A session of a unit: its id, and its launchMode."""

    id: uuid.UUID
    mode: str


@dataclass(frozen=True, slots=True)
class UnitSite:
    """The addresses of a launch: the unit's without parameters, the record store's, the page after it; and the reader's language."""

    url: str
    endpoint: str
    return_url: str
    language: str


def unit_of(session: Session, launch: Launch, public_url: str) -> LaunchedUnit | None:
    """Return the unit of a launch; None if its activity is not of a cmi5 package."""
    version, course, account = session.execute(
        select(CourseVersion, Course.code, Person.account)
        .join(Course, Course.id == CourseVersion.course_id)
        .join(Person, Person.id == launch.person_id)
        .where(CourseVersion.id == launch.course_version_id)
    ).one()
    structure = structure_in(version, launch.activity)
    unit = structure.unit(launch.activity) if structure else None
    who = RegisteredLearner(public_url, launch.registration_id, account, course)
    return LaunchedUnit(who, structure, unit) if structure and unit else None


def start(session: Session, launch: Launch, of: LaunchedUnit, site: UnitSite, now: datetime, *, mode: str = "") -> Cmi5Session:
    """Begin a session of a unit, in a transaction that holds the launch; every session of the unit before it is abandoned (9.3.6).

    Without a `mode`, a unit of which nothing can be recorded any more is shown for review (10.2.2): it was completed and passed.
    """
    ending.abandon_all(session, of, now)
    begun = Cmi5Session(
        id=uuid.uuid4(),
        launch_id=launch.id,
        registration_id=launch.registration_id,
        activity=launch.activity,
        mode=mode or _mode(session, of),
        move_on=of.unit.move_on,
        launched_at=now,
    )
    session.add(begun)
    session.flush()
    satisfaction.evaluate(session, of.who, of.structure, uuid.uuid5(launch.registration_id, "satisfied at registration"), now)
    write_documents(session, of, UnitSession(begun.id, begun.mode), site, now)
    launched = statements.launched(StatedUnit(of.who, of.unit, begun.id), begun.mode, site.url, now)
    stating.store(session, [launched], of.who.public_url, now)
    return begun


def _mode(session: Session, of: LaunchedUnit) -> str:
    results = satisfaction.results_of(satisfaction.progress_of(session, of.who.registration), of.unit.key)
    return c.REVIEW if {c.COMPLETED, c.PASSED} <= results else c.NORMAL


def write_documents(session: Session, of: LaunchedUnit, begun: UnitSession, site: UnitSite, now: datetime) -> None:
    """Write LMS.LaunchData, and the learner's preferences if there are none yet (10, 11)."""
    agent = of.who.actor
    at = DocumentKey(of.who.activity(of.unit.key), agent, of.who.registration, c.LAUNCH_DATA)
    _put(session, at, launch_data(of.unit, begun, site.return_url), now)
    preferences = DocumentKey(agent=agent, id=c.PREFERENCES)
    if xapi.documents.lock(session, preferences) is None:
        _put(session, preferences, {"languagePreference": site.language, "audioPreference": "on"}, now)


def _put(session: Session, at: DocumentKey, document: Mapping[str, Any], now: datetime) -> None:
    content = json.dumps(document, ensure_ascii=False).encode()
    known = xapi.documents.lock(session, at)
    xapi.documents.put(session, at, content, JSON, now, known=known)


def launch_data(unit: AssignableUnit, begun: UnitSession, return_url: str) -> dict[str, Any]:
    """Return the document LMS.LaunchData of a session (10.2)."""
    found: dict[str, Any] = {
        "contextTemplate": statements.template(unit, begun.id),
        "launchMode": begun.mode,
        "launchMethod": unit.launch_method,
        "moveOn": unit.move_on,
        "returnURL": return_url,
    }
    if unit.launch_parameters is not None:
        found["launchParameters"] = unit.launch_parameters
    if unit.mastery_score is not None:
        found["masteryScore"] = unit.mastery_score
    if unit.entitlement_key is not None:
        found["entitlementKey"] = {"courseStructure": unit.entitlement_key}
    return found


def launch_url(of: LaunchedUnit, site: UnitSite, fetch: str) -> str:
    """Return the address that opens a unit: its own, with the parameters of the launch after its own ones (8.1, 13.1.4)."""
    parameters = {
        "endpoint": site.endpoint,
        "fetch": fetch,
        "actor": json.dumps(of.who.actor, ensure_ascii=False),
        "registration": str(of.who.registration),
        "activityId": of.who.activity(of.unit.key),
    }
    parts = urlsplit(site.url)
    query = "&".join(filter(None, (parts.query, urlencode(parameters))))
    return urlunsplit(parts._replace(query=query))
