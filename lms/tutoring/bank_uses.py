"""How is one question of the bank answered in all quizzes that copied it? Over all their classes, and without names.

A copy has the code of its question as its id; in the quiz from which a question was put into the bank it has the id that it had there, and
the answer key names the code. Only quizzes in courses that a person may publish are counted, as for the analysis of one
quiz; of the others only the number is told.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Text, and_, cast, select
from sqlalchemy.orm import Session

from courses.answer_key import is_of_checks
from courses.outline import Activity
from lms.accounts.models import Person
from lms.catalogue.models import AnswerKey, CourseVersion
from lms.catalogue.publish import may_publish, outline_of
from lms.tutoring.questions import COMMON, Analysis, QuestionResult, Quiz, WrongAnswer, analyse_question

JUDGED = ("kind", "correct", "accept", "case")  # of an entry of an answer key: what decides whether an answer is right
ALL = 10**9  # wrong answers: all are needed for the sum


@dataclass(frozen=True, slots=True)
class QuestionUse:
    """One quiz that asks a question, in the newest version that does; the analysis is of that question alone."""

    version: CourseVersion
    activity: Activity
    analysis: Analysis

    @property
    def result(self) -> QuestionResult:
        """The question's result in this quiz."""
        return self.analysis.questions[0]


@dataclass(frozen=True, slots=True)
class QuestionUses:
    """All quizzes that ask a question and that a person may see, their sum, and how many courses of others ask it too."""

    uses: Sequence[QuestionUse]
    total: QuestionResult
    other_attempts: int  # at copies with another answer, left out
    other_courses: int


class _Copy(NamedTuple):
    course_id: int
    activity: str
    version_id: int
    name: str
    entry: Mapping[str, Any]


def uses_of(session: Session, by: Person, code: str) -> QuestionUses:
    """Return how a question was answered in every quiz that asks it; the answer in the version published last decides what is right."""
    copies = _copies(session, code)
    newest = {(one.course_id, one.activity): one for one in copies}  # they come in the order of publishing
    versions = {place: session.get_one(CourseVersion, one.version_id) for place, one in newest.items()}
    mine = {place for place, version in versions.items() if may_publish(session, version.course, by)}
    own = [one for one in copies if (one.course_id, one.activity) in mine]
    entry = own[-1].entry if own else {}
    asked: dict[tuple[int, str], dict[int, bool]] = {place: {} for place in mine}
    for one in own:
        asked[one.course_id, one.activity][one.version_id] = _judged(one.entry) == _judged(entry)
    uses = [_use(session, versions[place], newest[place], (newest[place].name, entry), asked[place]) for place in sorted(mine)]
    others = {version.course_id for place, version in versions.items() if place not in mine}
    shown = [one for one in uses if one is not None]
    left_out = sum(one.analysis.other_attempts for one in shown)
    return QuestionUses(shown, _total(code, [one.result for one in shown]), left_out, len(others))


def _copies(session: Session, code: str) -> list[_Copy]:
    """Return the copies of a question in the order of publishing, each under its own id in its quiz."""
    found = [
        _Copy(course_id, activity, version_id, name, key["questions"][name])
        for course_id, activity, version_id, key in _keys(session, cast(AnswerKey.document, Text).contains(f'"{code}"', autoescape=True))
        if not is_of_checks(key) and (name := _name_in(key, code)) is not None
    ]
    return sorted([*found, *_before(session, found, code)], key=lambda one: one.version_id)


def _name_in(key: Mapping[str, Any], code: str) -> str | None:
    """Return the id of a question in a quiz: its code, or another if the question was put into the bank from this quiz."""
    questions = key["questions"]
    return code if code in questions else next((name for name, one in questions.items() if one.get("bank") == code), None)


def _before(session: Session, copies: Sequence[_Copy], code: str) -> Iterator[_Copy]:
    """Yield the question in the versions that were published before it was put into the bank from their quiz."""
    known = {(one.course_id, one.activity, one.version_id) for one in copies}
    for course_id, activity, name in sorted({(one.course_id, one.activity, one.name) for one in copies if one.name != code}):
        of_quiz = and_(CourseVersion.course_id == course_id, AnswerKey.activity == activity)
        for _course, _activity, version_id, key in _keys(session, of_quiz):
            if name in key["questions"] and (course_id, activity, version_id) not in known:
                yield _Copy(course_id, activity, version_id, name, key["questions"][name])


def _keys(session: Session, wanted: ColumnElement[bool]) -> list[tuple[int, str, int, dict[str, Any]]]:
    rows = session.execute(
        select(CourseVersion.course_id, AnswerKey.activity, CourseVersion.id, AnswerKey.document)
        .join(CourseVersion, CourseVersion.id == AnswerKey.course_version_id)
        .where(wanted)
        .order_by(CourseVersion.id)
    )
    return [(course_id, activity, version_id, key) for course_id, activity, version_id, key in rows]


def _judged(entry: Mapping[str, Any]) -> list[Any]:
    return [entry.get(name) for name in JUDGED]


def _use(
    session: Session, version: CourseVersion, copy: _Copy, question: tuple[str, Mapping[str, Any]], asked: Mapping[int, bool]
) -> QuestionUse | None:
    activity = next((one for one in outline_of(version).activities if one.key == copy.activity), None)
    if activity is None:
        return None
    quiz = Quiz(version.id, version.course_id, copy.activity)
    return QuestionUse(version, activity, analyse_question(session, quiz, question, asked, ALL))


def _total(code: str, results: Iterable[QuestionResult]) -> QuestionResult:
    results = list(results)
    wrong: Counter[tuple[str, ...]] = Counter()
    for one in results:
        wrong.update({answer.options: answer.count for answer in one.wrong})
    answered, right, asked, in_the_end = (
        sum(getattr(one, name) for one in results) for name in ("answered", "right", "asked", "right_in_the_end")
    )
    common = sorted(wrong.items(), key=lambda one: (-one[1], one[0]))[:COMMON]
    return QuestionResult(code, answered, right, asked, in_the_end, [WrongAnswer(*one) for one in common])
