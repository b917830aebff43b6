"""Say which conditions an H5P content can meet, and how many minutes fit it: reading, questions, films and writing are counted."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from courses.formats import h5p_content, own
from courses.formats.format import ReadFile
from courses.values import MOST_MINUTES, Activity

COMPLETED, PASSED = "completed", "passed"
CHARACTERS_A_MINUTE = 200  # Chinese characters, with time to think
WORDS_A_MINUTE = 120
WRITTEN_A_MINUTE = 20  # characters of an answer that one thinks up and types on a phone
QUESTION_S = 40
QUESTIONS = frozenset({"options", "answers", "choices", "correct", "steps", "pairs", "right"})  # an object with such a list is a question
QUESTION_TYPES = frozenset({"boolean", "fill"})  # of ours; they have no list of that kind
TAG = re.compile(r"<[^>]{0,2000}>")
CHINESE = re.compile(r"[\u3400-\u9fff]")
WORD = re.compile(r"[A-Za-z]{2,}")
TEXTS = frozenset(
    {"body", "text", "question", "heading", "intro", "title", "feedback", "description", "prompt", "guidance", "left", "right"}
)
LISTS = frozenset({"items", "rows", "options", "steps"})  # lists of texts, or of lists of texts


def sends(activity: Activity, read: ReadFile) -> tuple[str, ...]:
    """Return the conditions that the content can report, as far as that is known."""
    content = h5p_content.read_content(read, f"{activity.entry}/")
    if isinstance(content, list) or not h5p_content.can_complete(content, read, f"{activity.entry}/"):
        return ()
    if content.main in own.CHECKS and activity.grading != "server":
        return (COMPLETED,)
    return (COMPLETED, PASSED)


def suggested_minutes(activity: Activity, read: ReadFile) -> int | None:
    """Return the minutes that fit the content; None if it cannot be read."""
    content = h5p_content.read_content(read, f"{activity.entry}/")
    if isinstance(content, list):
        return None
    texts, questions = _counted(content.body)
    plain = TAG.sub(" ", " ".join(texts))
    minutes = len(CHINESE.findall(plain)) / CHARACTERS_A_MINUTE + len(WORD.findall(plain)) / WORDS_A_MINUTE
    minutes += questions * QUESTION_S / 60 + _number(content.body, "duration") / 60
    minutes += _number(content.body, "least_characters") / WRITTEN_A_MINUTE
    return max(1, min(MOST_MINUTES, round(minutes)))


def _number(body: Any, name: str) -> float:
    value = body.get(name) if isinstance(body, Mapping) else None
    return value if isinstance(value, int | float) else 0


def _counted(body: Any) -> tuple[list[str], int]:
    """Return the texts that are read, and the number of questions."""
    texts: list[str] = []
    questions = 0
    queue = [body]
    while queue:
        value = queue.pop()
        if isinstance(value, list):
            queue += value
        elif isinstance(value, Mapping):
            questions += any(isinstance(value.get(name), list) for name in QUESTIONS) or str(value.get("type")) in QUESTION_TYPES
            texts += [text for name, text in value.items() if name in TEXTS and isinstance(text, str)]
            texts += [text for name in LISTS for text in _strings(value.get(name))]
            queue += [one for one in value.values() if not isinstance(one, str)]
    return texts, questions


def _strings(value: Any) -> Iterator[str]:
    """Yield the texts of a list, or of a list of lists; objects in it are looked at by themselves."""
    for one in value if isinstance(value, list) else ():
        if isinstance(one, str):
            yield one
        elif isinstance(one, list):
            yield from (text for text in one if isinstance(text, str))
