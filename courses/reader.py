"""Read the JSON files of a course strictly."""

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from courses.strict_json.loading import load_json
from courses.strict_json.problem import Problem
from courses.strict_json.reader import LONGEST_SLUG, Reader

LANGUAGE = re.compile(r"[a-z]{2,3}(?:-[A-Za-z0-9]{2,8}){0,3}")
CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\ud800-\udfff]")
HALF = re.compile(r"\\u[dD][89a-fA-F]")
LONGEST_ENTRY = 300
MOST_BYTES = 5_000_000
MOST_VALUES = 200_000  # in one file; each is looked at several times


def read_file(content: bytes, name: str) -> tuple[Any, list[Problem]]:
    """Read a JSON file of a package strictly: UTF-8 (a byte order mark is allowed), no repeated keys, no NaN, limited nesting."""
    if len(content) > MOST_BYTES:
        return None, [Problem("file-too-large", name, {"mb": MOST_BYTES // 1_000_000})]
    try:
        text = content.decode("utf-8-sig")
        if sum(map(text.count, "[{,")) > MOST_VALUES:  # a fast upper bound: those inside texts count, too
            return None, [Problem("too-many-values", name, {"most": MOST_VALUES})]
        found, problems = load_json(text, "", floats=True)
        if HALF.search(text):
            json.dumps(found, ensure_ascii=False).encode()  # fails if an escape is half of a surrogate pair
    except UnicodeEncodeError:
        return None, [Problem("half-character", name)]
    except UnicodeDecodeError:
        return None, [Problem("not-utf8", name)]
    return found, [one.inside(name) for one in problems]


def read_part(files: Mapping[str, Path], name: str) -> bytes | None:
    """Return a file's content, truncated if it is too long; None if there is no such file."""
    path = files.get(name)
    if path is None:
        return None
    with path.open("rb") as file:
        return file.read(MOST_BYTES + 1)


class CourseReader(Reader):
    """Reads values of a course outline, an answer key or the content of one of our own types."""

    def filled(self, value: Any, path: str, longest: int) -> str:
        """Return a non-empty text without control characters (line breaks are allowed), with surrounding spaces removed."""
        if not isinstance(value, str) or len(value) > longest or not value.strip() or CONTROL.search(value):
            self.refuse("filled-text", path, value, most=longest)
            return ""
        return value.strip()

    def language(self, value: Any, path: str) -> str:
        """Return a language tag."""
        if not isinstance(value, str) or len(value) > LONGEST_SLUG or not LANGUAGE.fullmatch(value):
            self.refuse("language", path, value)
            return ""
        return value

    def above_zero(self, value: Any, path: str, *, most: int) -> float:
        """Return a number above 0; whole numbers stay integers."""
        if not isinstance(value, int | float) or isinstance(value, bool) or not 0 < value <= most:
            self.refuse("number-above", path, value, above="0", most=str(most))
            return most
        return int(value) if value == int(value) else value

    def entry(self, value: Any, path: str) -> str:
        """Return a relative path inside the package that cannot lead outside it."""
        if not isinstance(value, str) or len(value) > LONGEST_ENTRY or not is_inside(value):
            self.refuse("entry", path, value)
            return ""
        return value


def is_inside(name: str) -> bool:
    """Say whether a name is a plain relative path: separated by '/', and safe on every operating system."""
    parts = name.split("/")
    if CONTROL.search(name) or "\\" in name or ":" in name or "\n" in name or "\t" in name:
        return False
    return all(part and part.strip(". ") and not part.endswith((".", " ")) for part in parts)
