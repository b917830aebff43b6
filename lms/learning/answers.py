"""Grade quizzes on the server: once for each submission; the LMS itself writes the result as a statement."""

import uuid
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Select, and_, select
from sqlalchemy.orm import Session

from courses.answer_key import draw, is_of_checks
from courses.grading import Grade, grade, is_blank
from courses.values import NOTHING
from lms import vocabulary as v
from lms.catalogue.models import AnswerKey
from lms.learning import restarts, stating
from lms.learning.models import Attempt, Launch
from lms.learning.state import lock

GradedAttempts = list[tuple[Attempt, dict[str, Any]]]  # each with the answer key that graded it


class Declined(StrEnum):
    """The reason why a submission was not graded."""

    NO_KEY = "no-key"
    BAD_ID = "bad-id"
    OTHER_ANSWERS = "other-answers"
    NO_ATTEMPTS = "no-attempts"
    BLANK = "blank"
    OTHER_QUESTIONS = "other-questions"


@dataclass(frozen=True, slots=True)
class GradedAnswer:
    """A graded submission; `statements` is the number of statements that were just written about it."""

    number: int
    left: int | None  # remaining attempts; None without a limit
    grade: Grade
    statements: int
    pass_percent: int
    drawn: tuple[str, ...] | None  # the questions of the next attempt; None: all

    def reply(self) -> dict[str, Any]:
        """Return the reply to the page: score, pass mark, and each question's result and feedback, never the right answers."""
        return {"number": self.number, "left": self.left, "pass_percent": self.pass_percent, "drawn": self.drawn, **asdict(self.grade)}


def submit(
    session: Session, launch: Launch, submission: str, given: Mapping[str, Any], public_url: str, now: datetime
) -> GradedAnswer | Declined:
    """Grade a submission and write the result; the same submission again gets the same grade and is not a second attempt."""
    key = session.scalar(_key_of(launch))
    if key is None or is_of_checks(key):
        return Declined.NO_KEY
    try:
        attempt_id = uuid.UUID(submission)
    except ValueError:
        return Declined.BAD_ID
    if is_blank(key, given):
        return Declined.BLANK  # not an attempt: it would reveal the hints, or cost an attempt after an accidental click
    lock(session, launch)
    earlier = _attempts(session, launch)
    number = _next_number(earlier)
    drawn = draw(key, _seed(launch, number))
    used = _used(_since_restart(session, launch, earlier), key)
    known = session.get(Attempt, attempt_id)
    if known is not None:
        own = known.registration_id == launch.registration_id and known.activity == launch.activity
        by = next((by for one, by in earlier if one.id == attempt_id), key)
        return _outcome(known, by, _attempts_left(key, used), 0, drawn) if own and known.answers == given else Declined.OTHER_ANSWERS
    others = drawn is not None and not given.keys() <= set(drawn)  # another page has handed in, and the next attempt draws others
    if others or _attempts_left(key, used) == 0:
        return Declined.OTHER_QUESTIONS if others else Declined.NO_ATTEMPTS
    attempt = _attempt(launch, attempt_id, given, grade(key, given, drawn), now)
    attempt.number, attempt.drawn = number, None if drawn is None else list(drawn)
    session.add(attempt)
    session.flush()
    outcome = _outcome(attempt, key, _attempts_left(key, used + 1), 1, draw(key, _seed(launch, number + 1)))
    _state(session, launch, attempt, outcome.grade, public_url)
    return outcome


def check(session: Session, launch: Launch, given: Mapping[str, Any]) -> dict[str, Any] | None:
    """Return whether answers to check questions of a reading or a film are right, in the form of a quiz's reply; None if it has none.

    They can be tried again, so nothing is stored: the content reports each answer, and when it is completed.
    """
    key = session.scalar(_key_of(launch))
    return checked(key, given) if key is not None and is_of_checks(key) else None


def checked(key: Mapping[str, Any], given: Mapping[str, Any]) -> dict[str, Any]:
    """Grade answers to check questions: those that were given, and no others. Only a right answer gets its feedback, which may tell it.

    They pass nobody: the page ends the measured stretch after a pass, and a reading may have dozens of checks.
    """
    graded = grade(key, given, given.keys())
    items = tuple(one if one.correct else replace(one, feedback=NOTHING) for one in graded.items)
    outcome = asdict(replace(graded, passed=False, items=items))
    return {"number": 0, "left": None, "pass_percent": key["pass_percent"], "drawn": None, **outcome}


def attempts_of(session: Session, launch: Launch) -> list[dict[str, Any]]:
    """Return the attempts at the launch's activity, since it was last started over, in the form of their replies, oldest first.

    None once this version has no quiz there: the class was moved, and something else stands in the place of the quiz.
    """
    earlier = _since_restart(session, launch, _attempts(session, launch))
    key = session.scalar(_key_of(launch)) if earlier else None
    if key is None or is_of_checks(key):
        return []
    left, drawn = _attempts_left(key, _used(earlier, key)), draw(key, _seed(launch, _next_number(earlier)))
    return [_outcome(attempt, by, left, 0, drawn).reply() for attempt, by in earlier]


def drawn_questions(session: Session, launch: Launch) -> tuple[str, ...] | None:
    """Return the questions of the learner's next attempt; None if it has all of them, or there is no quiz.

    They are made from the registration and the attempt's number, so loading the page again draws no others.
    """
    key = session.scalar(_key_of(launch))
    if key is None or not key.get("draw"):
        return None
    return draw(key, _seed(launch, _next_number(_attempts(session, launch))))


def _key_of(launch: Launch) -> Select[dict[str, Any]]:
    return select(AnswerKey.document).where(AnswerKey.course_version_id == launch.course_version_id, AnswerKey.activity == launch.activity)


def _next_number(attempts: GradedAttempts) -> int:
    return max((one.number for one, _ in attempts), default=0) + 1


def _seed(launch: Launch, number: int) -> str:
    return f"{launch.registration_id}/{launch.activity}/{number}"


def _attempts(session: Session, launch: Launch) -> GradedAttempts:
    """Return every attempt, oldest first, with the key that graded it: of the version in which it was made, perhaps another one."""
    rows = session.execute(
        select(Attempt, AnswerKey.document)
        .join(Launch, Launch.id == Attempt.launch_id)
        .join(AnswerKey, and_(AnswerKey.course_version_id == Launch.course_version_id, AnswerKey.activity == Attempt.activity))
        .where(Attempt.registration_id == launch.registration_id, Attempt.activity == launch.activity)
        .order_by(Attempt.number)
    )
    return [(attempt, key) for attempt, key in rows]


def _since_restart(
    session: Session, launch: Launch, attempts: list[tuple[Attempt, dict[str, Any]]]
) -> list[tuple[Attempt, dict[str, Any]]]:
    """Return the attempts that were made after the activity was last started over."""
    begun = restarts.last(session, launch) if attempts else None
    return attempts if begun is None else [(attempt, by) for attempt, by in attempts if attempt.at > begun]


def _used(attempts: Iterable[tuple[Attempt, Mapping[str, Any]]], key: Mapping[str, Any]) -> int:
    """Return how many attempts count toward a key's limit. Attempts that were graded with another key do not."""
    return sum(by == key for _, by in attempts)


def _attempts_left(key: Mapping[str, Any], used: int) -> int | None:
    most = key.get("max_attempts")
    return None if most is None else max(0, most - used)


def _attempt(launch: Launch, attempt_id: uuid.UUID, given: Mapping[str, Any], graded: Grade, now: datetime) -> Attempt:
    return Attempt(
        id=attempt_id,
        registration_id=launch.registration_id,
        activity=launch.activity,
        launch_id=launch.id,
        answers=dict(given),
        score=graded.score_raw,
        score_max=graded.score_max,
        passed=graded.passed,
        at=now,
    )


def _outcome(attempt: Attempt, key: Mapping[str, Any], left: int | None, statements: int, drawn: tuple[str, ...] | None) -> GradedAnswer:
    graded = grade(key, attempt.answers, attempt.drawn)
    return GradedAnswer(attempt.number, left, graded, statements, key["pass_percent"], drawn)


def _state(session: Session, launch: Launch, attempt: Attempt, graded: Grade, public_url: str) -> None:
    subject = stating.subject_of(session, launch, public_url)
    scaled = round(graded.score_raw / graded.score_max, 4) if graded.score_max else 0
    statement = stating.own_statement(
        subject,
        f"attempt/{attempt.id}",
        v.PASSED if graded.passed else v.FAILED,
        attempt.at,
        result={
            "success": graded.passed,
            "completion": True,
            "score": {"scaled": scaled, "raw": graded.score_raw, "min": 0, "max": graded.score_max},
        },
    )
    stating.store(session, [statement], public_url, attempt.at)
