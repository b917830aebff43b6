"""The document of a reflection: an open question, whose answer a tutor accepts or returns."""

from dataclasses import dataclass
from typing import Any

from courses.authoring.pictures import Picture, picture_json, read_picture
from courses.formats.own import check_reflection
from courses.reader import CourseReader


@dataclass(frozen=True, slots=True)
class ReflectionDocument:
    """A reflection; `least_characters` is the shortest answer that can be handed in."""

    prompt: str
    guidance: str = ""
    picture: Picture | None = None
    least_characters: int = 0


def read_reflection(reader: CourseReader, body: Any) -> ReflectionDocument:
    """Read a reflection; if there are problems, what is returned must not be used."""
    reader.problems += check_reflection(body)
    if reader.problems:
        return ReflectionDocument("")
    guidance = (body.get("guidance") or "").strip()
    return ReflectionDocument(body["prompt"].strip(), guidance, read_picture(reader, body, ""), int(body.get("least_characters", 0)))


def characters(text: str) -> int:
    """Return how long an answer is: its characters without white space."""
    return sum(not one.isspace() for one in text)


def reflection_json(reflection: ReflectionDocument) -> dict[str, Any]:
    """Return a reflection as JSON; `read_reflection` is the inverse."""
    written: dict[str, Any] = {"prompt": reflection.prompt, "least_characters": reflection.least_characters}
    return written | ({"guidance": reflection.guidance} if reflection.guidance else {}) | picture_json(reflection.picture)
