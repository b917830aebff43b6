"""The document of a quiz that the server grades."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from courses.answer_key import MOST_ATTEMPTS, MOST_QUESTIONS, MOST_TAGS, check_draws
from courses.authoring.questions import QuizQuestion, question_json, read_question
from courses.formats.own import LONGEST_LINE
from courses.grading import PERCENT
from courses.reader import CourseReader

PASS_PERCENT = 60  # of a new quiz


@dataclass(frozen=True, slots=True)
class QuizDraw:
    """A number of questions of a tag that each attempt draws at random."""

    tag: str
    count: int


@dataclass(frozen=True, slots=True)
class QuizDocument:
    """A quiz with its answers. Without draws, every attempt has every question."""

    questions: tuple[QuizQuestion, ...]
    intro: str = ""
    pass_percent: int = PASS_PERCENT
    max_attempts: int | None = None
    shuffle_questions: bool = False
    shuffle_options: bool = False
    draws: tuple[QuizDraw, ...] = ()


def holds_answers(body: Any) -> bool:
    """Say whether the content of a TH.Quiz is an author's, with its answers, and not the part that is served."""
    return isinstance(body, Mapping) and "pass_percent" in body


def read_quiz(reader: CourseReader, body: Any) -> QuizDocument:
    """Read a quiz with its answers; if there are problems, what is returned must not be used."""
    optional = ("intro", "max_attempts", "shuffle_questions", "shuffle_options", "draw", "l10n")
    found = reader.object(body, "", ("pass_percent", "questions"), optional)
    if found is None:
        return QuizDocument(())
    written = reader.array(found["questions"], "questions", MOST_QUESTIONS)
    read = [read_question(reader, one, f"questions[{number}]") for number, one in enumerate(written)]
    questions = tuple(one for one in read if one is not None)
    _refuse_repeated_ids(reader, written)
    draws = reader.array(found["draw"], "draw", MOST_TAGS) if found.get("draw") else []
    if len(questions) == len(read):
        check_draws(reader, draws, [(one.tags, one.points) for one in questions])
    most = found.get("max_attempts")
    return QuizDocument(
        questions,
        intro=reader.filled(found["intro"], "intro", LONGEST_LINE) if found.get("intro") else "",
        pass_percent=reader.whole(found["pass_percent"], "pass_percent", least=1, most=PERCENT),
        max_attempts=None if most is None else reader.whole(most, "max_attempts", least=1, most=MOST_ATTEMPTS),
        shuffle_questions=reader.boolean(found.get("shuffle_questions", False), "shuffle_questions"),
        shuffle_options=reader.boolean(found.get("shuffle_options", False), "shuffle_options"),
        draws=() if reader.problems else tuple(QuizDraw(one["tag"].strip(), int(one["count"])) for one in draws),
    )


def _refuse_repeated_ids(reader: CourseReader, questions: list[Any]) -> None:
    seen: set[str] = set()
    for number, one in enumerate(questions):
        name = one.get("id") if isinstance(one, dict) else None
        if isinstance(name, str) and name in seen:
            reader.refuse("id-twice", f"questions[{number}].id", what=name)
        seen.add(str(name))


def quiz_json(quiz: QuizDocument) -> dict[str, Any]:
    """Return a quiz as JSON, with its answers; `read_quiz` is the inverse."""
    written: dict[str, Any] = {"pass_percent": quiz.pass_percent, "max_attempts": quiz.max_attempts}
    if quiz.intro:
        written["intro"] = quiz.intro
    for name in ("shuffle_questions", "shuffle_options"):
        if getattr(quiz, name):
            written[name] = True
    if quiz.draws:
        written["draw"] = [{"tag": one.tag, "count": one.count} for one in quiz.draws]
    return {**written, "questions": [question_json(one) for one in quiz.questions]}
