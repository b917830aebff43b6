"""Check the content of our own H5P types: reading pages, quizzes, videos with checkpoints.

People write these by hand, so every mistake is named with its path inside content.json.
"""

from collections.abc import Callable, Mapping
from typing import Any

from courses.reader import CourseReader
from courses.strict_json.problem import Problem

READING, QUIZ, CHECKPOINT_VIDEO = "TH.Reading", "TH.Quiz", "TH.CheckpointVideo"
TYPES = ("single", "multiple", "boolean")
MOST_PAGES, MOST_CHECKS, MOST_QUESTIONS, MOST_OPTIONS, MOST_CHECKPOINTS = 100, 20, 200, 26, 100
LONGEST_BODY, LONGEST_LINE = 50_000, 2000
MOST_SECONDS = 36_000
TELLING = frozenset({"answer", "answers", "correct", "feedback"})  # a server-graded quiz must not send these to the browser


def check_reading(body: Any) -> list[Problem]:
    """Check the content of TH.Reading: pages, each with a heading, a body and optional questions."""
    reader = CourseReader()
    found = reader.object(body, "", ("pages",), ("l10n",))
    seen: set[str] = set()
    for number, value in enumerate(reader.array(found["pages"], "pages", MOST_PAGES) if found else []):
        path = f"pages[{number}]"
        page = reader.object(value, path, ("heading", "body"), ("checks",))
        if page is None:
            continue
        reader.filled(page["heading"], f"{path}.heading", LONGEST_LINE)
        reader.filled(page["body"], f"{path}.body", LONGEST_BODY)
        for place, one in enumerate(reader.array(page["checks"], f"{path}.checks", MOST_CHECKS) if page.get("checks") else []):
            check = reader.object(one, f"{path}.checks[{place}]", ("id", "question", "options", "answer"), ("feedback",))
            if check is not None:
                _check_question(reader, check, f"{path}.checks[{place}]", seen)
    return reader.problems


def check_quiz(body: Any) -> list[Problem]:
    """Check the content of TH.Quiz; right answers in it are a problem because browsers can read them."""
    reader = CourseReader()
    found = reader.object(body, "", ("questions",), ("intro", "l10n"))
    seen: set[str] = set()
    for number, value in enumerate(reader.array(found["questions"], "questions", MOST_QUESTIONS) if found else []):
        path = f"questions[{number}]"
        question = reader.object(value, path, ("id", "type", "text", "options"), TELLING)
        if question is None:
            continue
        for key in TELLING & question.keys():
            reader.refuse("answer-shown", f"{path}.{key}")
        _unique(reader, question["id"], f"{path}.id", seen)
        reader.choice(question["type"], f"{path}.type", TYPES)
        reader.filled(question["text"], f"{path}.text", LONGEST_LINE)
        _check_options(reader, question["options"], f"{path}.options")
    return reader.problems


def check_checkpoint_video(body: Any) -> list[Problem]:
    """Check the content of TH.CheckpointVideo: checkpoints in order, inside the video."""
    reader = CourseReader()
    found = reader.object(body, "", ("video", "duration", "checkpoints"), ("captions", "poster", "l10n"))
    if found is None:
        return reader.problems
    reader.entry(found["video"], "video")
    duration = reader.above_zero(found["duration"], "duration", most=MOST_SECONDS)
    for number, value in enumerate(reader.array(found["captions"], "captions", MOST_OPTIONS) if found.get("captions") else []):
        captions = reader.object(value, f"captions[{number}]", ("path", "language", "label"), ())
        if captions is not None:
            reader.entry(captions["path"], f"captions[{number}].path")
    seen: set[str] = set()
    before = 0.0
    for number, value in enumerate(reader.array(found["checkpoints"], "checkpoints", MOST_CHECKPOINTS)):
        path = f"checkpoints[{number}]"
        one = reader.object(value, path, ("id", "at", "question", "options", "answer"), ("feedback",))
        if one is None:
            continue
        _check_question(reader, one, path, seen)
        at = reader.above_zero(one["at"], f"{path}.at", most=MOST_SECONDS)
        if not before < at < duration:
            reader.refuse("checkpoint-order", f"{path}.at", one["at"])
        before = at
    return reader.problems


CHECKS: Mapping[str, Callable[[Any], list[Problem]]] = {
    READING: check_reading,
    QUIZ: check_quiz,
    CHECKPOINT_VIDEO: check_checkpoint_video,
}


def files_of(main: str, body: Any) -> list[str]:
    """Return the files in content/ that content of one of our types plays."""
    if main != CHECKPOINT_VIDEO:
        return []
    captions = body.get("captions") or []
    return [body["video"], *(one["path"] for one in captions), *([body["poster"]] if body.get("poster") else [])]


def compare_key(body: Any, key: Mapping[str, Any]) -> list[Problem]:
    """Return the points in which an answer key does not match its quiz. Both must have been checked; paths are those of the key."""
    questions = {one["id"]: one for one in body["questions"]}
    problems = [Problem("no-question", f"questions.{name}") for name in key["questions"] if name not in questions]
    for name, question in questions.items():
        if name not in key["questions"]:
            problems.append(Problem("question-not-in-key", f"questions.{name}"))
            continue
        correct, options = key["questions"][name]["correct"], {one["id"] for one in question["options"]}
        problems += [Problem("no-option", f"questions.{name}.correct", {"option": str(one)}) for one in correct if one not in options]
        if question["type"] != "multiple" and len(correct) > 1:
            problems.append(Problem("one-option-only", f"questions.{name}.correct"))
    return problems


def _check_question(reader: CourseReader, question: Mapping[str, Any], path: str, seen: set[str]) -> None:
    """Check a question whose right answer is the number of an option."""
    _unique(reader, question["id"], f"{path}.id", seen)
    reader.filled(question["question"], f"{path}.question", LONGEST_LINE)
    options = reader.array(question["options"], f"{path}.options", MOST_OPTIONS)
    for number, option in enumerate(options):
        reader.filled(option, f"{path}.options[{number}]", LONGEST_LINE)
    if len(options) == 1:
        reader.refuse("needs-two", f"{path}.options")
    reader.whole(question["answer"], f"{path}.answer", least=0, most=max(0, len(options) - 1))
    if "feedback" in question:
        reader.filled(question["feedback"], f"{path}.feedback", LONGEST_LINE)


def _check_options(reader: CourseReader, value: Any, path: str) -> None:
    seen: set[str] = set()
    options = reader.array(value, path, MOST_OPTIONS)
    for number, one in enumerate(options):
        option = reader.object(one, f"{path}[{number}]", ("id", "text"), ())
        if option is not None:
            _unique(reader, option["id"], f"{path}[{number}].id", seen)
            reader.filled(option["text"], f"{path}[{number}].text", LONGEST_LINE)
    if len(options) == 1:
        reader.refuse("needs-two", path)


def _unique(reader: CourseReader, value: Any, path: str, seen: set[str]) -> None:
    name = reader.slug(value, path)
    if name and name in seen:
        reader.refuse("id-twice", path, what=name)
    seen.add(name)
