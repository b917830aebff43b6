"""Read and check a cmi5 course structure (cmi5 13, 14, and its XSD): every problem with its line, and what to do."""

import re
from collections.abc import Collection, Container, Iterator, Mapping
from decimal import Decimal, InvalidOperation
from typing import Any, NamedTuple
from urllib.parse import parse_qsl, unquote, urlsplit

from courses.formats.cmi5_schema import NAMESPACE, schema_problems, shortened
from courses.formats.cmi5_values import ANY_WINDOW, CONDITIONS, NOT_APPLICABLE, OWN_WINDOW, AssignableUnit, Block, Structure, is_elsewhere
from courses.manifest_xml import Element, at_line, read_manifest
from courses.reader import CONTROL, is_inside
from courses.strict_json.problem import Problem
from courses.values import LONGEST_SUMMARY, LONGEST_TITLE, MOST_MINUTES, Text

OURS = "https://training-hours.example/cmi5"  # of the attribute `minutes`, which cmi5 allows us to add (13.1.5)
XSI = "http://www.w3.org/2001/XMLSchema-instance"

MOST_UNITS = 2000
LONGEST_IRI, LONGEST_PARAMETERS = 2000, 20_000
MOST_FIELDS = 1000  # of a query
FORBIDDEN_IN_IRI = r"\s<>\"{}|\\^`\x00-\x1f\x7f"
IRI = re.compile(rf"[A-Za-z][A-Za-z0-9+.-]*:[^{FORBIDDEN_IN_IRI}]+")
URL = re.compile(rf"(?:[^{FORBIDDEN_IN_IRI}%]|%[0-9A-Fa-f]{{2}})+")  # RFC 1738 2.2, but letters of all languages, which browsers encode
LANGUAGE = re.compile(r"[A-Za-z]{1,8}(?:-[A-Za-z0-9]{1,8})*")  # xs:language
RESERVED = frozenset({"endpoint", "fetch", "actor", "registration", "activityId"})  # 8.1


def read_structure(content: bytes, files: Container[str] | None, name: str = "cmi5.xml") -> tuple[Structure, list[Problem]] | list[Problem]:
    """Read a course structure; return it with its warnings, or every problem.

    `files` are the names in the package; None: the structure came without a package, so all its units must be elsewhere (14.2).
    """
    root = read_manifest(content, name)
    if isinstance(root, Problem):
        return [root]
    if (root.space, root.name) != (NAMESPACE, "courseStructure"):
        return [Problem("cmi5-root", at_line(name, root.line), {"namespace": NAMESPACE})]
    reader = _StructureReader(name, files)
    structure = reader.structure(root)
    return list(dict.fromkeys(reader.problems)) if structure is None or reader.problems else (structure, reader.warnings)


class _StructureReader:
    """Reads the elements and collects problems."""

    def __init__(self, name: str, files: Container[str] | None) -> None:
        self.problems: list[Problem] = []
        self.warnings: list[Problem] = []
        self._name, self._files = name, files
        self._seen: dict[tuple[str, str], int] = {}
        self._blocks: dict[str, Block] = {}
        self._units: list[AssignableUnit] = []
        self._objectives: set[str] = set()

    def structure(self, root: Element) -> Structure | None:
        """Return the whole structure; None if its outline is not that of the XSD."""
        self.problems += schema_problems(root, self._name)
        if self.problems:
            return None
        (course,) = root.named("course")
        for objectives in root.named("objectives"):
            self._objectives = {self._id(one, "objective") for one in objectives.named("objective")}
        identity = self._id(course, "course")
        self._children(root, ())
        if len(self._units) > MOST_UNITS:
            self._refuse(root, "cmi5-too-many-units", count=len(self._units), most=MOST_UNITS)
        self._check_vendors(root)
        title = self._title(course, "title", LONGEST_TITLE, identity)
        summary = self._title(course, "description", LONGEST_SUMMARY, "")
        return Structure(identity, title, summary, _language(course), self._blocks, tuple(self._units))

    def _children(self, element: Element, blocks: tuple[str, ...]) -> None:
        for one in element.named("au", "block"):
            self._check_references(one)
            if one.name == "au":
                self._units.append(self._unit(one, blocks))
                continue
            identity = self._id(one, "block")
            self._blocks[identity] = Block(identity, self._title(one, "title", LONGEST_TITLE, identity))
            self._children(one, (*blocks, identity))

    def _unit(self, element: Element, blocks: tuple[str, ...]) -> AssignableUnit:
        identity = self._id(element, "au")
        said = {one.name: one for one in element.named("url", "launchParameters", "entitlementKey")}
        return AssignableUnit(
            id=identity,
            title=self._title(element, "title", LONGEST_TITLE, identity),
            summary=self._title(element, "description", LONGEST_SUMMARY, ""),
            url=self._url(said["url"]),
            move_on=self._choice(element, "moveOn", CONDITIONS, NOT_APPLICABLE),
            mastery_score=self._mastery(element),
            launch_method=self._choice(element, "launchMethod", (ANY_WINDOW, OWN_WINDOW), ANY_WINDOW),
            launch_parameters=self._parameters(said.get("launchParameters")),
            entitlement_key=self._parameters(said.get("entitlementKey")),
            blocks=blocks,
            minutes=self._minutes(element),
        )

    def _id(self, element: Element, kind: str) -> str:
        """Return an element's id, which must be a whole IRI (3.0) and stand once in the structure (13.1)."""
        found = element.attribute("id") or ""
        if len(found) > LONGEST_IRI or not IRI.fullmatch(found):
            self._refuse(element, "cmi5-iri", element=element.name, id=shortened(found))
            return found
        if (kind, found) in self._seen:
            self._refuse(element, "cmi5-id-twice", element=element.name, id=shortened(found), first=self._seen[kind, found])
        self._seen.setdefault((kind, found), element.line)
        return found

    def _check_references(self, element: Element) -> None:
        for objectives in element.named("objectives"):
            for one in objectives.named("objective"):
                if (one.attribute("idref") or "") not in self._objectives:
                    self._refuse(one, "cmi5-objective-unknown", id=shortened(one.attribute("idref") or ""))

    def _url(self, element: Element) -> str:
        url = element.text
        problem = self._url_problem(url)
        if problem is not None:
            code, params = problem
            self._refuse(element, code, **{"url": shortened(url), **params})
        return url

    def _url_problem(self, url: str) -> tuple[str, Mapping[str, Any]] | None:
        """Return why the address of a unit cannot be used (13.1.4, 14.1, 14.2, 8.1)."""
        parts = _parts(url)
        if parts is None:
            return "cmi5-url", {}
        if parts.reserved:
            return "cmi5-query", {"names": ", ".join(parts.reserved)}
        if is_elsewhere(url):
            return None if parts.scheme in {"http", "https"} and parts.host else ("cmi5-scheme", {})
        return ("cmi5-relative", {}) if self._files is None else _path_problem(path_of(url), self._files)

    def _choice(self, element: Element, name: str, choices: Collection[str], usual: str) -> str:
        found = element.attribute(name)
        if found is None or found in choices:
            return found or usual
        self._refuse(element, "cmi5-choice", attribute=name, value=shortened(found), choices=", ".join(choices))
        return usual

    def _mastery(self, element: Element) -> float | None:
        found = element.attribute("masteryScore")
        if found is None:
            return None
        try:
            score = Decimal(found) if re.fullmatch(r"[+-]?[0-9]{0,20}(?:\.[0-9]{0,20})?", found) else Decimal(-1)
        except InvalidOperation:
            score = Decimal(-1)
        if not 0 <= score <= 1:
            self._refuse(element, "cmi5-mastery", value=shortened(found))
        return float(score)

    def _minutes(self, element: Element) -> int | None:
        found = element.attributes.get((OURS, "minutes"))
        if found is None:
            return None
        if not re.fullmatch(r"\s*[0-9]{1,3}\s*", found) or not 1 <= int(found) <= MOST_MINUTES:
            self._refuse(element, "cmi5-minutes", value=shortened(found), most=MOST_MINUTES)
            return None
        return int(found)

    def _parameters(self, element: Element | None) -> str | None:
        if element is None:
            return None
        if len(element.text) > LONGEST_PARAMETERS:
            self._refuse(element, "cmi5-too-long", element=element.name, most=LONGEST_PARAMETERS)
        return element.text

    def _title(self, element: Element, name: str, longest: int, fallback: str) -> Text:
        """Return a text in both languages: Chinese, English, or the first there is, shortened to what pages can show."""
        texts: dict[str, str] = {}
        for one in next(element.named(name)).named("langstring"):
            language = one.attribute("lang")
            if language is not None and not LANGUAGE.fullmatch(language):
                self._refuse(one, "cmi5-language", value=shortened(language))
            said = CONTROL.sub("", one.text)
            if said:
                texts.setdefault((language or "").lower().partition("-")[0], said[:longest].strip())
        usual = next(iter(texts.values()), fallback[:longest])
        return Text(texts.get("zh", usual), texts.get("en", texts.get("zh", usual)))

    def _check_vendors(self, root: Element) -> None:
        """Warn of elements in another namespace for which the file names no schema (13.1.5)."""
        located = frozenset(root.attributes.get((XSI, "schemaLocation"), "").split()[::2])
        spaces = {one.space: one.line for one in _all(root) if one.space != NAMESPACE}
        for space, line in sorted(spaces.items()):
            if space not in located:
                self.warnings.append(Problem("cmi5-no-schema", at_line(self._name, line), {"namespace": shortened(space)}))

    def _refuse(self, at: Element, code: str, /, **params: str | int) -> None:
        self.problems.append(Problem(code, at_line(self._name, at.line), params))


class _UrlParts(NamedTuple):
    """The scheme and the host of an address, and the names in its query that cmi5 reserves."""

    scheme: str
    host: str | None
    reserved: list[str]


def _parts(url: str) -> _UrlParts | None:
    """Take an address apart; None if it is not a URL."""
    if len(url) > LONGEST_IRI or not URL.fullmatch(url):
        return None
    try:
        parts = urlsplit(url)
        names = {key for key, _ in parse_qsl(parts.query, keep_blank_values=True, max_num_fields=MOST_FIELDS)}
        return _UrlParts(parts.scheme.lower(), parts.hostname, sorted(names & RESERVED))
    except ValueError:
        return None


def _path_problem(path: str, files: Container[str]) -> tuple[str, Mapping[str, Any]] | None:
    if not is_inside(path):
        return "cmi5-outside", {}
    return None if path in files else ("cmi5-not-there", {"path": shortened(path)})


def path_of(url: str) -> str:
    """Return the file in the package that a relative address names."""
    return unquote(urlsplit(url).path)


def _language(course: Element) -> str:
    """Return the language of the course, in the form of course outlines: Chinese if its title is in Chinese, too."""
    tags = [(one.attribute("lang") or "").lower().partition("-")[0] for one in next(course.named("title")).named("langstring")]
    known = [one for one in tags if re.fullmatch(r"[a-z]{2,3}", one)]
    return "zh" if "zh" in known or not known else known[0]


def _all(root: Element) -> Iterator[Element]:
    """Yield the outermost element of each foreign part, and every element of cmi5."""
    waiting = [root]
    while waiting:
        one = waiting.pop()
        yield one
        if one.space == NAMESPACE:
            waiting += one.children
