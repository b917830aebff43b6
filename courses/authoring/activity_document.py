"""The document of an activity of one of our types: what a form sends, what an `.h5p` holds."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from courses.authoring.quiz import QuizDocument, quiz_json, read_quiz
from courses.authoring.reading import ReadingDocument, read_reading, reading_json
from courses.authoring.reflection import ReflectionDocument, read_reflection, reflection_json
from courses.authoring.video import VideoDocument, read_video, video_json
from courses.formats import own
from courses.reader import CourseReader
from courses.strict_json.problem import Problem
from courses.values import LONGEST_TITLE

Body = QuizDocument | ReadingDocument | VideoDocument | ReflectionDocument


class OwnType(NamedTuple):
    """One of our types that forms make: its library, and how its documents are read and written."""

    machine: str
    version: tuple[int, int]
    read: Callable[[CourseReader, Any], Body]
    write: Callable[[Any], dict[str, Any]]


TYPES: Mapping[str, OwnType] = {
    "quiz": OwnType(own.QUIZ, (1, 1), read_quiz, quiz_json),
    "reading": OwnType(own.READING, own.ASKS_SERVER[own.READING], read_reading, reading_json),
    "video": OwnType(own.CHECKPOINT_VIDEO, own.ASKS_SERVER[own.CHECKPOINT_VIDEO], read_video, video_json),
    "reflection": OwnType(own.REFLECTION, (1, 0), read_reflection, reflection_json),
}


@dataclass(frozen=True, slots=True)
class ActivityDocument:
    """An activity as its author has it, with its answers; `type` is a key of `TYPES`."""

    type: str
    title: str
    language: str
    body: Body


def read_document(value: Any) -> ActivityDocument | list[Problem]:
    """Read the JSON of a document, or return every problem, each with the path of its field."""
    reader = CourseReader()
    if not isinstance(value, dict):
        return [Problem("not-an-object")]
    type_ = reader.choice(value.get("type"), "type", TYPES)
    title = reader.filled(value.get("title"), "title", LONGEST_TITLE)
    language = reader.language(value.get("language", "zh"), "language")
    if not type_:
        return reader.problems
    about = reader.problems
    reader = CourseReader()
    body = TYPES[type_].read(reader, {name: one for name, one in value.items() if name not in {"type", "title", "language"}})
    return about + reader.problems or ActivityDocument(type_, title, language, body)


def document_json(document: ActivityDocument) -> dict[str, Any]:
    """Return a document as JSON; `read_document` is the inverse."""
    about = {"type": document.type, "title": document.title, "language": document.language}
    return about | body_json(document)


def body_json(document: ActivityDocument) -> dict[str, Any]:
    """Return the body of a document as JSON, with its answers."""
    return TYPES[document.type].write(document.body)


def media_of(document: ActivityDocument) -> list[str]:
    """Return the names of the files that a document plays, each once, in its order."""
    body = body_json(document)
    return list(dict.fromkeys([*own.files_of(TYPES[document.type].machine, body), *_paths(body)]))


def _paths(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        if "mime" in value and isinstance(value.get("path"), str):
            yield value["path"]
        for one in value.values():
            yield from _paths(one)
    elif isinstance(value, list):
        for one in value:
            yield from _paths(one)
