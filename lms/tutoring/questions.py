"""How hard is each question of a quiz, and which wrong answers are common? From the attempts that the server graded.

The first attempt of each learner says how hard a question is, because a later one has seen the hints; the last one says what was learned.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple
from uuid import UUID

import msgspec
from sqlalchemy import Select, Text, and_, cast, select
from sqlalchemy.orm import Session

from courses.answer_key import is_of_checks
from courses.grading import FILL, ORDER, comparable, is_right, kind_of, response_of
from lms.catalogue.models import AnswerKey, CourseVersion
from lms.classes.models import Enrolment
from lms.learning.models import Attempt, Launch, Registration

COMMON = 3  # wrong answers shown for a question


@dataclass(frozen=True, slots=True)
class WrongAnswer:
    """A wrong answer that was given in first attempts: the ids of its options, and how often."""

    options: tuple[str, ...]
    count: int


@dataclass(frozen=True, slots=True)
class QuestionResult:
    """One question over all learners. `answered` and `right` are of first attempts, `asked` and `right_in_the_end` of last ones."""

    id: str
    answered: int
    right: int
    asked: int  # learners; a quiz that draws does not ask everybody
    right_in_the_end: int
    wrong: Sequence[WrongAnswer]


@dataclass(frozen=True, slots=True)
class Analysis:
    """The results of one quiz. `other_attempts` were made when it had other questions or answers, and are left out."""

    learners: int
    attempts: int
    passed: int  # learners
    other_attempts: int
    questions: Sequence[QuestionResult]


@dataclass(frozen=True, slots=True)
class Quiz:
    """One graded activity of a version of a course."""

    course_version_id: int
    course_id: int
    activity: str


class Handed(NamedTuple):
    """One attempt of somebody in a version of a course; `answers` and `drawn` are JSON."""

    registration_id: UUID
    answers: str
    passed: bool
    course_version_id: int
    drawn: str | None = None  # None: every question was asked


def analyse(session: Session, quiz: Quiz, class_id: int | None = None) -> Analysis | None:
    """Return the analysis of a quiz, in one class or everywhere; None if the server does not grade this activity."""
    keys = _keys(session, quiz)
    key = keys.get(quiz.course_version_id)
    if key is None or is_of_checks(key):
        return None
    same = {version for version, other in keys.items() if other["questions"] == key["questions"]}
    attempts = [Handed(*row) for row in session.execute(_attempts(quiz, class_id))]
    of_key = [one for one in attempts if one.course_version_id in same]
    return count(key, of_key, len(attempts) - len(of_key))


def _keys(session: Session, quiz: Quiz) -> dict[int, dict[str, Any]]:
    """Return the answer keys of the activity in every version of its course."""
    rows = session.execute(
        select(AnswerKey.course_version_id, AnswerKey.document)
        .join(CourseVersion, CourseVersion.id == AnswerKey.course_version_id)
        .where(CourseVersion.course_id == quiz.course_id, AnswerKey.activity == quiz.activity)
    )
    return {version: key for version, key in rows}


def _attempts(quiz: Quiz, class_id: int | None) -> Select[UUID, str, bool, int, str | None]:
    """Select the attempts at a quiz, each learner's in order. Answers are read as text, because Python's own reader of JSON is slow."""
    wanted = (
        select(Attempt.registration_id, cast(Attempt.answers, Text), Attempt.passed, Launch.course_version_id, cast(Attempt.drawn, Text))
        .join(Registration, and_(Registration.id == Attempt.registration_id, Registration.course_id == quiz.course_id))
        .join(Launch, Launch.id == Attempt.launch_id)
        .where(Attempt.activity == quiz.activity)
        .order_by(Attempt.registration_id, Attempt.number)
    )
    if class_id is None:
        return wanted
    return wanted.join(Enrolment, Enrolment.id == Registration.enrolment_id).where(Enrolment.class_id == class_id)


@dataclass(slots=True)
class _Tally:
    question: Mapping[str, Any]
    responses: dict[str, tuple[tuple[str, ...], bool]] = field(default_factory=dict)  # of each answer seen before, and whether it is right
    answered: int = 0
    right: int = 0
    asked: int = 0
    right_in_the_end: int = 0
    wrong: Counter[tuple[str, ...]] = field(default_factory=Counter)

    def judge(self, value: Any) -> tuple[tuple[str, ...], bool]:
        """Return an answer as it is graded, and whether it is right; the same answer is given many times."""
        seen = repr(value)
        if seen not in self.responses:
            response = response_of(self.question, value)
            self.responses[seen] = (response, bool(response) and is_right(self.question, response))
        return self.responses[seen]


def count(key: Mapping[str, Any], attempts: Sequence[Handed], others: int = 0) -> Analysis:
    """Count attempts, each learner's in order, that were graded with `key`; `others` were not. Pure."""
    tallies = {name: _Tally(question) for name, question in key["questions"].items()}
    first = {one.registration_id: one for one in reversed(attempts)}
    last = {one.registration_id: one for one in attempts}
    read, names = msgspec.json.Decoder(dict[str, Any]).decode, msgspec.json.Decoder(list[str]).decode
    for one in first.values():
        _count_first(tallies, read(one.answers))
    for one in last.values():
        given = read(one.answers)
        drawn = tallies.keys() & names(one.drawn) if one.drawn else tallies.keys()
        for name in drawn:
            tallies[name].asked += 1
            tallies[name].right_in_the_end += tallies[name].judge(given.get(name))[1]
    return Analysis(
        learners=len(first),
        attempts=len(attempts),
        passed=len({one.registration_id for one in attempts if one.passed}),
        other_attempts=others,
        questions=[_result(name, tally) for name, tally in tallies.items()],
    )


def _count_first(tallies: Mapping[str, _Tally], given: Mapping[str, Any]) -> None:
    for name, tally in tallies.items():
        response, right = tally.judge(given.get(name))
        if not response:
            continue
        tally.answered += 1
        if right:
            tally.right += 1
        else:
            tally.wrong[_as_counted(tally.question, response)] += 1


def _as_counted(question: Mapping[str, Any], response: tuple[str, ...]) -> tuple[str, ...]:
    """Return a wrong answer in one form for all that are the same: options and pairs in any order, blanks without their spaces."""
    kind = kind_of(question)
    if kind == FILL:
        return tuple(comparable(one, case=question.get("case", False)) for one in response)
    return response if kind == ORDER else tuple(sorted(response))


def _result(name: str, tally: _Tally) -> QuestionResult:
    common = sorted(tally.wrong.items(), key=lambda one: (-one[1], one[0]))[:COMMON]
    wrong = [WrongAnswer(options, times) for options, times in common]
    return QuestionResult(name, tally.answered, tally.right, tally.asked, tally.right_in_the_end, wrong)
