"""How hard is each question of a quiz, and which wrong answers are common? From the attempts that the server graded.

The first attempt of each learner says how hard a question is, because a later one has seen the hints; the last one says what was learned.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from operator import itemgetter
from typing import Any, NamedTuple

import msgspec
from sqlalchemy import Text, and_, bindparam, cast, select
from sqlalchemy.orm import Session

from courses.answer_key import is_of_checks
from courses.grading import FILL, ORDER, comparable, is_right, kind_of, response_of
from lms.catalogue.models import AnswerKey, CourseVersion
from lms.classes.models import Enrolment
from lms.learning.models import Attempt, Launch, Registration
from xapi.raw_sql import PreparedQuery

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
    """One attempt of a learner in a version of a course; `answers` and `drawn` are JSON."""

    learner: int
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
    rows = _ATTEMPTS[class_id is not None].ask(session, course=quiz.course_id, activity=quiz.activity, **_in_class(class_id))
    attempts = sorted(rows, key=itemgetter(5, 6))
    of_key = attempts if len(same) == len(keys) else [one for one in attempts if one[3] in same]
    return count(key, (one[:5] for one in of_key), len(attempts) - len(of_key))


def analyse_question(
    session: Session, quiz: Quiz, question: tuple[str, Mapping[str, Any]], asked: Mapping[int, bool], common: int
) -> Analysis:
    """Return the analysis of one question (its id and its entry in the key) of a quiz.

    `asked` are the versions in which the quiz asks it, and whether the same answer is right there. Attempts at other versions are no
    attempts at this question, and count nowhere.
    """
    rows = [one for one in _ATTEMPTS[False].ask(session, course=quiz.course_id, activity=quiz.activity) if one[3] in asked]
    of_key = [one for one in sorted(rows, key=itemgetter(5, 6)) if asked[one[3]]]
    return count({"questions": dict([question])}, (one[:5] for one in of_key), len(rows) - len(of_key), common)


def _keys(session: Session, quiz: Quiz) -> dict[int, dict[str, Any]]:
    """Return the answer keys of the activity in every version of its course."""
    rows = session.execute(
        select(AnswerKey.course_version_id, AnswerKey.document)
        .join(CourseVersion, CourseVersion.id == AnswerKey.course_version_id)
        .where(CourseVersion.course_id == quiz.course_id, AnswerKey.activity == quiz.activity)
    )
    return {version: key for version, key in rows}


def _in_class(class_id: int | None) -> dict[str, int]:
    return {} if class_id is None else {"class": class_id}


def _attempts(*, in_class: bool) -> PreparedQuery:
    """Select attempts at a quiz as `Handed` has them, and what puts those of one learner in order: older registrations are aliases.

    Answers are read as text, because Python's own reader of JSON is slow.
    """
    asked = (
        Registration.enrolment_id,
        cast(Attempt.answers, Text),
        Attempt.passed,
        Launch.course_version_id,
        cast(Attempt.drawn, Text),
        Registration.alias_of.is_(None),
        Attempt.number,
    )
    wanted = (
        select(*asked)
        .join(Registration, and_(Registration.id == Attempt.registration_id, Registration.course_id == bindparam("course")))
        .join(Launch, Launch.id == Attempt.launch_id)
        .where(Attempt.activity == bindparam("activity"))
    )
    if in_class:
        wanted = wanted.join(Enrolment, Enrolment.id == Registration.enrolment_id).where(Enrolment.class_id == bindparam("class"))
    return PreparedQuery(wanted)


_ATTEMPTS = (_attempts(in_class=False), _attempts(in_class=True))


class _Tally:
    """Counts the answers to one question as they were sent, so that each different answer is judged once."""

    def __init__(self, question: Mapping[str, Any]) -> None:
        self.question, self.asked = question, 0
        self.first, self.last = Counter[bytes](), Counter[bytes]()

    def judged(self, answers: Counter[bytes]) -> Iterator[tuple[tuple[str, ...], bool, int]]:
        """Yield each different answer as it is graded, whether it is right, and how often it was given; not answered is left out."""
        for value, times in answers.items():
            if response := response_of(self.question, _READ(value)):
                yield response, is_right(self.question, response), times


_READ = msgspec.json.Decoder().decode
_READ_ANSWERS = msgspec.json.Decoder(dict[str, msgspec.Raw]).decode
_READ_NAMES = msgspec.json.Decoder(list[str]).decode


def count(
    key: Mapping[str, Any], attempts: Iterable[tuple[int, str, bool, int, str | None]], others: int = 0, common: int = COMMON
) -> Analysis:
    """Count attempts (`Handed`), each learner's in order, that were graded with `key`; `others` were not. Pure."""
    tallies = {name: _Tally(question) for name, question in key["questions"].items()}
    first: dict[int, str] = {}
    last: dict[int, tuple[str, str | None]] = {}
    passed: set[int] = set()
    number = 0
    for learner, answers, has_passed, _version, drawn in attempts:
        number += 1
        first.setdefault(learner, answers)
        last[learner] = answers, drawn
        if has_passed:
            passed.add(learner)
    for answers in first.values():
        for name, value in _READ_ANSWERS(answers).items():
            if name in tallies:
                tallies[name].first[bytes(value)] += 1
    for answers, drawn in last.values():
        _count_last(tallies, answers, None if drawn is None else _READ_NAMES(drawn))
    return Analysis(
        learners=len(first),
        attempts=number,
        passed=len(passed),
        other_attempts=others,
        questions=[_result(name, tally, common) for name, tally in tallies.items()],
    )


def _count_last(tallies: Mapping[str, _Tally], answers: str, drawn: Collection[str] | None) -> None:
    asked = tallies if drawn is None else [name for name in drawn if name in tallies]
    given = _READ_ANSWERS(answers)
    for name in asked:
        tally = tallies[name]
        tally.asked += 1
        if name in given:
            tally.last[bytes(given[name])] += 1


def _as_counted(question: Mapping[str, Any], response: tuple[str, ...]) -> tuple[str, ...]:
    """Return a wrong answer in one form for all that are the same: options and pairs in any order, blanks without their spaces."""
    kind = kind_of(question)
    if kind == FILL:
        return tuple(comparable(one, case=question.get("case", False)) for one in response)
    return response if kind == ORDER else tuple(sorted(response))


def _result(name: str, tally: _Tally, most: int) -> QuestionResult:
    answered = right = 0
    wrong: Counter[tuple[str, ...]] = Counter()
    for response, is_it, times in tally.judged(tally.first):
        answered += times
        if is_it:
            right += times
        else:
            wrong[_as_counted(tally.question, response)] += times
    common = sorted(wrong.items(), key=lambda one: (-one[1], one[0]))[:most]
    in_the_end = sum(times for _response, is_it, times in tally.judged(tally.last) if is_it)
    return QuestionResult(name, answered, right, tally.asked, in_the_end, [WrongAnswer(*one) for one in common])
