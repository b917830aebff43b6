"""Read and write pictures of a document: the file, its kind, and words for those who do not see it."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from courses.formats.own import check_picture
from courses.reader import CourseReader


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture. `path` is its name in the content, such as images/3f….png; `alt` is empty if it only decorates."""

    path: str
    mime: str
    alt: str


def read_picture(reader: CourseReader, found: Mapping[str, Any], path: str) -> Picture | None:
    """Return the picture of a part of a document, or None if it has none."""
    value = found.get("picture")
    if value is None:
        return None
    place = f"{path}.picture" if path else "picture"
    before = len(reader.problems)
    check_picture(reader, value, place)
    return Picture(value["path"], value["mime"], value["alt"].strip()) if len(reader.problems) == before else None


def picture_json(picture: Picture | None) -> dict[str, Any]:
    """Return the part of a JSON object that names a picture; nothing without one."""
    return {} if picture is None else {"picture": asdict(picture)}
