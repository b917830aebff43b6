"""Grade a quiz on the server, from its answer key and the learner's answers only.

An answer key (`answers/<activity>.json`) is never served. An answer is right if exactly the right options were
chosen; a partly right answer earns no points.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from courses.reader import CourseReader
from courses.strict_json.problem import Problem
from courses.values import NOTHING, Text

ANSWERS = "answers/"  # the folder of answer keys in a package; nothing in it is ever served
MOST_QUESTIONS = 200
MOST_POINTS = 100
MOST_ATTEMPTS = 50
MOST_OPTIONS = 26
LONGEST_FEEDBACK = 2000
LONGEST_OPTION = 64
PERCENT = 100


@dataclass(frozen=True, slots=True)
class ItemResult:
    """The result of one question: the answer, whether it was right, and the author's feedback."""

    id: str
    correct: bool
    response: tuple[str, ...]
    feedback: Text


@dataclass(frozen=True, slots=True)
class Grade:
    """The outcome of one attempt, in points."""

    score_raw: int
    score_max: int
    passed: bool
    items: tuple[ItemResult, ...]


def grade(key: Mapping[str, Any], answers: Mapping[str, Any]) -> Grade:
    """Grade answers (question → the ids of the chosen options) with a key that `check_key` accepted.

    Answers come from the browser and may be anything: a value that is not a list of option ids counts as not answered, and answers to
    unknown questions are ignored. A question without an answer gets no feedback, because feedback might reveal the answer.
    """
    items = []
    raw = most = 0
    for name, question in key["questions"].items():
        response = chosen_options(answers.get(name))
        correct = set(response) == set(question["correct"])
        most += question.get("points", 1)
        raw += question.get("points", 1) if correct else 0
        items.append(ItemResult(name, correct, response, _feedback(question) if response else NOTHING))
    return Grade(raw, most, raw * PERCENT >= key["pass_percent"] * most, tuple(items))


def is_blank(key: Mapping[str, Any], answers: Mapping[str, Any]) -> bool:
    """Say whether no question of the key was answered."""
    return not any(chosen_options(answers.get(name)) for name in key["questions"])


def right_answers(key: Mapping[str, Any]) -> dict[str, list[str]]:
    """Return the answers that earn every point."""
    return {name: list(question["correct"]) for name, question in key["questions"].items()}


def check_key(key: Any) -> list[Problem]:
    """Return the problems of an answer key, each with its path."""
    reader = CourseReader()
    found = reader.object(key, "", ("pass_percent", "questions"), ("max_attempts",))
    if found is None:
        return reader.problems
    reader.whole(found["pass_percent"], "pass_percent", least=1, most=PERCENT)
    if found.get("max_attempts") is not None:
        reader.whole(found["max_attempts"], "max_attempts", least=1, most=MOST_ATTEMPTS)
    questions = found["questions"]
    if not isinstance(questions, Mapping) or not 1 <= len(questions) <= MOST_QUESTIONS:
        reader.refuse("questions", "questions", questions, most=MOST_QUESTIONS)
        return reader.problems
    for name, question in questions.items():
        reader.slug(name, f"questions.{name}")
        _check_question(reader, question, f"questions.{name}")
    return reader.problems


def _check_question(reader: CourseReader, value: Any, path: str) -> None:
    found = reader.object(value, path, ("correct",), ("points", "feedback"))
    if found is None:
        return
    correct = reader.array(found["correct"], f"{path}.correct", MOST_OPTIONS)
    for number, option in enumerate(correct):
        reader.slug(option, f"{path}.correct[{number}]")
    if len({str(option) for option in correct}) < len(correct):
        reader.refuse("option-twice", f"{path}.correct")
    if "points" in found:
        reader.whole(found["points"], f"{path}.points", least=1, most=MOST_POINTS)
    if "feedback" in found and (feedback := reader.object(found["feedback"], f"{path}.feedback", ("zh",), ("en",))):
        for language in feedback:
            reader.filled(feedback[language], f"{path}.feedback.{language}", LONGEST_FEEDBACK)


def chosen_options(value: Any) -> tuple[str, ...]:
    """Return the ids of the options in one answer as the browser sent it; none if it is not a list of option ids."""
    chosen = [value] if isinstance(value, str) else value
    if not isinstance(chosen, list | tuple) or len(chosen) > MOST_OPTIONS:
        return ()
    if not all(isinstance(one, str) and len(one) <= LONGEST_OPTION for one in chosen):
        return ()
    return tuple(dict.fromkeys(one for one in chosen if one))


def _feedback(question: Mapping[str, Any]) -> Text:
    said = question.get("feedback", {"zh": ""})
    return Text(said["zh"], said.get("en", said["zh"]))
