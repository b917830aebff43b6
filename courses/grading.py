"""How good are these answers? Pure: an answer key and what the learner chose go in, a grade comes out.

The key stays on the server; what a page learns of it is in the grade.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from courses.outline import Problem

MOST_POINTS = 1000
WHOLE_PERCENT = 100
FIELDS = {"pass_percent", "max_attempts", "questions"}
QUESTION_FIELDS = {"correct", "points", "feedback"}


@dataclass(frozen=True, slots=True)
class ItemResult:
    """One question: what was chosen, whether that was right, and what to say to it."""

    id: str
    correct: bool
    response: tuple[str, ...]
    feedback: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Grade:
    """A graded submission. Points are all or nothing for each question."""

    score_raw: int
    score_max: int
    passed: bool
    items: tuple[ItemResult, ...]


def grade(key: Mapping[str, Any], answers: Mapping[str, Any]) -> Grade:
    """Grade answers (`{question: option or [options]}`); what was not answered is wrong, what is not asked is ignored."""
    items = []
    score = most = 0
    for name, question in key["questions"].items():
        response = _chosen(answers.get(name))
        right = response == tuple(sorted(set(question["correct"])))
        points = question.get("points", 1)
        most += points
        score += points if right else 0
        items.append(ItemResult(name, right, response, question.get("feedback", {})))
    return Grade(score, most, score * WHOLE_PERCENT >= key["pass_percent"] * most, tuple(items))


def right_answers(key: Mapping[str, Any]) -> dict[str, list[str]]:
    """Return the answers that get every point."""
    return {name: sorted(set(question["correct"])) for name, question in key["questions"].items()}


def attempts_allowed(key: Mapping[str, Any]) -> int | None:
    """Return how many times the quiz may be handed in; None where there is no limit."""
    return key.get("max_attempts")


def _chosen(value: Any) -> tuple[str, ...]:
    if isinstance(value, str):
        return (value,)
    if isinstance(value, list | tuple):
        return tuple(sorted({item for item in value if isinstance(item, str)}))
    return ()


def check_key(key: Any, path: str = "$") -> list[Problem]:
    """Return every problem of an answer key, with its path."""
    if not isinstance(key, dict):
        return [Problem(path, "must be an object")]
    return list(_problems(key, path))


def _problems(key: Mapping[str, Any], path: str) -> Iterable[Problem]:
    yield from (Problem(f"{path}.{name}", "is not known here") for name in key if name not in FIELDS)
    if not _whole(key.get("pass_percent"), 0, WHOLE_PERCENT):
        yield Problem(f"{path}.pass_percent", "must be a whole number from 0 to 100")
    if key.get("max_attempts") is not None and not _whole(key["max_attempts"], 1, MOST_POINTS):
        yield Problem(f"{path}.max_attempts", "must be a whole number above 0, or left out")
    questions = key.get("questions")
    if not isinstance(questions, dict) or not questions:
        yield Problem(f"{path}.questions", "must be an object with at least one question")
        return
    for name, question in questions.items():
        yield from _question_problems(question, f"{path}.questions.{name}")


def _question_problems(question: Any, path: str) -> Iterable[Problem]:
    if not isinstance(question, dict):
        yield Problem(path, "must be an object")
        return
    yield from (Problem(f"{path}.{name}", "is not known here") for name in question if name not in QUESTION_FIELDS)
    correct = question.get("correct")
    if not isinstance(correct, list) or not correct or not all(isinstance(item, str) for item in correct):
        yield Problem(f"{path}.correct", "must be a list of the ids of the right options")
    if not _whole(question.get("points", 1), 1, MOST_POINTS):
        yield Problem(f"{path}.points", f"must be a whole number from 1 to {MOST_POINTS}")
    feedback = question.get("feedback", {})
    if not isinstance(feedback, dict) or set(feedback) - {"zh", "en"} or not all(isinstance(words, str) for words in feedback.values()):
        yield Problem(f"{path}.feedback", "must be an object with the texts zh and en")


def _whole(value: Any, least: int, most: int) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and least <= value <= most
