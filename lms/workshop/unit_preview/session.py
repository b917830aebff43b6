"""Hold what a unit sends in a preview against cmi5, with the rules that hold what learners' units send."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

import msgspec
from sqlalchemy.orm import Session

import xapi
from courses.formats.cmi5_values import AssignableUnit, Structure
from courses.outline import Activity
from lms import vocabulary as v
from lms.learning.runtimes.cmi5 import access, profile, statements
from lms.learning.runtimes.cmi5 import vocabulary as c
from lms.learning.runtimes.cmi5.launching import LaunchedUnit
from lms.learning.runtimes.cmi5.rules import SessionFacts, Statement
from lms.learning.runtimes.cmi5.statements import RegisteredLearner
from lms.workshop.models import UnitPreview
from lms.workshop.reports import conditions_met
from xapi.documents import DocumentRequest

FETCH, AUTH = "preview.fetch", "preview.auth"  # kinds of tokens; a learner's token opens no preview, nor the other way round
MOST_KEPT = xapi.Quota(2000, 2**20)
LASTS = timedelta(hours=12)
NOBODY = "preview"  # the account that a unit hears of; no person's


def unit_in(preview: UnitPreview, public_url: str) -> LaunchedUnit:
    """Return the unit of a preview as a learner's launch knows it; each preview is a registration of its own."""
    who = RegisteredLearner(public_url, preview.id, NOBODY, preview.course)
    found = msgspec.convert(preview.unit, AssignableUnit)
    return LaunchedUnit(who, Structure(found.id, found.title, found.summary, "", {}, (found,)), found)


class PreviewProfile:
    """The rules of cmi5 for one preview (`xapi.documents.Profile`), whose row the caller has locked."""

    def __init__(self, preview: UnitPreview, public_url: str) -> None:
        self._preview, self._public_url = preview, public_url
        self._of = unit_in(preview, public_url)
        self._facts: SessionFacts | None = None
        self.seen: Sequence[Statement] = ()  # the statements of the request, as far as they are statements of xAPI

    def admit(self, session: Session, statements: Sequence[Mapping[str, Any]], _now: datetime) -> None:
        """Refuse statements that break cmi5 (`UnitProfile.admit`).

        Raises:
            Forbidden: with the reason and the statement's position.
        """
        self.seen = statements
        self._facts = profile.admitted(session, statements, self._known(), lambda _new: None)

    def stored(self, _session: Session, now: datetime) -> None:
        """Note what was stated."""
        if self._facts is None:
            return
        self._preview.said, self._preview.last_at = profile.said_of(self._facts), now
        if self._facts.ended and self._preview.ended_at is None:
            self._preview.ended_at = now

    def document(self, request: DocumentRequest) -> None:
        """Refuse documents that are not the unit's to read or write; note that it read what it must read.

        Raises:
            Forbidden: with the reason.
        """
        if self._preview.ended_at is not None:
            raise profile.session_over()
        profile.refuse_document(request, self._of.who.activity(self._of.unit.key))
        if request.method in profile.READING:
            self._preview.data_read |= request.id == c.LAUNCH_DATA
            self._preview.preferences_read |= request.id == c.PREFERENCES

    def met(self, statement: Statement) -> list[str]:
        """Return which conditions of the activity a statement meets."""
        unit = self._of.unit
        activity = Activity(unit.key, unit.title, "cmi5", 1, "")
        return conditions_met(statement, self._of.who.course, activity, self._public_url, move_on=unit.move_on)

    def _known(self) -> SessionFacts:
        verbs = profile.verbs_of(self._preview.said)
        return SessionFacts(
            activity=self._of.who.activity(self._of.unit.key),
            registration=str(self._preview.id),
            template=statements.template(self._of.unit, self._preview.id),
            mode=self._preview.mode,
            mastery_score=self._of.unit.mastery_score,
            data_read=self._preview.data_read,
            preferences_read=self._preview.preferences_read,
            ended=self._preview.ended_at is not None,
            verbs=verbs,
            results=verbs & {c.COMPLETED, c.PASSED},
        )


def credential(preview: UnitPreview, held: PreviewProfile, token: str, at: datetime, public_url: str) -> xapi.Credential | None:
    """Return the credential of a token if it is this preview's; like a learner's, it is known for a minute after the unit's end."""
    over = preview.begun_at <= at - LASTS or (preview.ended_at is not None and preview.ended_at <= at - access.RESENT_WITHIN)
    if over or preview.fetched_at is None or access.tokens().read(AUTH, token) != preview.id:
        return None
    return xapi.Credential(
        name=f"preview:{preview.id}",
        authority=v.player_authority(public_url),
        scopes=access.SCOPES,
        actor=unit_in(preview, public_url).who.actor,
        registration=preview.id,
        quota=MOST_KEPT,
        profile=held,
    )
