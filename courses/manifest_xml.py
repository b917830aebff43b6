"""Read the XML manifest of an untrusted package, such as cmi5.xml: bounded, without DTD and entities, with the line of each element.

`xml.etree` does not say where an element stands, and a trainer needs the line; Python's expat tells it.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from xml.parsers import expat

from courses.strict_json.problem import Problem

MOST_BYTES = 10_000_000
MOST_ELEMENTS = 200_000
DEEPEST = 40
LONGEST_REASON = 100  # characters of expat's own words
SEPARATOR = "}"  # between namespace and name, as expat joins them; no IRI contains it


@dataclass(slots=True)
class Element:
    """One element: its namespace and local name, its attributes by (namespace, name), its own text, and where it stands."""

    space: str
    name: str
    attributes: Mapping[tuple[str, str], str]
    line: int
    children: list["Element"] = field(default_factory=list)
    pieces: list[str] = field(default_factory=list)

    @property
    def text(self) -> str:
        """The element's own text without surrounding spaces."""
        return "".join(self.pieces).strip()

    def attribute(self, name: str) -> str | None:
        """Return an attribute without a namespace, without surrounding spaces; None if there is none."""
        found = self.attributes.get(("", name))
        return None if found is None else found.strip()

    def named(self, *names: str) -> Iterator["Element"]:
        """Yield the children with one of these names in the element's own namespace."""
        return (one for one in self.children if one.space == self.space and one.name in names)


class _RefusedError(Exception):
    """The reading stops here, for this reason."""

    def __init__(self, code: str, **params: int) -> None:
        super().__init__(code)
        self.code, self.params = code, params


class _Builder:
    """Builds elements from expat's events, up to the limits."""

    def __init__(self) -> None:
        self.parser = expat.ParserCreate(namespace_separator=SEPARATOR)
        self.parser.buffer_text = True
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end
        self.parser.CharacterDataHandler = self._characters
        self.parser.StartDoctypeDeclHandler = self._doctype
        self.root: Element | None = None
        self._open: list[Element] = []
        self._count = 0

    def _start(self, name: str, attributes: Mapping[str, str]) -> None:
        self._count += 1
        if len(self._open) >= DEEPEST or self._count > MOST_ELEMENTS:
            raise _RefusedError("xml-too-large", depth=DEEPEST, most=MOST_ELEMENTS)
        one = Element(*_split(name), {_split(key): value for key, value in attributes.items()}, self.parser.CurrentLineNumber)
        if self._open:
            self._open[-1].children.append(one)
        else:
            self.root = one
        self._open.append(one)

    def _end(self, _name: str) -> None:
        self._open.pop()

    def _characters(self, text: str) -> None:
        self._open[-1].pieces.append(text)

    @staticmethod
    def _doctype(*_said: object) -> None:
        raise _RefusedError("xml-doctype")


def read_manifest(content: bytes, name: str) -> Element | Problem:
    """Return the root element of a manifest, or why it cannot be read; `name` is the file's name in the package."""
    if len(content) > MOST_BYTES:
        return Problem("file-too-large", name, {"mb": MOST_BYTES // 1_000_000})
    builder = _Builder()
    try:
        builder.parser.Parse(content, True)
    except _RefusedError as refused:
        return Problem(refused.code, at_line(name, builder.parser.CurrentLineNumber), refused.params)
    except (expat.ExpatError, ValueError, LookupError) as error:  # the last two: an encoding that Python does not know
        return Problem("xml-damaged", at_line(name, builder.parser.CurrentLineNumber), {"why": _why(error)})
    if builder.root is None:
        return Problem("xml-damaged", name, {"why": "no element found"})
    return builder.root


def at_line(name: str, line: int) -> str:
    """Return the path of a problem at a line of a file."""
    return f"{name}:{line}"


def _why(error: Exception) -> str:
    found = expat.ErrorString(error.code) if isinstance(error, expat.ExpatError) else str(error)
    return (found or "unreadable")[:LONGEST_REASON]


def _split(name: str) -> tuple[str, str]:
    space, _, local = name.rpartition(SEPARATOR)
    return space, local
