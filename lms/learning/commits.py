"""Take what the units of a package report (SCORM): keep it for the next time, and state what it means for the activity.

The content decides completion and score, as that of every format; it never decides time. The statements have the authority of content in
our player, because the report comes from the content.
"""

import uuid
from collections.abc import Mapping
from dataclasses import asdict, replace
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy.orm import Session

import xapi
import xapi.store
from courses.formats.format import Outcome, Tracker, UnitReport
from lms import vocabulary as v
from lms.config import Settings
from lms.learning import stating
from lms.learning.credential import STATEMENTS_KEPT, credential_of
from lms.learning.models import ActivityState, Launch
from lms.learning.state import lock

TOLD = "told"  # in the state: what was last stated of the activity

News = tuple[str, dict[str, Any]]  # a verb and a result


def load(session: Session, launch: Launch) -> dict[str, Any]:
    """Return what the units of the launch's activity have reported so far."""
    kept = session.get(ActivityState, (launch.registration_id, launch.activity))
    found = msgspec.json.decode(kept.body) if kept else None
    return found if isinstance(found, dict) else {}


def commit(session: Session, launch: Launch, tracker: Tracker, reported: UnitReport, settings: Settings, now: datetime) -> int:
    """Keep a report; return how many statements it led to. A report that a later one has overtaken changes nothing.

    Raises:
        ReportTooLargeError: it is more than is kept; nothing of it is stored.
    """
    lock(session, launch)
    taken = take(load(session, launch), tracker, reported)
    if taken is None:
        return 0
    state, news = taken
    _keep(session, launch, state, now)
    if news:
        _state(session, launch, news, settings, now)
    return len(news)


def take(before: Mapping[str, Any], tracker: Tracker, reported: UnitReport) -> tuple[dict[str, Any], list[News]] | None:
    """Return the state to keep after a report and what is to be stated of it; None if a later report has overtaken it. Nothing is stored.

    Raises:
        ReportTooLargeError: it is more than is kept.
    """
    tracked = tracker(before, reported)
    if tracked is None:
        return None
    told = before.get(TOLD) or {}
    news = _news(told, tracked.outcome)
    return {**tracked.state, TOLD: {**told, **asdict(tracked.outcome)} if news else told}, news


def _keep(session: Session, launch: Launch, state: Mapping[str, Any], now: datetime) -> None:
    body = msgspec.json.encode(state).decode()
    kept = session.get(ActivityState, (launch.registration_id, launch.activity))
    if kept is None:
        session.add(ActivityState(registration_id=launch.registration_id, activity=launch.activity, body=body, updated_at=now))
    else:
        kept.body, kept.updated_at = body, now


def _news(told: Mapping[str, Any], outcome: Outcome) -> list[News]:
    """Return the verbs and results to state: what was not said before, or with another score."""
    if all(told.get(name) == value for name, value in asdict(outcome).items()):
        return []
    score = {} if outcome.score is None else {"score": {"scaled": outcome.score}}
    news: list[News] = []
    if outcome.completed and (not told.get("completed") or (outcome.passed is None and outcome.score != told.get("score"))):
        news.append((v.COMPLETED, {"completion": True, **score}))
    if outcome.passed is not None and (outcome.passed, outcome.score) != (told.get("passed"), told.get("score")):
        success = {"success": outcome.passed, "completion": outcome.completed, **score}
        news.append((v.PASSED if outcome.passed else v.FAILED, success))
    return news


def _state(session: Session, launch: Launch, news: list[News], settings: Settings, now: datetime) -> None:
    subject = stating.subject_of(session, launch, settings.public_url)
    statements = [stating.own_statement(subject, f"reported/{uuid.uuid4()}", verb, now, result=result) for verb, result in news]
    quota = xapi.Quota(STATEMENTS_KEPT, settings.learner_statements_mb * 2**20)
    credential = replace(credential_of(subject), quota=quota)
    xapi.store.store_statements(session, statements, credential, version=stating.VERSION, now=now)
