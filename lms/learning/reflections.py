"""Reflections: an open answer is submitted in the player and decided by the class's staff like a task (`lms.practice`).

The LMS states `passed` when it is accepted, so the activity's condition is met from then on; taking the acceptance back voids it.
"""

import uuid
from collections.abc import Mapping
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from courses.authoring.reflection import characters
from courses.formats import own
from courses.formats.h5p_content import CONTENT, MAIN
from courses.outline import Activity
from lms import vocabulary as v
from lms.catalogue import contents, publish
from lms.catalogue.models import CourseVersion
from lms.i18n import local_time
from lms.learning import stating
from lms.learning.models import Launch
from lms.learning.state import lock
from lms.practice.models import ACCEPTED, HANDED_IN, PracticeWork
from lms.practice.work import TEXT_MAX
from lms.storage import Storage


def asked_in(session: Session, storage: Storage, launch: Launch) -> dict[str, Any] | None:
    """Return the content of the reflection that a launch has open; None for other activities."""
    version = session.get(CourseVersion, launch.course_version_id) if launch.course_version_id is not None else None
    activity = None if version is None else _activity(version, launch.activity)
    return None if version is None or activity is None else content_of(storage, version, activity)


def content_of(storage: Storage, version: CourseVersion, activity: Activity) -> dict[str, Any] | None:
    """Return the content of a reflection; None if the activity is something else, or its files have vanished."""
    if activity.format != "h5p" or activity.grading != "server":
        return None
    about, body = (contents.read(storage, version.files_of(activity.key), f"{activity.entry}/{name}") for name in (MAIN, CONTENT))
    if about is None or body is None or msgspec.json.decode(about).get("mainLibrary") != own.REFLECTION:
        return None
    found: dict[str, Any] = msgspec.json.decode(body)
    return found


def work_of(session: Session, launch: Launch) -> PracticeWork | None:
    """Return what was submitted for the launch's activity, with the decisions about it."""
    own_work = (PracticeWork.registration_id == launch.registration_id, PracticeWork.activity == launch.activity)
    return session.scalar(select(PracticeWork).where(*own_work).options(selectinload(PracticeWork.decisions)))


def reply_of(work: PracticeWork | None) -> dict[str, Any] | None:
    """Return what the content is told: the state, the text, and the comment of the last decision."""
    if work is None:
        return None
    comment = work.decisions[-1].comment if work.decisions and work.state != HANDED_IN else ""
    return {"state": work.state, "text": work.text, "comment": comment}


def hand_in(session: Session, launch: Launch, asked: Mapping[str, Any], given: Mapping[str, Any], now: datetime) -> dict[str, Any] | None:
    """Store an answer, for the first time or after it was returned; None if it is too short or too long.

    An accepted answer stays as it is. The same answer again changes nothing, so that it can be sent again.
    """
    text = given.get("text")
    least = max(1, int(asked.get("least_characters", 0)))
    if not isinstance(text, str) or len(text) > TEXT_MAX or characters(text) < least:
        return None
    lock(session, launch)
    work = work_of(session, launch)
    if work is not None and (work.state == ACCEPTED or (work.state == HANDED_IN and work.text == text.strip())):
        return reply_of(work)
    title = _title(session, launch)
    if work is None:
        work = PracticeWork(enrolment_id=launch.enrolment_id, requirement="", on=local_time(now).date(), activity=launch.activity)
        work.registration_id = launch.registration_id
        work.decisions = []
        session.add(work)
    work.launch_id, work.title = launch.id, title
    work.text, work.state, work.handed_in_at = text.strip(), HANDED_IN, now
    session.flush()
    return reply_of(work)


def state_passed(session: Session, work: PracticeWork, public_url: str, now: datetime) -> uuid.UUID:
    """State that the activity of an accepted answer is passed, in the caller's transaction; return the statement's id."""
    launch = session.get_one(Launch, work.launch_id)
    subject = stating.subject_of(session, launch, public_url)
    name = f"reflection/{work.id}/{len(work.decisions)}"  # it may be accepted again after an acceptance was taken back
    statement = stating.own_statement(subject, name, v.PASSED, now, result={"success": True, "completion": True})
    stating.store(session, [statement], public_url, now)
    return uuid.UUID(statement["id"])


def prompt_of(session: Session, storage: Storage, work: PracticeWork) -> str:
    """Return what the learner was asked; empty if it cannot be found any more."""
    launch = None if work.launch_id is None else session.get(Launch, work.launch_id)
    asked = None if launch is None else asked_in(session, storage, launch)
    return "" if asked is None else str(asked.get("prompt", ""))


def _title(session: Session, launch: Launch) -> str:
    version = session.get_one(CourseVersion, launch.course_version_id)
    activity = _activity(version, launch.activity)
    return activity.title.zh if activity else launch.activity


def _activity(version: CourseVersion, key: str) -> Activity | None:
    return next((one for one in publish.outline_of(version).activities if one.key == key), None)
