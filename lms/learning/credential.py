"""Credentials of launch tokens for the record store: one learner, one launch, one activity."""

from dataclasses import replace
from datetime import UTC

from flask import Request, current_app
from sqlalchemy import bindparam, or_, select

import xapi
from lms import vocabulary as v
from lms.accounts.models import Person
from lms.catalogue.models import Course, CourseVersion
from lms.clock import now
from lms.db import session
from lms.learning.checks import ChecksProfile
from lms.learning.models import Launch
from lms.learning.presence import LAUNCH_TIMEOUT, is_silent
from lms.learning.state import OLDEST
from lms.learning.stating import Subject
from lms.learning.tickets import Ticket, Tickets, bearer
from lms.site_settings import site_settings
from xapi.raw_sql import PreparedQuery

# The fields of a Subject of a running launch, in order; the same decision as in `running`, but without objects, because players ask often.
_OPEN_LAUNCH = PreparedQuery(
    select(Launch.id, Launch.registration_id, Person.account, Course.code, Launch.activity, Launch.device, Launch.opened_at, Launch.judged)
    .join(Person, Person.id == Launch.person_id)
    .join(CourseVersion, CourseVersion.id == Launch.course_version_id)
    .join(Course, Course.id == CourseVersion.course_id)
    .where(Launch.id == bindparam("launch"), Launch.ended_at.is_(None))
    .where(or_(Launch.opened_at >= bindparam("heard"), Launch.last_beat >= bindparam("heard")))
)
STATEMENTS_KEPT = 50_000  # for one learner in one activity, from its player; the server's statements of presence are not counted
SCOPES = frozenset({"statements/write", "statements/read/mine", "state"})


def ticket_of(request: Request) -> Ticket | None:
    """Return the ticket of a request, or None if it has none of ours."""
    return _tickets().read(bearer(request.headers.get("Authorization", "")))


def _tickets() -> Tickets:
    found: Tickets = current_app.extensions["launch_tickets"]
    return found


def running(ticket: Ticket | None) -> Launch | None:
    """Return the launch of a ticket while it runs. A token ends with its launch, or when the launch is older than 12 hours and silent."""
    if ticket is None:
        return None
    own = (Launch.id == ticket.launch_id, Launch.ended_at.is_(None), Launch.lesson_id.is_(None))  # the page of a live session only beats
    launch = session().scalar(select(Launch).where(*own))
    return None if launch is None or is_silent(launch, now()) else launch


def authenticate(token: str) -> xapi.Credential | None:
    """Return the credential of a launch token for the record store, or None.

    A page that lost the lease may still report what its content did; only time needs the lease.
    """
    ticket = _tickets().read(token)
    if ticket is None:
        return None
    found = _OPEN_LAUNCH.rows(session(), {"launch": ticket.launch_id, "heard": now() - LAUNCH_TIMEOUT})
    if not found:
        return None
    settings = site_settings()
    *of, judged = found[0]
    subject = Subject(settings.public_url, *of)
    subject = replace(subject, opened_at=subject.opened_at.astimezone(UTC))
    own = credential_of(subject, xapi.Quota(STATEMENTS_KEPT, settings.learner_statements_mb * 2**20))
    own = replace(own, context_extensions={**own.context_extensions, v.DECIDES: "checks" if judged else "content"})
    return replace(own, profile=ChecksProfile(subject.launch_id, subject.iri, settings.public_url)) if judged else own


def credential_of(subject: Subject, quota: xapi.Quota | None = None) -> xapi.Credential:
    """Return the credential of a launch's player: the statements that it may send, and the values that the server sets in them."""
    return xapi.Credential(
        name=f"launch:{subject.launch_id}",
        authority=v.player_authority(subject.public_url),
        scopes=SCOPES,
        actor=subject.actor,
        registration=subject.registration,
        activity=subject.iri,
        context_extensions=subject.extensions,
        quota=quota,
        clock_from=subject.opened_at - OLDEST,  # what waited on a device may be older than the launch in whose name it is sent
    )
