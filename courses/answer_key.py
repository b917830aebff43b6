"""Check an answer key, and draw the questions of an attempt from it.

A key may draw at random: `draw` asks for a number of questions of a tag; questions without a drawn tag are always asked.
"""

import hashlib
from collections.abc import Mapping
from typing import Any

from courses.grading import CHOICE, FILL, KINDS, LONGEST_FILLED, LONGEST_OPTION, MATCH, MOST_BLANKS, MOST_OPTIONS, PERCENT
from courses.reader import CourseReader
from courses.strict_json.problem import Problem

MOST_QUESTIONS = 200
MOST_CHECKS = 2000  # of a reading: a hundred pages with twenty each
MOST_POINTS = 100
MOST_ATTEMPTS = 50
MOST_ACCEPTED = 20
MOST_TAGS, LONGEST_TAG = 10, 40
LONGEST_FEEDBACK = 2000


def is_of_checks(key: Mapping[str, Any]) -> bool:
    """Say whether a key is of the check questions of a reading or a film, which can be tried again and pass nobody."""
    return bool(key.get("checks"))


def check_key(key: Any) -> list[Problem]:
    """Return the problems of an answer key, each with its path."""
    reader = CourseReader()
    found = reader.object(key, "", ("pass_percent", "questions"), ("max_attempts", "draw", "checks"))
    if found is None:
        return reader.problems
    reader.whole(found["pass_percent"], "pass_percent", least=1, most=PERCENT)
    if "checks" in found:
        reader.boolean(found["checks"], "checks")
    if found.get("max_attempts") is not None:
        reader.whole(found["max_attempts"], "max_attempts", least=1, most=MOST_ATTEMPTS)
    questions = found["questions"]
    most = MOST_CHECKS if is_of_checks(found) else MOST_QUESTIONS
    if not isinstance(questions, Mapping) or not 1 <= len(questions) <= most:
        reader.refuse("questions", "questions", questions, most=most)
        return reader.problems
    for name, question in questions.items():
        reader.slug(name, f"questions.{name}")
        _check_question(reader, question, f"questions.{name}")
    draws = reader.array(found["draw"], "draw", MOST_TAGS) if found.get("draw") else []
    if not reader.problems:
        check_draws(reader, draws, [(one.get("tags", ()), one.get("points", 1)) for one in questions.values()])
    return reader.problems


def check_draws(reader: CourseReader, draws: list[Any], questions: list[tuple[Any, int]]) -> None:
    """Check draws against the tags and points of the questions: a tag has enough of them, all worth the same.

    Otherwise one learner's attempt could be worth more points than another's.
    """
    seen: set[str] = set()
    for number, value in enumerate(draws):
        path = f"draw[{number}]"
        draw = reader.object(value, path, ("tag", "count"), ())
        if draw is None:
            continue
        tag = reader.filled(draw["tag"], f"{path}.tag", LONGEST_TAG)
        count = reader.whole(draw["count"], f"{path}.count", least=1, most=MOST_QUESTIONS)
        points = [worth for tags, worth in questions if tag in tags]
        if tag and tag in seen:
            reader.refuse("tag-twice", f"{path}.tag", tag=tag)
        elif tag and len(points) < count:
            reader.refuse("too-few-of-tag", f"{path}.count", tag=tag, there=len(points))
        elif tag and len(set(points)) > 1:
            reader.refuse("unequal-points", f"{path}.tag", tag=tag)
        seen.add(tag)
    for tags, _points in questions:
        if len(shared := sorted(seen.intersection(tags))) > 1:
            reader.refuse("drawn-twice", "draw", one=shared[0], other=shared[1])
            return


def draw(key: Mapping[str, Any], seed: str) -> tuple[str, ...] | None:
    """Return the questions of one attempt, in the order of the key; None if the key draws nothing and all are asked.

    The same seed draws the same questions, in every process and every version of Python.
    """
    draws, questions = key.get("draw"), key["questions"]
    if not draws:
        return None

    def chance(name: str) -> bytes:
        return hashlib.sha256(f"{seed}/{name}".encode()).digest()

    tagged = {one["tag"]: [name for name, question in questions.items() if one["tag"] in question.get("tags", ())] for one in draws}
    drawn = {name for one in draws for name in sorted(tagged[one["tag"]], key=chance)[: one["count"]]}
    left_out = {name for names in tagged.values() for name in names} - drawn
    return tuple(name for name in questions if name not in left_out)


def _check_question(reader: CourseReader, value: Any, path: str) -> None:
    kind = value.get("kind", CHOICE) if isinstance(value, dict) else CHOICE
    answer, more = (("accept",), ("case",)) if kind == FILL else (("correct",), ())
    found = reader.object(value, path, answer, ("kind", "points", "feedback", "tags", "bank", *more))
    if found is None:
        return
    if "kind" in found:
        reader.choice(kind, f"{path}.kind", KINDS)
    if kind == FILL:
        _check_blanks(reader, found, path)
    else:
        _check_correct(reader, found["correct"], f"{path}.correct", pairs=kind == MATCH)
    for number, tag in enumerate(reader.array(found["tags"], f"{path}.tags", MOST_TAGS) if "tags" in found else []):
        reader.filled(tag, f"{path}.tags[{number}]", LONGEST_TAG)
    if "bank" in found:
        reader.slug(found["bank"], f"{path}.bank")
    if "points" in found:
        reader.whole(found["points"], f"{path}.points", least=1, most=MOST_POINTS)
    if "feedback" in found and (feedback := reader.object(found["feedback"], f"{path}.feedback", ("zh",), ("en",))):
        for language in feedback:
            reader.filled(feedback[language], f"{path}.feedback.{language}", LONGEST_FEEDBACK)


def _check_blanks(reader: CourseReader, found: Mapping[str, Any], path: str) -> None:
    for number, texts in enumerate(reader.array(found["accept"], f"{path}.accept", MOST_BLANKS)):
        for place, text in enumerate(reader.array(texts, f"{path}.accept[{number}]", MOST_ACCEPTED)):
            reader.filled(text, f"{path}.accept[{number}][{place}]", LONGEST_FILLED)
    if "case" in found:
        reader.boolean(found["case"], f"{path}.case")


def _check_correct(reader: CourseReader, value: Any, path: str, *, pairs: bool) -> None:
    correct = reader.array(value, path, MOST_OPTIONS)
    for number, option in enumerate(correct):
        for part in str(option).split("=", 1) if pairs else [option]:
            reader.slug(part, f"{path}[{number}]")
        if pairs and (len(str(option)) > LONGEST_OPTION or "=" not in str(option)):
            reader.refuse("pair", f"{path}[{number}]", most=LONGEST_OPTION)
    if len({str(option) for option in correct}) < len(correct):
        reader.refuse("option-twice", path)
