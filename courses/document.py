"""Read a document that a person wrote, and name every mistake without guessing."""

import json
import re
from collections.abc import Collection, Mapping
from typing import Any, NamedTuple

SLUG = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
LANGUAGE = re.compile(r"[a-z]{2,3}(?:-[A-Za-z0-9]{2,8}){0,3}")
CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\ud800-\udfff]")
HALF = re.compile(r"\\u[dD][89a-fA-F]")
LONGEST_SLUG = 64
LONGEST_ENTRY = 300
MOST_BYTES = 5_000_000
ABSENT = object()


class Problem(NamedTuple):
    """A problem and its position: a path inside a document, a file name inside a package, or both."""

    path: str
    message: str

    def __str__(self) -> str:
        return f"{self.path}: {self.message}"


def read_json(content: bytes, path: str) -> Any | Problem:
    """Read JSON strictly: UTF-8 (a byte order mark is allowed), no repeated keys, no NaN, limited nesting."""
    if len(content) > MOST_BYTES:
        return Problem(path, f"is larger than {MOST_BYTES // 1_000_000} MB")
    try:
        text = content.decode("utf-8-sig")
        found = json.loads(text, object_pairs_hook=_object, parse_constant=_no_constant)
        if HALF.search(text):
            json.dumps(found, ensure_ascii=False).encode()  # fails if an escape is half of a surrogate pair
        return found
    except UnicodeEncodeError:
        return Problem(path, "holds half a character, which nothing can store")
    except UnicodeDecodeError:
        return Problem(path, "is not written in UTF-8")
    except RecursionError:
        return Problem(path, "is nested too deeply")
    except ValueError as error:
        return Problem(path, f"is not JSON: {error}")


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        seen: set[str] = set()
        twice = next(name for name, _ in pairs if name in seen or seen.add(name))  # type: ignore[func-returns-value]
        raise ValueError(f"the key {json.dumps(twice[:LONGEST_SLUG])} stands twice in one object")
    return found


def _no_constant(name: str) -> Any:
    raise ValueError(f"{name} is not a JSON number")


class Reader:
    """Reads values of a document and collects problems; a harmless value replaces each bad one."""

    def __init__(self) -> None:
        self.problems: list[Problem] = []

    def refuse(self, path: str, message: str, value: object = None) -> None:
        """Note a problem, unless the value is absent, which was noted before."""
        if value is not ABSENT:
            self.problems.append(Problem(path, message))

    def object(self, value: Any, path: str, required: Collection[str], optional: Collection[str]) -> dict[str, Any] | None:
        """Return an object that has the required keys and no unknown ones; None if the value is not an object."""
        if not isinstance(value, Mapping):
            self.refuse(path, "must be an object", value)
            return None
        absent = [key for key in required if key not in value]
        for key in absent:
            self.refuse(below(path, key), "is missing")
        for key in value:
            if key not in required and key not in optional:
                self.refuse(below(path, key), "is not known here")
        return {**dict.fromkeys(absent, ABSENT), **value}

    def array(self, value: Any, path: str, most: int) -> list[Any]:
        """Return an array of at least one and at most `most` values."""
        if not isinstance(value, list) or not 1 <= len(value) <= most:
            self.refuse(path, f"must be an array of 1 to {most}", value)
            return []
        return value

    def text(self, value: Any, path: str, longest: int) -> str:
        """Return a non-empty text without control characters (line breaks are allowed), with surrounding spaces removed."""
        if not isinstance(value, str) or len(value) > longest or not value.strip() or CONTROL.search(value):
            self.refuse(path, f"must be a text of 1 to {longest} characters", value)
            return ""
        return value.strip()

    def slug(self, value: Any, path: str) -> str:
        """Return a short name for programs: lowercase letters, digits, single hyphens."""
        if not isinstance(value, str) or len(value) > LONGEST_SLUG or not SLUG.fullmatch(value):
            self.refuse(path, f"must be small letters, digits and single hyphens, at most {LONGEST_SLUG}, such as listening-first", value)
            return ""
        return value

    def language(self, value: Any, path: str) -> str:
        """Return a language tag."""
        if not isinstance(value, str) or len(value) > LONGEST_SLUG or not LANGUAGE.fullmatch(value):
            self.refuse(path, "must be a language tag, such as zh or en", value)
            return ""
        return value

    def choice(self, value: Any, path: str, choices: Collection[str]) -> str:
        """Return one of the given words."""
        if not isinstance(value, str) or value not in choices:
            self.refuse(path, f"must be one of {', '.join(choices)}", value)
            return ""
        return value

    def boolean(self, value: Any, path: str) -> bool:
        """Return true or false."""
        if not isinstance(value, bool):
            self.refuse(path, "must be true or false", value)
            return False
        return value

    def whole(self, value: Any, path: str, *, least: int, most: int) -> int:
        """Return a whole number within bounds."""
        if not isinstance(value, int) or isinstance(value, bool) or not least <= value <= most:
            self.refuse(path, f"must be a whole number from {least} to {most}", value)
            return least
        return value

    def above_zero(self, value: Any, path: str, *, most: int) -> float:
        """Return a number above 0; whole numbers stay integers."""
        if not isinstance(value, int | float) or isinstance(value, bool) or not 0 < value <= most:
            self.refuse(path, f"must be a number above 0, at most {most}", value)
            return most
        return int(value) if value == int(value) else value

    def entry(self, value: Any, path: str) -> str:
        """Return a relative path inside the package that cannot lead outside it."""
        if not isinstance(value, str) or len(value) > LONGEST_ENTRY or not is_inside(value):
            self.refuse(path, "must be a path inside the package, such as activities/welcome", value)
            return ""
        return value


def is_inside(name: str) -> bool:
    """Say whether a name is a plain relative path: separated by '/', and safe on every operating system."""
    parts = name.split("/")
    if CONTROL.search(name) or "\\" in name or ":" in name or "\n" in name or "\t" in name:
        return False
    return all(part and part.strip(". ") and not part.endswith((".", " ")) for part in parts)


def below(path: str, key: str) -> str:
    """Return the path of an object's key, always on one line."""
    name = key if SLUG.fullmatch(key.replace("_", "-")) else json.dumps(key)
    return f"{path}.{name}" if path else name
