"""Hold what a unit sends to the record store against cmi5, and do what follows from it, in the transaction that stores it."""

import json
import uuid
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

import xapi.store
from lms.clock import now as clock_now
from lms.db import transaction
from lms.learning.models import Cmi5Session, Launch, Registration
from lms.learning.runtimes.cmi5 import ending, rules, satisfaction, statements
from lms.learning.runtimes.cmi5 import vocabulary as c
from lms.learning.runtimes.cmi5.launching import LaunchedUnit, unit_of
from lms.learning.runtimes.cmi5.rules import SessionFacts, Statement
from xapi.documents import DocumentRequest
from xapi.errors import Forbidden

READING = frozenset({"GET", "HEAD"})
STATES, AGENT_PROFILES = "activities/state", "agents/profile"
SEPARATOR = " "


class UnitProfile:
    """The rules of cmi5 for the token of one session (`xapi.documents.Profile`)."""

    def __init__(self, session_id: uuid.UUID, public_url: str) -> None:
        self._session_id, self._public_url = session_id, public_url
        self._unit: LaunchedUnit | None = None

    def admit(self, session: Session, statements: Sequence[Mapping[str, Any]], now: datetime) -> None:
        """Refuse statements that break cmi5; note what the others say.

        A statement that is stored already is a repetition after a lost answer: the store itself compares it. When the session has
        ended, only its last statement may be repeated.

        Raises:
            Forbidden: with the reason and the statement's position.
        """
        running = _locked(session, self._session_id)
        unit = self._unit = _unit(session, running, self._public_url)
        facts = admitted(session, statements, _facts(session, running, unit), lambda one: _note(session, running, one, now))
        running.said = said_of(facts)

    def stored(self, session: Session, now: datetime) -> None:
        """State the blocks and the course that these statements satisfied."""
        if self._unit is not None:
            satisfaction.evaluate(session, self._unit.who, self._unit.structure, self._session_id, now)

    def document(self, request: DocumentRequest) -> None:
        """Refuse documents that are not the unit's to read or write (10, 11); note that it read what it must read.

        Raises:
            Forbidden: with the reason.
        """
        with transaction() as session:
            running = session.get_one(Cmi5Session, self._session_id)
            if running.ended_at is not None:
                raise session_over()
            activity = _unit(session, running, self._public_url).who.activity(running.activity)
            refuse_document(request, activity)
            column = {c.LAUNCH_DATA: "data_read_at", c.PREFERENCES: "preferences_read_at"}.get(request.id or "")
            if column and request.method in READING:
                noted = update(Cmi5Session).where(Cmi5Session.id == running.id, getattr(Cmi5Session, column).is_(None))
                session.execute(noted.values({column: clock_now()}))


def admitted(session: Session, statements: Sequence[Statement], facts: SessionFacts, note: Callable[[Statement], None]) -> SessionFacts:
    """Return the facts after the statements of one request; `note` is called with each that is not a repetition.

    Raises:
        Forbidden: see `UnitProfile.admit`.
    """
    ids = [uuid.UUID(one["id"]) for one in statements if "id" in one]
    known = xapi.store.load_texts(session, ids).keys()
    for number, one in enumerate(statements):
        repeated = "id" in one and uuid.UUID(one["id"]) in known
        if repeated and (not facts.ended or rules.verb_of(one) == c.TERMINATED):
            continue
        why = rules.refusal(one, facts)
        if why is not None:
            raise Forbidden(f"cmi5: {why}", f"statements[{number}]")
        facts = facts.after(one)
        note(one)
    return facts


def session_over() -> Forbidden:
    """Return the refusal of a request whose session has ended."""
    return Forbidden("cmi5: the session of this unit has ended (9.3.8, 9.3.6)")


def said_of(facts: SessionFacts) -> str:
    """Return the verbs of cmi5 that were stated in a session by their last words, as a session keeps them."""
    return SEPARATOR.join(sorted(_last_word(verb) for verb in facts.verbs))


def verbs_of(said: str) -> frozenset[str]:
    """Return the verbs that `said_of` wrote."""
    return frozenset(f"{c.ADL}/{word}" for word in said.split())


def refuse_document(request: DocumentRequest, activity: str) -> None:
    """Refuse a document that is not a unit's to read or write (10, 11).

    Raises:
        Forbidden: with the reason.
    """
    why = _document_problem(request, activity)
    if why is not None:
        raise Forbidden(f"cmi5: {why}")


def _document_problem(request: DocumentRequest, activity: str) -> str | None:
    reading = request.method in READING
    if request.resource == STATES:
        own = request.activity == activity or request.activity.startswith((f"{activity}/", f"{activity}?", f"{activity}#"))
        if not own:
            return "a unit has states of its own activity only (8.1.5)"
        return None if reading or request.id not in {None, c.LAUNCH_DATA} else f"{c.LAUNCH_DATA} is not a unit's to change (10.2.1)"
    if reading:
        return None
    if request.resource != AGENT_PROFILES or request.id != c.PREFERENCES or request.method == "DELETE":
        return f"a unit may change no profile but {c.PREFERENCES} (11)"
    return rules.preferences_problem(_json(request))


def _json(request: DocumentRequest) -> object:
    """Return the content of a document if it is announced as JSON and is JSON, otherwise None."""
    if request.type.partition(";")[0].strip().lower() != "application/json":
        return None
    try:
        found: object = json.loads(request.content)
    except (ValueError, RecursionError):
        return None
    return found


def _locked(session: Session, session_id: uuid.UUID) -> Cmi5Session:
    """Lock a session's registration and then the session, so that two of its requests come one after the other."""
    registration = select(Cmi5Session.registration_id).where(Cmi5Session.id == session_id).scalar_subquery()
    session.execute(select(Registration.id).where(Registration.id == registration).with_for_update(key_share=True))
    found = select(Cmi5Session).where(Cmi5Session.id == session_id).with_for_update()
    return session.scalars(found.execution_options(populate_existing=True)).one()


def _unit(session: Session, running: Cmi5Session, public_url: str) -> LaunchedUnit:
    found = unit_of(session, session.get_one(Launch, running.launch_id), public_url)
    if found is None:
        raise Forbidden("cmi5: this unit is not in the course any more")
    return found


def _facts(session: Session, running: Cmi5Session, of: LaunchedUnit) -> SessionFacts:
    reached = satisfaction.progress_of(session, running.registration_id)
    return SessionFacts(
        activity=of.who.activity(running.activity),
        registration=str(running.registration_id),
        template=statements.template(of.unit, running.id),
        mode=running.mode,
        mastery_score=of.unit.mastery_score,
        data_read=running.data_read_at is not None,
        preferences_read=running.preferences_read_at is not None,
        ended=running.ended_at is not None,
        verbs=verbs_of(running.said),
        results=satisfaction.results_of(reached, running.activity),
    )


def _note(session: Session, running: Cmi5Session, statement: Statement, now: datetime) -> None:
    running.last_at = now
    verb = rules.verb_of(statement)
    if not rules.is_defined(statement):
        return
    if verb == c.TERMINATED:
        running.ended_at, running.ending = now, ending.TERMINATED
    elif verb in {c.COMPLETED, c.PASSED}:
        satisfaction.note(session, running.registration_id, running.activity, _last_word(verb), now)


def _last_word(verb: str) -> str:
    return verb.rpartition("/")[2]
