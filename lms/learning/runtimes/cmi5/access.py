"""Tokens of units: the fetch URL's, which is used once, and the one that a unit sends with each request (8.1.2, 8.2)."""

import base64
import uuid
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from itsdangerous import BadSignature, Signer
from sqlalchemy import or_, select
from sqlalchemy.orm import Session

import xapi
from lms import vocabulary as v
from lms.accounts.models import Person
from lms.catalogue.models import Course, CourseVersion
from lms.clock import now
from lms.db import session
from lms.learning import credential
from lms.learning.models import Cmi5Session, Launch
from lms.learning.presence import LAUNCH_TIMEOUT
from lms.learning.runtimes.cmi5.profile import UnitProfile
from lms.learning.state import OLDEST
from lms.learning.stating import Subject
from lms.site_settings import site_settings

BASIC_NAME = "cmi5"  # the user name of a unit's token, which cmi5 sends as Basic
FETCH, AUTH = "fetch", "auth"
SCOPES = frozenset({"statements/write", "statements/read/mine", "state", "profile"})
SUBJECT = (Launch.id, Launch.registration_id, Person.account, Course.code, Launch.activity, Launch.device, Launch.opened_at)
# A unit whose answer to `terminated` was lost sends it once more: for this long its token is still known, and admits nothing else.
RESENT_WITHIN = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class UnitTokens:
    """Signs and reads the tokens of units, with keys derived from the installation's secret."""

    secret_key: str

    def issue(self, kind: str, session_id: uuid.UUID) -> str:
        """Return the token of a session: for its fetch URL or for its requests."""
        return self._signer(kind).sign(session_id.hex).decode()

    def read(self, kind: str, token: str) -> uuid.UUID | None:
        """Return the session of a token that we signed, otherwise None."""
        try:
            return uuid.UUID(self._signer(kind).unsign(token).decode())
        except (BadSignature, ValueError):
            return None

    def _signer(self, kind: str) -> Signer:
        return Signer(self.secret_key, salt=f"lms.cmi5.{kind}", key_derivation="hmac")


def tokens() -> UnitTokens:
    """Return the tokens of this installation."""
    settings = site_settings()
    return UnitTokens(settings.secret_key)


def fetched(session: Session, token: str, at: datetime) -> str | None:
    """Return what a unit puts behind `Basic`, the first time; None if the token is unknown, was used, or its session ended (8.2.3)."""
    number = tokens().read(FETCH, token)
    found = None if number is None else session.scalar(select(Cmi5Session).where(Cmi5Session.id == number).with_for_update())
    if found is None or found.fetched_at is not None or found.ended_at is not None:
        return None
    found.fetched_at = at
    return base64.b64encode(f"{BASIC_NAME}:{tokens().issue(AUTH, found.id)}".encode()).decode()


def authenticate(token: str) -> xapi.Credential | None:
    """Return the credential of a launch's token, or of a unit's, for the record store."""
    number = tokens().read(AUTH, token)
    return credential.authenticate(token) if number is None else _credential(number)


def _credential(session_id: uuid.UUID) -> xapi.Credential | None:
    at = now()
    found = (
        session()
        .execute(
            select(*SUBJECT, Cmi5Session.move_on)
            .join(Cmi5Session, Cmi5Session.launch_id == Launch.id)
            .join(Person, Person.id == Launch.person_id)
            .join(CourseVersion, CourseVersion.id == Launch.course_version_id)
            .join(Course, Course.id == CourseVersion.course_id)
            .where(Cmi5Session.id == session_id, Cmi5Session.fetched_at.is_not(None), Launch.ended_at.is_(None))
            .where(or_(Cmi5Session.ended_at.is_(None), Cmi5Session.ended_at > at - RESENT_WITHIN))
            .where(or_(Launch.opened_at >= at - LAUNCH_TIMEOUT, Launch.last_beat >= at - LAUNCH_TIMEOUT))
        )
        .one_or_none()
    )
    if found is None:
        return None
    settings = site_settings()
    subject = Subject(settings.public_url, *found[:-1])
    return xapi.Credential(
        name=f"cmi5:{session_id}",
        authority=v.player_authority(settings.public_url),
        scopes=SCOPES,
        actor=subject.actor,
        registration=subject.registration,
        context_extensions={**subject.extensions, v.MOVE_ON: found.move_on, v.DECIDES: "content"},
        quota=xapi.Quota(credential.STATEMENTS_KEPT, settings.learner_statements_mb * 2**20),
        clock_from=subject.opened_at.astimezone(UTC) - OLDEST,
        profile=UnitProfile(session_id, settings.public_url),
    )
