"""Write the LMS's own statements of cmi5: launched, satisfied, waived, abandoned (9.3). Pure, but for storing them."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from courses.formats.cmi5_values import AssignableUnit
from lms import vocabulary as v
from lms.learning.runtimes.cmi5 import vocabulary as c
from lms.learning.stating import iso

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class RegisteredLearner:
    """The learner and the course of a registration."""

    public_url: str
    registration: uuid.UUID
    account: str
    course: str

    @property
    def actor(self) -> dict[str, object]:
        """The learner as xAPI agent; cmi5 gets it at a launch (8.1.3)."""
        return v.actor_of(self.public_url, self.account)

    def activity(self, key: str) -> str:
        """Return the activity id of a unit: the same in all launches, and not the publisher's (8.1.5)."""
        return v.activity_iri(self.public_url, self.course, key)

    def block(self, key: str) -> str:
        """Return our id of a block (9.3.9)."""
        return f"{v.course_iri(self.public_url, self.course)}/block/{key}"

    def course_of(self, package: str) -> str:
        """Return our id of the course of a package (9.3.9); it is the whole course if the package is ''."""
        whole = v.course_iri(self.public_url, self.course)
        return f"{whole}/package/{package}" if package else whole


def template(unit: AssignableUnit, session_id: uuid.UUID) -> Json:
    """Return the contextTemplate of a session (10.2.1)."""
    return {"contextActivities": {"grouping": [_activity(unit.id)]}, "extensions": {c.SESSION_ID: str(session_id)}}


@dataclass(frozen=True, slots=True)
class StatedUnit:
    """The learner, the unit and the session of a statement."""

    who: RegisteredLearner
    unit: AssignableUnit
    session_id: uuid.UUID


def launched(of: StatedUnit, mode: str, url: str, at: datetime) -> Json:
    """Build the statement that precedes a launch; `url` is the unit's address without the parameters of the launch (9.6.3.4)."""
    unit = of.unit
    said: Json = {c.LAUNCH_MODE: mode, c.LAUNCH_URL: url, c.MOVE_ON_SAID: unit.move_on}
    if unit.mastery_score is not None:
        said[c.MASTERY_SCORE] = unit.mastery_score
    if unit.launch_parameters is not None:
        said[c.LAUNCH_PARAMETERS] = unit.launch_parameters
    return _of_unit(of, c.LAUNCHED, at, extensions=said)


def abandoned(of: StatedUnit, seconds: int, at: datetime) -> Json:
    """Build the statement of a session that ended without `terminated`; `seconds` passed from launch to last statement (9.5.4.2)."""
    return {**_of_unit(of, c.ABANDONED, at), "result": {"duration": f"PT{max(0, seconds)}S"}}


def waived(of: StatedUnit, reason: str, at: datetime) -> Json:
    """Build the statement that a unit is waived, in a session of its own (9.3.7)."""
    found = _of_unit(of, c.WAIVED, at)
    found["context"]["contextActivities"]["category"].append(_activity(c.MOVE_ON))
    return {**found, "result": {"success": True, "completion": True, "extensions": {c.REASON: reason}}}


def satisfied(who: RegisteredLearner, place: tuple[str, str, str], session_id: uuid.UUID, at: datetime) -> Json:
    """Build the statement that a block or the course is satisfied (9.3.9); `place` is our id, the publisher's id, and the type."""
    ours, publisher, kind = place
    target = {"objectType": "Activity", "id": ours, "definition": {"type": kind}}
    number = uuid.uuid5(who.registration, f"satisfied {ours} {session_id}")  # it may be satisfied again after a waiver was taken back
    return _statement(who, number, c.SATISFIED, target, at, _context(who, publisher, session_id))


def _of_unit(of: StatedUnit, verb: str, at: datetime, *, extensions: Mapping[str, Any] | None = None) -> Json:
    who, unit, session_id = of.who, of.unit, of.session_id
    target = {"objectType": "Activity", "id": who.activity(unit.key), "definition": {"type": v.ACTIVITY_TYPE}}
    context = _context(who, unit.id, session_id)
    context["extensions"] |= extensions or {}
    return _statement(who, uuid.uuid5(session_id, verb), verb, target, at, context)


def _context(who: RegisteredLearner, publisher: str, session_id: uuid.UUID) -> Json:
    return {
        "registration": str(who.registration),
        "contextActivities": {"category": [_activity(c.CMI5)], "grouping": [_activity(publisher)]},
        "extensions": {c.SESSION_ID: str(session_id)},
    }


def _statement(who: RegisteredLearner, number: uuid.UUID, verb: str, target: Json, at: datetime, context: Json) -> Json:
    return {
        "id": str(number),
        "actor": who.actor,
        "verb": {"id": verb, "display": {"en": verb.rpartition("/")[2]}},
        "object": target,
        "timestamp": iso(at),
        "context": context,
    }


def _activity(iri: str) -> Json:
    return {"objectType": "Activity", "id": iri}
