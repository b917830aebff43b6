"""Check the content of our own H5P types: reading pages, quizzes, videos with checkpoints, reflections.

People write these by hand, so every mistake is named with its path inside content.json.
"""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from courses.formats.own_blocks import check_blocks
from courses.grading import CHOICE, FILL, KINDS, MATCH, MOST_BLANKS, kind_of
from courses.reader import CourseReader
from courses.strict_json.problem import Problem

READING, QUIZ, CHECKPOINT_VIDEO, REFLECTION = "TH.Reading", "TH.Quiz", "TH.CheckpointVideo", "TH.Reflection"
SERVER_GRADED = (QUIZ, REFLECTION)
ASKS_SERVER = {READING: (1, 2), CHECKPOINT_VIDEO: (1, 1)}  # the first versions that do not need to hold the answers to check questions
GRADES_IN_PAGE = frozenset(f"{main}-{major}.{minor}" for main, (major, first) in ASKS_SERVER.items() for minor in range(first))
OPTIONED = ("single", "multiple", "boolean", "order")  # types of questions with options
TYPES = (*OPTIONED, "fill", "match")
MOST_PAGES, MOST_CHECKS, MOST_QUESTIONS, MOST_OPTIONS, MOST_CHECKPOINTS = 100, 20, 200, 26, 100
LONGEST_BODY, LONGEST_LINE, LONGEST_ALT, LONGEST_GUIDANCE = 50_000, 2000, 500, 5000
MOST_LEAST_CHARACTERS = 5000  # that a reflection may ask for at least
PICTURE_KINDS = ("image/jpeg", "image/png", "image/webp", "image/gif")
MOST_SECONDS = 36_000
MOST_REVISIONS = 10**6
TELLING = frozenset({"answer", "answers", "correct", "feedback"})  # a server-graded quiz must not send these to the browser


def check_reading(body: Any, *, served: bool = False) -> list[Problem]:
    """Check the content of TH.Reading: pages, each with a heading, a body and optional questions; `served` ones hold no answers."""
    reader = CourseReader()
    found = reader.object(body, "", ("pages",), ("l10n",))
    seen: set[str] = set()
    for number, value in enumerate(reader.array(found["pages"], "pages", MOST_PAGES) if found else []):
        path = f"pages[{number}]"
        blocks = isinstance(value, dict) and "blocks" in value  # of a form; pages that people write by hand have a body of HTML
        page = reader.object(value, path, ("heading", "blocks" if blocks else "body"), ("checks",))
        if page is None:
            continue
        reader.filled(page["heading"], f"{path}.heading", LONGEST_LINE)
        if blocks:
            check_blocks(reader, page["blocks"], f"{path}.blocks", check_picture)
        else:
            reader.filled(page["body"], f"{path}.body", LONGEST_BODY)
        for place, one in enumerate(reader.array(page["checks"], f"{path}.checks", MOST_CHECKS) if page.get("checks") else []):
            check = _object_of_check(reader, one, f"{path}.checks[{place}]", (), served=served)
            if check is not None:
                _check_question(reader, check, f"{path}.checks[{place}]", seen)
    return reader.problems


def check_quiz(body: Any) -> list[Problem]:
    """Check the content of TH.Quiz as it is served; right answers in it are a problem because browsers can read them."""
    reader = CourseReader()
    found = reader.object(body, "", ("questions",), ("intro", "l10n", "shuffle_questions", "shuffle_options"))
    seen: set[str] = set()
    for number, value in enumerate(reader.array(found["questions"], "questions", MOST_QUESTIONS) if found else []):
        path = f"questions[{number}]"
        kind = value.get("type") if isinstance(value, dict) else None
        parts = ("blanks",) if kind == "fill" else ("left", "right") if kind == "match" else ("options",)
        question = reader.object(value, path, ("id", "type", "text", *parts), TELLING | {"picture", "bank"})
        if question is None:
            continue
        for key in TELLING & question.keys():
            reader.refuse("answer-shown", f"{path}.{key}")
        _unique(reader, question["id"], f"{path}.id", seen)
        reader.choice(question["type"], f"{path}.type", TYPES)
        reader.filled(question["text"], f"{path}.text", LONGEST_LINE)
        if question.get("picture") is not None:
            check_picture(reader, question["picture"], f"{path}.picture")
        check_origin(reader, question.get("bank"), f"{path}.bank")
        if kind == "fill":
            reader.whole(question["blanks"], f"{path}.blanks", least=1, most=MOST_BLANKS)
        else:
            for part in parts:
                _check_options(reader, question[part], f"{path}.{part}")
    return reader.problems


def check_origin(reader: CourseReader, value: Any, path: str) -> None:
    """Check the question of a bank that a question was copied from, if there is one."""
    origin = None if value is None else reader.object(value, path, ("id", "revision"), ())
    if origin is not None:
        reader.slug(origin["id"], f"{path}.id")
        reader.whole(origin["revision"], f"{path}.revision", least=1, most=MOST_REVISIONS)


def check_picture(reader: CourseReader, value: Any, path: str) -> None:
    """Check a picture of a content: its file, its kind, and the text for those who do not see it."""
    picture = reader.object(value, path, ("path", "mime", "alt"), ())
    if picture is None:
        return
    reader.entry(picture["path"], f"{path}.path")
    reader.choice(picture["mime"], f"{path}.mime", PICTURE_KINDS)
    if picture["alt"] != "":
        reader.filled(picture["alt"], f"{path}.alt", LONGEST_ALT)


def check_reflection(body: Any) -> list[Problem]:
    """Check the content of TH.Reflection: what is asked, and how long an answer must be at least."""
    reader = CourseReader()
    found = reader.object(body, "", ("prompt",), ("guidance", "picture", "least_characters", "l10n"))
    if found is None:
        return reader.problems
    reader.filled(found["prompt"], "prompt", LONGEST_LINE)
    if found.get("guidance"):
        reader.filled(found["guidance"], "guidance", LONGEST_GUIDANCE)
    if found.get("picture") is not None:
        check_picture(reader, found["picture"], "picture")
    if "least_characters" in found:
        reader.whole(found["least_characters"], "least_characters", least=0, most=MOST_LEAST_CHARACTERS)
    return reader.problems


def check_checkpoint_video(body: Any, *, served: bool = False) -> list[Problem]:
    """Check the content of TH.CheckpointVideo: checkpoints in order, inside the video; `served` ones hold no answers."""
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
        one = _object_of_check(reader, value, path, ("at",), served=served)
        if one is None:
            continue
        _check_question(reader, one, path, seen)
        at = reader.above_zero(one["at"], f"{path}.at", most=MOST_SECONDS)
        if not before < at < duration:
            reader.refuse("checkpoint-order", f"{path}.at", one["at"])
        before = at
    return reader.problems


CHECKS: Mapping[str, Callable[[Any], list[Problem]]] = {  # of contents as they are served
    READING: partial(check_reading, served=True),
    QUIZ: check_quiz,
    CHECKPOINT_VIDEO: partial(check_checkpoint_video, served=True),
    REFLECTION: check_reflection,
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
        else:
            problems += _compare(question, key["questions"][name], f"questions.{name}")
    return problems


def _compare(question: Mapping[str, Any], answer: Mapping[str, Any], path: str) -> list[Problem]:
    """Return the points in which the answer to one question does not match it."""
    type_, kind = question["type"], kind_of(answer)
    if kind != (type_ if type_ in KINDS else CHOICE):
        return [Problem("other-kind", path, {"kind": type_})]
    if kind == FILL:
        there = len(answer["accept"])
        return [] if there == question["blanks"] else [Problem("other-blanks", f"{path}.accept", {"count": question["blanks"]})]
    correct = answer["correct"]
    if kind == MATCH:
        left, right = ({one["id"] for one in question[side]} for side in ("left", "right"))
        pairs = [str(one).partition("=") for one in correct]
        problems = [Problem("no-option", f"{path}.correct", {"option": f"{a}={b}"}) for a, _, b in pairs if a not in left or b not in right]
        return problems or ([] if {a for a, _, _ in pairs} == left else [Problem("all-in-key", f"{path}.correct")])
    options = {one["id"] for one in question["options"]}
    problems = [Problem("no-option", f"{path}.correct", {"option": str(one)}) for one in correct if one not in options]
    if type_ in {"single", "boolean"} and len(correct) > 1:
        problems.append(Problem("one-option-only", f"{path}.correct"))
    if type_ == "order" and not problems and len(correct) < len(options):
        problems.append(Problem("all-in-key", f"{path}.correct"))
    return problems


def _object_of_check(reader: CourseReader, value: Any, path: str, more: tuple[str, ...], *, served: bool) -> dict[str, Any] | None:
    """Return a check question as an object; an author's holds its answer, and in a served one an answer is a problem."""
    if not served:
        return reader.object(value, path, ("id", "question", "options", "answer", *more), ("feedback",))
    found = reader.object(value, path, ("id", "question", "options", *more), TELLING)
    for key in TELLING & (found or {}).keys():
        reader.refuse("answer-shown", f"{path}.{key}")
    return found


def _check_question(reader: CourseReader, question: Mapping[str, Any], path: str, seen: set[str]) -> None:
    """Check a question whose right answer is the number of an option."""
    _unique(reader, question["id"], f"{path}.id", seen)
    reader.filled(question["question"], f"{path}.question", LONGEST_LINE)
    options = reader.array(question["options"], f"{path}.options", MOST_OPTIONS)
    for number, option in enumerate(options):
        reader.filled(option, f"{path}.options[{number}]", LONGEST_LINE)
    if len(options) == 1:
        reader.refuse("needs-two", f"{path}.options")
    if "answer" in question and question["answer"] is None:
        reader.refuse("no-right-option", f"{path}.options")
    elif "answer" in question:
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
