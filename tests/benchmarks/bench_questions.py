"""How long does the analysis of a quiz take with 50,000 attempts? Beside it, the same rows are only read."""

import uuid
from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import islice
from random import Random
from typing import Any

from sqlalchemy import func, insert, select
from sqlalchemy.orm import Session

from lms.catalogue.models import AnswerKey, CourseVersion
from lms.classes.models import Enrolment
from lms.learning.models import Attempt, Launch, Registration
from lms.tutoring.questions import Quiz, analyse
from tests.benchmarks.measuring import Subject, compare, here
from tests.benchmarks.places import Places, Site

ATTEMPTS, QUESTIONS, OPTIONS = 50_000, 10, "abcd"
QUIZ = "bench-quiz"
BEGIN = datetime(2026, 3, 1, 2, tzinfo=UTC)
AT_ONCE = 5_000
AIM = "1 s"


def main(places: Places) -> None:
    """Measure on both databases, in this process; each learner handed in twice."""
    for kind in places.effort.kinds:
        site = places.site(kind)
        quiz = _fill(site, min(ATTEMPTS // 2, places.effort.people))
        print(f"{kind}, {_count(site):,} attempts at {QUESTIONS} questions")
        compare(
            [
                Subject("rows read", here(lambda site=site: _read(site))),
                Subject("analysis", here(lambda site=site, quiz=quiz: _analyse(site, quiz)), ("rows read",), AIM),
            ],
            places.effort,
        )


def _analyse(site: Site, quiz: Quiz) -> None:
    with site.database.reader() as session:
        analyse(session, quiz)


def _read(site: Site) -> None:
    with site.database.reader() as session:
        session.execute(select(Attempt.registration_id, Attempt.answers, Attempt.passed).where(Attempt.activity == QUIZ)).all()


def _count(site: Site) -> int:
    with site.database.reader() as session:
        return session.scalars(select(func.count()).select_from(Attempt).where(Attempt.activity == QUIZ)).one()


def _fill(site: Site, learners: int) -> Quiz:
    """Let learners hand in a quiz of the last course twice, with random answers; once for each installation.

    Other benchmarks let the same people begin the first course (learners.py).
    """
    with Session(site.database.engine) as session, session.begin():
        version = session.scalars(select(CourseVersion).order_by(CourseVersion.id.desc()).limit(1)).one()
        quiz = Quiz(version.id, version.course_id, QUIZ)
        if session.get(AnswerKey, (version.id, QUIZ)) is None:
            key = {"pass_percent": 60, "questions": {f"q{number}": {"correct": ["b"]} for number in range(QUESTIONS)}}
            session.add(AnswerKey(course_version_id=version.id, activity=QUIZ, document=key))
            begun = select(Registration.enrolment_id).where(Registration.course_version_id == quiz.course_version_id)
            fresh = select(Enrolment.id, Enrolment.person_id).where(Enrolment.id.not_in(begun)).order_by(Enrolment.id).limit(learners)
            enrolments = [(one, person) for one, person in session.execute(fresh)]
            session.flush()
            rows = _rows(quiz, enrolments)
            while chunk := list(islice(rows, AT_ONCE)):
                for table, own in zip((Registration, Launch, Attempt), zip(*chunk, strict=True), strict=True):
                    session.execute(insert(table), [row for part in own for row in part])
    return quiz


def _rows(quiz: Quiz, enrolments: list[tuple[int, int]]) -> Iterator[tuple[list[dict[str, Any]], ...]]:
    chance = Random(7)
    for enrolment, person in enrolments:
        registration, launch = uuid.uuid4(), uuid.uuid4()
        own = {"registration_id": registration, "activity": QUIZ}
        yield (
            [{"id": registration, "enrolment_id": enrolment, "course_id": quiz.course_id, "course_version_id": quiz.course_version_id}],
            [
                own
                | {"id": launch, "enrolment_id": enrolment, "person_id": person, "course_version_id": quiz.course_version_id}
                | {"opened_at": BEGIN, "ended_at": BEGIN, "live": False}
            ],
            [
                own
                | {"id": uuid.uuid4(), "launch_id": launch, "number": number, "answers": _answers(chance)}
                | {"score": 6, "score_max": QUESTIONS, "passed": number > 1, "at": BEGIN}
                for number in (1, 2)
            ],
        )


def _answers(chance: Random) -> dict[str, list[str]]:
    return {f"q{number}": [chance.choice(OPTIONS)] for number in range(QUESTIONS)}
