"""Read imsmanifest.xml of a SCORM package, 1.2 or 2004: its units in the order of the default organization. Pure.

Real manifests break the rules, but their meaning is clear. So only local names count, not namespaces, and hrefs may have backslashes and
percent signs. File names are compared in lowercase, as on Windows, where most packages are made.
"""

import re
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import PurePosixPath
from urllib.parse import quote, unquote

from courses.formats.scorm_xml import read_root
from courses.manifest_xml import Element
from courses.reader import CONTROL
from courses.strict_json.problem import Problem

MANIFEST = "imsmanifest.xml"
V12, V2004 = "1.2", "2004"
MOST_UNITS = 500
LONGEST_ID, LONGEST_TITLE, LONGEST_DATA, LONGEST_HREF = 250, 200, 4096, 1000
NUMBER = re.compile(r"-?[0-9]{1,9}(?:\.[0-9]{1,9})?")
DURATION = re.compile(r"PT?(?:([0-9]{1,3})H)?(?:([0-9]{1,4})M)?(?:[0-9.]{1,9}S)?")
CLOCK = re.compile(r"([0-9]{1,4}):([0-9]{2})(?::[0-9.]{2,9})?")
ORDERING = frozenset({"sequencingRules", "preConditionRule", "postConditionRule", "exitConditionRule", "rollupRule", "prerequisites"})


@dataclass(frozen=True, slots=True)
class ScormUnit:
    """One line of a package's outline: a heading (without `href`), a SCO, or an asset, which reports nothing.

    `href` is the address of its page, relative to the manifest's folder. The other texts are for the unit itself, as its maker wrote them.
    """

    id: str
    title: str
    depth: int = 0
    href: str = ""
    sco: bool = False
    launch_data: str = ""
    mastery_score: str = ""  # of 1.2: a number like the unit's raw score
    scaled_passing_score: str = ""  # of 2004: from -1 to 1
    completion_threshold: str = ""
    max_time_allowed: str = ""
    time_limit_action: str = ""


@dataclass(frozen=True, slots=True)
class ScormPackage:
    """A package: its version of SCORM, title, units, stated minutes (None: it states none), and what a trainer should know."""

    version: str
    title: str
    units: tuple[ScormUnit, ...]
    minutes: int | None
    warnings: tuple[Problem, ...] = ()

    @property
    def scos(self) -> tuple[ScormUnit, ...]:
        """The units that report what their learner does."""
        return tuple(one for one in self.units if one.sco and one.href)


@dataclass(slots=True)
class _Reading:
    """The state of reading; `has` says whether the package has a file, by its path in lowercase, relative to the manifest."""

    has: Callable[[str], bool]
    names: Collection[str]
    resources: Mapping[str, Element]
    base: str
    problems: list[Problem] = field(default_factory=list)
    warnings: list[Problem] = field(default_factory=list)


def read_package(content: bytes, has: Callable[[str], bool], names: Collection[str] = ()) -> ScormPackage | list[Problem]:
    """Read a manifest. `has` says whether there is a file, by its path in lowercase, relative to the manifest's folder.

    `names`, if they are known, serve to say where a missing page may lie.
    """
    root = read_root(content, MANIFEST)
    if isinstance(root, Problem):
        return [root]
    listed = next(_children(root, "resources"), None)
    resources = {one.attribute("identifier") or "": one for one in _children(listed, "resource")} if listed else {}
    reading = _Reading(has, names, resources, _base(root) + (_base(listed) if listed else ""))
    organization = _organization(root)
    title = _title(organization) if organization else ""
    units = _units_of(organization, reading, 0) if organization else []
    if not any(one.href for one in units) and not reading.problems:
        units = _units_without_organization(reading)
    if reading.problems or not units:
        return reading.problems or [Problem("scorm-no-units", MANIFEST)]
    if len(units) > MOST_UNITS:
        return [Problem("scorm-too-many-units", MANIFEST, {"count": len(units), "most": MOST_UNITS})]
    playable = [one for one in units if one.href]
    if len(playable) > 1 and any(one.name in ORDERING for one in _below(root)):
        reading.warnings.append(Problem("scorm-sequencing", MANIFEST, {"count": len(playable)}))
    title = title or (playable[0].title if len(playable) == 1 else "")
    return ScormPackage(_version(root), title, tuple(_with_own_ids(units)), _minutes(root), tuple(reading.warnings))


def _children(element: Element, name: str) -> Iterator[Element]:
    return (one for one in element.children if one.name.lower() == name)


def _child_text(element: Element, name: str, longest: int) -> str:
    return next((one.text for one in _children(element, name)), "")[:longest]


def _below(element: Element) -> Iterator[Element]:
    for one in element.children:
        yield one
        yield from _below(one)


def _attribute(element: Element, name: str) -> str:
    """Return an attribute with this local name, in any namespace and any capitals; '' if there is none."""
    return next((value.strip() for (_space, local), value in element.attributes.items() if local.lower() == name), "")


def _base(element: Element) -> str:
    base = _attribute(element, "base").replace("\\", "/")
    return base if not base or base.endswith("/") else f"{base}/"


def _organization(root: Element) -> Element | None:
    parent = next(_children(root, "organizations"), None)
    found = list(_children(parent, "organization")) if parent else []
    default = parent.attribute("default") if parent else None
    return next((one for one in found if one.attribute("identifier") == default), next(iter(found), None))


def _title(element: Element) -> str:
    return " ".join(CONTROL.sub("", _child_text(element, "title", 5 * LONGEST_TITLE)).split())[:LONGEST_TITLE]


def _units_of(parent: Element, reading: _Reading, depth: int) -> list[ScormUnit]:
    units: list[ScormUnit] = []
    for item in _children(parent, "item"):
        below = _units_of(item, reading, depth + 1)
        unit = _unit(item, reading, depth)
        hidden = _attribute(item, "isvisible").lower() == "false"
        if unit is not None and not hidden and (unit.href or below):
            units.append(unit)
        units += below
    return units


def _unit(item: Element, reading: _Reading, depth: int) -> ScormUnit | None:
    """Return the unit of an item; None if its page is not there, which was noted."""
    wanted = item.attribute("identifierref") or ""
    unit = ScormUnit((item.attribute("identifier") or "")[:LONGEST_ID], _title(item), depth)
    if not wanted:
        return unit
    resource = reading.resources.get(wanted)
    if resource is None:
        reading.problems.append(Problem("scorm-no-resource", MANIFEST, {"title": unit.title or unit.id, "name": wanted[:100]}))
        return None
    href = _href(resource, unit.title or unit.id, reading)
    if href is None:
        return None
    objective = next((one for one in _below(item) if one.name == "primaryObjective"), None)
    return replace(
        unit,
        href=_with_parameters(href, item.attribute("parameters") or ""),
        sco=_is_sco(resource),
        launch_data=_child_text(item, "datafromlms", LONGEST_DATA),
        mastery_score=_number(_child_text(item, "masteryscore", 20)),
        scaled_passing_score=_number(_child_text(objective, "minnormalizedmeasure", 20)) if objective else "",
        completion_threshold=_threshold(item),
        max_time_allowed=_child_text(item, "maxtimeallowed", 50),
        time_limit_action=_child_text(item, "timelimitaction", 30),
    )


def _threshold(item: Element) -> str:
    """Return the completion threshold, which 2004's editions write as text or as an attribute."""
    found = next(_children(item, "completionthreshold"), None)
    return _number(found.text or _attribute(found, "minprogressmeasure")) if found else ""


def _number(text: str) -> str:
    return text if NUMBER.fullmatch(text) else ""


def _is_sco(resource: Element) -> bool:
    return _attribute(resource, "scormtype").lower() == "sco"


def _units_without_organization(reading: _Reading) -> list[ScormUnit]:
    """Return the pages among the resources of a package without an organization: the SCOs if there are any."""
    listed = [one for one in reading.resources.values() if _attribute(one, "href")]
    found = []
    for resource in [one for one in listed if _is_sco(one)] or listed[:1]:
        name = (resource.attribute("identifier") or "")[:LONGEST_ID]
        href = _href(resource, name, reading)
        if href is not None:
            found.append(ScormUnit(name, name, href=href, sco=_is_sco(resource)))
    if found:
        reading.warnings.append(Problem("scorm-no-organization", MANIFEST))
    return found


def _href(resource: Element, title: str, reading: _Reading) -> str | None:
    """Return the address of a resource's page; None, with a problem, if the package has no such page."""
    written = _attribute(resource, "href").replace("\\", "/")[:LONGEST_HREF]
    if re.match(r"(?:[a-z][a-z0-9+.-]{0,20}:)?//", written, re.IGNORECASE):
        reading.problems.append(Problem("scorm-outside", MANIFEST, {"title": title, "address": written[:200]}))
        return None
    path, rest = re.fullmatch(r"([^?#]*)(.*)", written, re.DOTALL).groups()  # type: ignore[union-attr]  # it matches every text
    folder = reading.base + _base(resource)
    for one in (folder + path, path, unquote(folder + path), unquote(path)):
        plain = _plain(one)
        if reading.has(plain.lower()):
            return quote(plain) + rest
    last = PurePosixPath(unquote(path)).name.lower()
    elsewhere = next((name for name in reading.names if last and name.rpartition("/")[2] == last), None)
    name = path or "?"
    reading.problems.append(
        Problem("scorm-file-elsewhere", MANIFEST, {"title": title, "name": name, "found": elsewhere})
        if elsewhere
        else Problem("scorm-file-missing", MANIFEST, {"title": title, "name": name})
    )
    return None


def _plain(path: str) -> str:
    """Return a path without `.` and `..`, which some manifests write; a path that would lead outside the package stays inside."""
    parts: list[str] = []
    for part in path.split("/"):
        if part == "..":
            parts = parts[:-1]
        elif part not in {"", "."}:
            parts.append(part)
    return "/".join(parts)


def _with_parameters(href: str, parameters: str) -> str:
    """Append an item's parameters to its page's address (SCORM 2004 CAM 3.4.1.8, also in 1.2)."""
    added = parameters[:LONGEST_HREF].lstrip("?&")
    if not added:
        return href
    if added.startswith("#"):
        return href if "#" in href else href + added
    address, mark, fragment = href.partition("#")
    return f"{address}{'&' if '?' in address else '?'}{added}{mark}{fragment}"


def _with_own_ids(units: list[ScormUnit]) -> Iterator[ScormUnit]:
    """Yield the units with ids made unique, because each unit's data is kept by its id."""
    seen: set[str] = set()
    for number, one in enumerate(units, 1):
        name = one.id if one.id and one.id not in seen else f"{one.id[: LONGEST_ID - 10]}#{number}"
        seen.add(name)
        yield replace(one, id=name, title=one.title or name)


def _version(root: Element) -> str:
    """Return the version. A namespace shows it if the package does not state it in the words of the standard."""
    metadata = next(_children(root, "metadata"), None)
    stated = _child_text(metadata, "schemaversion", 50) if metadata else ""
    if stated.startswith("1.2"):
        return V12
    if "2004" in stated or stated.startswith("CAM"):
        return V2004
    spaces = {space.lower() for one in (root, *_below(root)) for space in (one.space, *(key[0] for key in one.attributes))}
    return V2004 if any("adlcp_v1p3" in one or "adlseq" in one or "imsss" in one for one in spaces) else V12


def _minutes(root: Element) -> int | None:
    """Return the typical time that the package's description states, in minutes, rounded up to a whole one; None if there is none."""
    stated = next((one for one in _below(root) if one.name.lower() == "typicallearningtime"), None)
    text = " ".join(one.text for one in (stated, *_below(stated)) if one.text)[:100] if stated else ""
    found = next((match for word in text.split() if (match := DURATION.fullmatch(word) or CLOCK.fullmatch(word))), None)
    minutes = int(found[1] or 0) * 60 + int(found[2] or 0) if found else 0
    return minutes or None
