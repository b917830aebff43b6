"""Write the attestations of staff and authorities into the record store: attended, accepted, logged, waived, reviewed; and withdrawals.

Every statement is written in the caller's transaction, under the authority of this LMS; the attesting person is its
`instructor`. Crediting converts it to days, months, tasks or hours within seconds, like all evidence.
"""

import uuid
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Protocol

from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import Session

import xapi.store
from lms import vocabulary as v
from lms.accounts.models import Person
from lms.classes.models import Enrolment, TrainingClass
from lms.crediting.observe_attestations import LONGEST_NAME, REFUSED, RELEASED, enrolment_of
from lms.crediting.policy import activity_name, policies_of
from lms.errors import InvalidInput
from lms.hours import RequirementKind, units_in_one
from lms.learning.stating import iso, store
from xapi.statements import stored

LONGEST_REASON, LONGEST_ID = 200, 36
MOST = Decimal(1000)


class TimetableSession(Protocol):
    """The fields of a timetable session that attendance needs."""

    class_id: int
    key: str


@dataclass(frozen=True, slots=True)
class Review:
    """A decision about a flagged session of an activity: all of it, or with `parts` only that time is refused."""

    activity: str
    session: str
    flags: Collection[str]
    refused: bool
    reason: str
    parts: Sequence[tuple[datetime, datetime]] = ()


@dataclass(frozen=True, slots=True)
class Attestor:
    """Writes attestations of one person (None: a command) at one time. Each method returns the id of its statement."""

    session: Session
    public_url: str
    by: int | None
    now: datetime

    def attended(self, lesson: TimetableSession, intervals: Sequence[tuple[Enrolment, tuple[datetime, datetime]]]) -> list[uuid.UUID]:
        """Attest that each person was in a session from one instant to another. A paper list counts for the whole session.

        Raises:
            InvalidInput: a person left before arriving.
        """
        if any(left < arrived for _enrolment, (arrived, left) in intervals):
            raise InvalidInput(_("The attendance was not noted."), [_("Nobody leaves before they arrive")])
        code = self.session.scalars(select(TrainingClass.code).where(TrainingClass.id == lesson.class_id)).one()
        place = activity_name(code, lesson.key)
        said = [(one, {"place": place, "in": iso(arrived), "out": iso(left)}, uuid.uuid4()) for one, (arrived, left) in intervals]
        return self._state_all(v.ATTENDED, self._session_of(place), said)

    def attended_at(self, enrolment: Enrolment, place: str, said: Mapping[str, Any], id_: uuid.UUID) -> uuid.UUID:
        """Attest attendance of a place under an id that the caller derives, so that a repetition changes nothing."""
        return self._state(enrolment, v.ATTENDED, self._session_of(place), {"place": place, **said}, id_)

    def accepted(self, enrolment: Enrolment, requirement: str, task: str, id_: uuid.UUID | None = None) -> uuid.UUID:
        """Attest that a task of a requirement was accepted; the same task counts once, even if it is accepted several times.

        Raises:
            InvalidInput: the track has no such requirement of tasks, or the task has no name.
        """
        self._check(enrolment, requirement, {"tasks"}, self._id_problems(task))
        return self._state(enrolment, v.TASK_ACCEPTED, self._of(enrolment, requirement), {"requirement": requirement, "task": task}, id_)

    def logged(self, enrolment: Enrolment, requirement: str, log: str, on: date) -> uuid.UUID:
        """Attest that a log of practice was accepted; it counts in the month of its date.

        Raises:
            InvalidInput: the track has no such requirement of months, or the log has no name.
        """
        self._check(enrolment, requirement, {"months"}, self._id_problems(log))
        said = {"requirement": requirement, "log": log, "on": on.isoformat()}
        return self._state(enrolment, v.LOG_ACCEPTED, self._of(enrolment, requirement), said)

    def check_waiver(self, enrolment: Enrolment, requirement: str, amount: Decimal, reason: str) -> int:
        """Return an amount that is to be waived in the ledger's unit (days in halves).

        Raises:
            InvalidInput: the track has no such requirement, the amount is not whole in the ledger's unit, or there is no reason.
        """
        problems = []
        if not reason.strip() or len(reason) > LONGEST_REASON:
            problems.append(_("Reason: 1 to %(most)s characters", most=LONGEST_REASON))
        if not 0 < amount <= MOST:
            problems.append(_("Amount: above 0, at most %(most)s", most=MOST))
        kind = self._check(enrolment, requirement, None, problems)
        policy = policies_of(self.session, [enrolment.id])[enrolment.id].class_policy.policy
        above, below = (amount * units_in_one(kind, policy)).as_integer_ratio()
        if below != 1:
            raise InvalidInput(_("Nothing was waived."), [_("Amount: a whole number, or halves of days")])
        return above

    def waived(self, enrolment: Enrolment, requirement: str, amount: Decimal, reason: str, id_: uuid.UUID | None = None) -> uuid.UUID:
        """State that an authority waived an amount of a requirement, in its own unit, and why.

        Raises:
            InvalidInput: as `check_waiver`.
        """
        units = self.check_waiver(enrolment, requirement, amount, reason)
        said = {"requirement": requirement, "amount": f"{amount:f}", "units": units, "reason": reason.strip()}
        return self._state(enrolment, v.WAIVED, self._of(enrolment, requirement), said, id_)

    def reviewed(self, enrolment: Enrolment, review: Review) -> uuid.UUID:
        """State that a reviewer released or refused a flagged session of an activity, and why. The latest such statement holds.

        Raises:
            InvalidInput: there is no reason, or it is too long.
        """
        if not review.reason.strip() or len(review.reason) > LONGEST_REASON:
            raise InvalidInput(_("Nothing was decided."), [_("Reason: 1 to %(most)s characters", most=LONGEST_REASON)])
        parts = [{"from": iso(since), "to": iso(until)} for since, until in review.parts]
        place = {"activity": review.activity, "session": review.session, "flags": sorted(review.flags)}
        said = {**place, "decision": REFUSED if review.refused else RELEASED, "reason": review.reason.strip()}
        course, _colon, activity = review.activity.partition(":")
        target = self._activity(v.activity_iri(self.public_url, course, activity), v.ACTIVITY_TYPE)
        return self._state(enrolment, v.REVIEWED, target, said | ({"parts": parts} if parts else {}))

    def take_back(self, enrolment: Enrolment, statement_id: uuid.UUID, reason: str = "") -> uuid.UUID:
        """Void an attestation of this enrolment; its earnings are taken back.

        Raises:
            InvalidInput: the enrolment has no such attestation.
        """
        text = xapi.store.load_texts(self.session, [statement_id]).get(statement_id)
        if text is None or enrolment_of(stored(text)) != enrolment.id:
            raise InvalidInput(_("Nothing was taken back."), [_("There is no such statement of this person")])
        return self.void(statement_id, reason)

    def credited_elsewhere(self, person_id: int, said: Mapping[str, Any]) -> uuid.UUID:
        """State that hours earned elsewhere were approved. They concern no enrolment, so no ledger changes."""
        account = self.session.scalars(select(Person.account).where(Person.id == person_id)).one()
        own = uuid.uuid4()
        statement = {
            "id": str(own),
            "actor": v.actor_of(self.public_url, account),
            "verb": {"id": v.CREDITED_ELSEWHERE, "display": {"en": v.CREDITED_ELSEWHERE.rpartition("/")[2]}},
            "object": self._activity(f"{self.public_url}/id/elsewhere/{said['elsewhere']}", v.REQUIREMENT_TYPE),
            "timestamp": iso(self.now),
            "context": self._context({"extensions": {v.ATTESTED: dict(said)}}),
        }
        store(self.session, [statement], self.public_url, self.now)
        return own

    def void(self, statement_id: uuid.UUID, reason: str = "") -> uuid.UUID:
        """Void a statement of the LMS that the caller knows to be about the right person; its earnings are taken back."""
        said: dict[str, Any] = {"id": str(uuid.uuid4()), "actor": v.lms_authority(self.public_url), "verb": {"id": v.VOIDED}}
        target = {"objectType": "StatementRef", "id": str(statement_id)}
        extensions = {v.ATTESTED: {"reason": reason[:LONGEST_REASON]}} if reason else {}
        context = self._context({"extensions": extensions} if extensions else {})
        store(self.session, [{**said, "object": target, "timestamp": iso(self.now), "context": context}], self.public_url, self.now)
        return uuid.UUID(said["id"])

    def _state(
        self, enrolment: Enrolment, verb: str, target: Mapping[str, Any], said: Mapping[str, Any], id_: uuid.UUID | None = None
    ) -> uuid.UUID:
        return self._state_all(verb, target, [(enrolment, said, id_ or uuid.uuid4())])[0]

    def _state_all(
        self, verb: str, target: Mapping[str, Any], attested: Sequence[tuple[Enrolment, Mapping[str, Any], uuid.UUID]]
    ) -> list[uuid.UUID]:
        """State the same of several enrolments at once, each with its own details and id; return the ids."""
        people = select(Person.id, Person.account).where(Person.id.in_({one.person_id for one, _said, _id in attested}))
        accounts = {person_id: account for person_id, account in self.session.execute(people)}
        common = {"verb": {"id": verb, "display": {"en": verb.rpartition("/")[2]}}, "object": target, "timestamp": iso(self.now)}
        context = self._context({})
        statements: list[Mapping[str, Any]] = []
        for enrolment, said, own in attested:
            registration = uuid.uuid5(uuid.NAMESPACE_URL, v.requirement_iri(self.public_url, enrolment.id, ""))
            about = {"registration": str(registration), "extensions": {v.ATTESTED: {"enrolment": enrolment.id, **said}}}
            actor = v.actor_of(self.public_url, accounts[enrolment.person_id])
            statements.append({"id": str(own), "actor": actor, **common, "context": {**about, **context}})
        store(self.session, statements, self.public_url, self.now)
        return [own for _enrolment, _said, own in attested]

    def _context(self, context: dict[str, Any]) -> dict[str, Any]:
        if self.by is None:
            return context
        account = self.session.scalars(select(Person.account).where(Person.id == self.by)).one()
        return {**context, "instructor": v.actor_of(self.public_url, account)}

    def _session_of(self, place: str) -> Mapping[str, Any]:
        return self._activity(v.session_iri(self.public_url, place), v.SESSION_TYPE)

    def _of(self, enrolment: Enrolment, requirement: str) -> Mapping[str, Any]:
        return self._activity(v.requirement_iri(self.public_url, enrolment.id, requirement), v.REQUIREMENT_TYPE)

    def _activity(self, iri: str, kind: str) -> Mapping[str, Any]:
        return {"objectType": "Activity", "id": iri, "definition": {"type": kind}}

    def _id_problems(self, name: str) -> list[str]:
        fine = 0 < len(name) <= LONGEST_ID and name.isprintable()
        return [] if fine else [_("Name: 1 to %(most)s characters", most=LONGEST_ID)]

    def _check(self, enrolment: Enrolment, requirement: str, kinds: set[str] | None, problems: list[str]) -> RequirementKind:
        track = policies_of(self.session, [enrolment.id])[enrolment.id].track
        rule = None if track is None or len(requirement) > LONGEST_NAME else track.rules.requirements.get(requirement)
        if rule is None or (kinds is not None and rule.kind not in kinds):
            problems = [*problems, _("%(key)s: is not such a requirement of this track", key=requirement[:LONGEST_NAME])]
        if problems or rule is None:
            raise InvalidInput(_("Nothing was noted."), problems)
        return rule.kind
