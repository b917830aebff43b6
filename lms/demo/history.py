"""Write the demo's stories as evidence, in the same form as real evidence but with times in the past.

Each sitting is a launch with the measurements of the server and the statements of the player; crediting then decides
the hours as usual. Nothing here writes to the ledger.
"""

import uuid
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

import xapi.store
from courses.grading import right_answers
from lms import vocabulary as v
from lms.catalogue.models import AnswerKey, CourseVersion
from lms.classes.models import Enrolment
from lms.demo.story import Ending, Sitting
from lms.learning import answers, checks, stating
from lms.learning.credential import credential_of
from lms.learning.models import ActivityState, Launch, Registration
from lms.learning.stating import Subject
from lms.learning.stretch import Stretch
from lms.storage import storage
from lms.tutoring.wording import wording_of

VERSION = "1.0.3"


@dataclass(frozen=True, slots=True)
class Learner:
    """The learner of a history: an enrolment, the person's xAPI account, and their device."""

    enrolment: Enrolment
    account: str
    device: str


@dataclass(frozen=True, slots=True)
class Shelf:
    """The course versions to study, by code, and this site's address."""

    versions: Mapping[str, CourseVersion]
    public_url: str


def has_history(session: Session, enrolment_id: int) -> bool:
    """Say whether an enrolment's history was written (it is written completely or not at all)."""
    return session.scalar(select(Registration.id).where(Registration.enrolment_id == enrolment_id).limit(1)) is not None


def write(session: Session, learner: Learner, sittings: list[Sitting], shelf: Shelf) -> int:
    """Write one learner's sittings; return the number of statements."""
    registrations: dict[str, uuid.UUID] = {}
    counted = 0
    for sitting in sittings:
        code = sitting.study.course
        if code not in registrations:
            registrations[code] = _register(session, learner, shelf.versions[code])
        launch = _launch(learner, registrations[code], shelf.versions[code], sitting)
        session.add(launch)
        session.flush()
        counted += _state(session, learner, launch, sitting, shelf)
    return counted


def _register(session: Session, learner: Learner, version: CourseVersion) -> uuid.UUID:
    own = (Registration.enrolment_id == learner.enrolment.id, Registration.course_id == version.course_id)
    known = session.scalar(select(Registration.id).where(*own).limit(1))
    if known is not None:
        return known
    registration = Registration(
        id=uuid.uuid4(), enrolment_id=learner.enrolment.id, course_id=version.course_id, course_version_id=version.id
    )
    session.add(registration)
    session.flush()
    return registration.id


def _launch(learner: Learner, registration: uuid.UUID, version: CourseVersion, sitting: Sitting) -> Launch:
    return Launch(
        id=uuid.uuid4(),
        registration_id=registration,
        enrolment_id=learner.enrolment.id,
        person_id=learner.enrolment.person_id,
        course_version_id=version.id,
        activity=sitting.study.activity.key,
        device=learner.device,
        opened_at=sitting.opened_at,
        live=False,
        last_beat=sitting.ended_at,
        closed_seconds=sum(int((end - start).total_seconds()) for start, end in sitting.stretches),
        cap_seconds=sitting.study.activity.worth_seconds,
        judged=sitting.study.activity.grading == "checks",
    )


def _state(session: Session, learner: Learner, launch: Launch, sitting: Sitting, shelf: Shelf) -> int:
    subject = Subject(
        shelf.public_url,
        launch.id,
        launch.registration_id,
        learner.account,
        sitting.study.course,
        launch.activity,
        launch.device,
        launch.opened_at,
    )
    for start, end in sitting.stretches:
        stating.store(session, [stating.present_statement(subject, Stretch(start, end))], shelf.public_url, end)
    said = [_said(subject, verb, sitting.ended_at, result) for verb, result in _content(sitting)]
    if said:
        xapi.store.store_statements(session, said, credential_of(subject), version=VERSION, now=sitting.ended_at)
    if sitting.segments:
        _keep_place(session, launch, sitting)
    answered = _answer(session, launch, sitting, shelf) + _judge_checks(session, launch, sitting, shelf)
    launch.ended_at = sitting.ended_at
    return len(sitting.stretches) + len(said) + answered


def _said(subject: Subject, verb: str, at: datetime, result: dict[str, Any]) -> dict[str, Any]:
    """Build a statement as the player would send it: without actor, registration and authority, which the store sets."""
    return {
        "id": str(uuid.uuid4()),
        "verb": {"id": verb, "display": {"en": verb.rpartition("/")[2]}},
        "object": {"objectType": "Activity", "id": subject.iri},
        "result": result,
        "timestamp": stating.iso(at),
    }


def _content(sitting: Sitting) -> list[tuple[str, dict[str, Any]]]:
    """Return the content's outcome at the end of a sitting, as (verb, result)."""
    activity, ending = sitting.study.activity, sitting.study.ending
    said: list[tuple[str, dict[str, Any]]] = []
    if sitting.segments:
        segments = "[,]".join(f"{start}[.]{end}" for start, end in sitting.segments)
        said.append((v.PAUSED, {"extensions": {v.PLAYED_SEGMENTS: segments}}))
    if sitting.last and ending is not Ending.HALF:
        if activity.requires.get("passed") and activity.grading == "content" and ending is Ending.DONE:
            said.append((v.PASSED, {"success": True}))
        if ending is Ending.DONE:
            said.append((v.COMPLETED, {"completion": True}))
    return said


def _answer(session: Session, launch: Launch, sitting: Sitting, shelf: Shelf) -> int:
    """Submit the quiz of a server-graded activity: all answers right, or none if it was failed."""
    if sitting.study.activity.grading != "server" or not sitting.last or sitting.study.ending is Ending.HALF:
        return 0
    key = _key(session, launch)
    right = right_answers(key)
    wording = wording_of(storage(), shelf.versions[sitting.study.course], sitting.study.activity)
    wrong = {name: [_wrong(wording[name].options, correct)] for name, correct in right.items()}
    given = right if sitting.study.ending is Ending.DONE else wrong
    outcome = answers.submit(session, launch, str(uuid.uuid4()), given, shelf.public_url, sitting.ended_at)
    if isinstance(outcome, answers.Declined):
        raise TypeError(f"the demo's answers to {launch.activity} were declined: {outcome}")
    return outcome.statements


def _judge_checks(session: Session, launch: Launch, sitting: Sitting, shelf: Shelf) -> int:
    """Answer every check of a reading or film that is completed."""
    if not launch.judged or not sitting.last or sitting.study.ending is not Ending.DONE:
        return 0
    key = _key(session, launch)
    stated = checks.note_right(session, launch, list(key["questions"]), shelf.public_url, sitting.ended_at)
    return stated + checks.note_said(session, launch, shelf.public_url, sitting.ended_at)


def _key(session: Session, launch: Launch) -> dict[str, Any]:
    own = (AnswerKey.course_version_id == launch.course_version_id, AnswerKey.activity == launch.activity)
    return session.scalars(select(AnswerKey.document).where(*own)).one()


def _wrong(options: Iterable[str], right: Collection[str]) -> str:
    """Return a wrong option of a question."""
    return next(one for one in options if one not in right)


def _keep_place(session: Session, launch: Launch, sitting: Sitting) -> None:
    body = f'{{"position":{sitting.segments[-1][1]}}}'
    session.merge(ActivityState(registration_id=launch.registration_id, activity=launch.activity, body=body, updated_at=sitting.ended_at))
