"""The format of cmi5: a course structure (cmi5.xml) with its units, packed as .zip or, with all units on other hosts, the .xml alone.

A package is a course: each unit (AU) becomes an activity and each innermost block a module. A registration is an enrolment in a
course on both sides, so `satisfied` for blocks and the course follows from the activities, and a learner sees the units as they see all
activities. The manifest stays the description of the units: it is served with the package and read again at a launch.

A course outline can name units too, beside other activities, with titles, minutes and conditions of its own: each has the package's
manifest as its entry, and the key that `key_of` makes of the unit's id. A course may have several packages, each in a folder of its own.
"""

import hashlib
import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from itertools import groupby
from urllib.parse import quote, unquote

from courses.formats.cmi5_schema import NAMESPACE
from courses.formats.cmi5_structure import read_structure
from courses.formats.cmi5_values import (
    CONDITIONS,
    MANIFEST,
    OWN_WINDOW,
    AssignableUnit,
    Structure,
    is_elsewhere,
    key_of,
    package_in,
)
from courses.formats.format import OWN_HOST_SANDBOX, CheckedActivity, Files, Format, Frame, ReadFile, SingleActivity, WholeCourse, read_head
from courses.formats.pages_first import files_of_pages
from courses.libraries import FindLibrary
from courses.manifest_xml import MOST_BYTES
from courses.strict_json.problem import N_, Problem
from courses.values import LONGEST_TITLE, Activity, Module, Text

QUERY = re.compile(r"[?#]")
MINUTES = 10  # the value in minutes of a unit whose manifest states none, because cmi5 has no field for it


def check(activity: Activity, files: Files, _find: FindLibrary) -> CheckedActivity | list[Problem]:
    """Check one unit that a course outline names."""
    return check_units([activity], files)[0]


def check_units(activities: Sequence[Activity], files: Files) -> list[CheckedActivity | list[Problem]]:
    """Check the units of one package that a course outline names, with the package in the folder of its manifest, which is their entry.

    The units share one mapping of served files, because a package may have thousands of both.
    """
    entry = activities[0].entry
    folder = folder_of(entry)
    served = {name: path for name, path in files.items() if name.startswith(folder)} if folder else {}
    found = _structure_in(served, entry) if entry in served else [Problem("cmi5-entry", entry)]
    if isinstance(found, list):
        return [found, *[found[:1] for _one in activities[1:]]]  # the same problems are said once
    structure, warnings = found
    units = {one.key: one for one in reversed(structure.units)}  # the first of a key, as `Structure.unit` finds it
    warnings = [*warnings, *_measured_less(structure, entry)]
    return [_problems(one, units.get(one.key)) or CheckedActivity(one, served, None, warnings) for one in activities]


def _structure_in(served: Files, entry: str) -> tuple[Structure, list[Problem]] | list[Problem]:
    """Read the structure of a package in a folder; a manifest without other files came alone."""
    folder = folder_of(entry)
    own = {name.removeprefix(folder) for name in served}
    with served[entry].open("rb") as file:
        return read_structure(file.read(MOST_BYTES + 1), own if len(own) > 1 else None, entry)


def _problems(activity: Activity, unit: AssignableUnit | None) -> list[Problem]:
    if unit is None:
        return [Problem("cmi5-unit-unknown", activity.entry, {"key": activity.key})]
    if activity.format != _format_of(unit):
        return [Problem("cmi5-format", activity.entry, {"key": activity.key, "format": _format_of(unit)})]
    if dict(activity.requires) not in CONDITIONS.values():
        return [Problem("cmi5-condition", activity.entry, {"key": activity.key})]
    return []


def folder_of(entry: str) -> str:
    """Return the folder of a package in a course, with its '/'; '' if the entry does not name a manifest in a folder."""
    return entry.removesuffix(MANIFEST) if entry.endswith(f"/{MANIFEST}") else ""


def detect(files: Files) -> bool:
    """Say whether an upload has a cmi5 course structure in its root, or is one."""
    if MANIFEST in files:
        return True
    return len(files) == 1 and NAMESPACE.encode() in read_head(*files.values()).replace(b"\0", b"")  # a UTF-16 file has every other byte 0


def single(_title: str, files: Files) -> SingleActivity | WholeCourse | list[Problem]:
    """Make a course of a package or of a course structure alone."""
    packed = MANIFEST in files
    name, path = (MANIFEST, files[MANIFEST]) if packed else next(iter(files.items()))
    with path.open("rb") as file:
        found = read_structure(file.read(MOST_BYTES + 1), files if packed else None, name)
    if isinstance(found, list):
        return found
    structure, warnings = found
    served = dict(files) if packed else {MANIFEST: path}
    activities = [CheckedActivity(_activity(unit), served) for unit in structure.units]  # nobody knows which files a unit loads
    activities[0].warnings.extend([*warnings, *_measured_less(structure)])
    return WholeCourse(
        identity=hashlib.sha256(structure.id.encode()).hexdigest(),
        title=structure.title,
        summary=structure.summary,
        language=structure.language,
        modules=_modules(structure),
        activities=tuple(activities),
    )


def _measured_less(structure: Structure, name: str = MANIFEST) -> list[Problem]:
    """Warn of units whose time can only be measured in part, because nobody sees what people do in them."""
    apart = sum(unit.launch_method == OWN_WINDOW for unit in structure.units)
    elsewhere = sum(is_elsewhere(unit.url) for unit in structure.units)
    found = [Problem("cmi5-own-window", name, {"count": apart})] if apart else []
    return [*found, *([Problem("cmi5-elsewhere", name, {"count": elsewhere})] if elsewhere else [])]


def _activity(unit: AssignableUnit) -> Activity:
    requires = CONDITIONS[unit.move_on]
    grading = "content" if requires.keys() & {"passed", "completed_or_passed"} else "none"
    return Activity(unit.key, unit.title, _format_of(unit), unit.minutes or MINUTES, MANIFEST, requires, None, grading, unit.summary)


def _format_of(unit: AssignableUnit) -> str:
    return "cmi5-elsewhere" if is_elsewhere(unit.url) else "cmi5"


def _modules(structure: Structure) -> tuple[Module, ...]:
    """Return a module for each run of units that have the same innermost block; units outside blocks have the course's title."""
    modules: list[Module] = []
    for blocks, units in groupby(structure.units, key=lambda one: one.blocks):
        key = key_of(blocks[-1]) if blocks else "main"
        again = sum(one.key == key or re.fullmatch(rf"{re.escape(key)}-[0-9]+", one.key) is not None for one in modules)
        titles = [structure.blocks[one].title for one in blocks] or [structure.title]
        title = Text(_joined([one.zh for one in titles]), _joined([one.en for one in titles]))
        modules.append(Module(f"{key}-{again + 1}" if again else key, title, tuple(_activity(one) for one in units)))
    return tuple(modules)


def _joined(titles: list[str]) -> str:
    return " · ".join(titles)[:LONGEST_TITLE]


def structure_of(content: bytes) -> Structure:
    """Read the structure of a published package again; it was checked when it was published.

    Raises:
        ValueError: it is not sound any more.
    """
    found = read_structure(content, _Anything())
    if isinstance(found, list):
        raise ValueError(f"the cmi5 structure of a published package has problems: {found[0]}")
    return found[0]


def _first_files(entry: str, read: ReadFile) -> tuple[str, ...]:
    """Return the files that the pages of the first units name. Learners take the units in order, so new files belong to the next one."""
    found, folder = read_structure(read(entry) or b"", _Anything()), folder_of(entry)
    urls = [] if isinstance(found, list) else [QUERY.split(one.url, maxsplit=1)[0] for one in found[0].units if not is_elsewhere(one.url)]
    return files_of_pages([f"{folder}{unquote(one)}" for one in urls], folder, read)


def as_published(structure: Structure, activities: Iterable[Activity]) -> Structure:
    """Return a structure as a course publishes it: a trainer may leave units out and change their conditions.

    `activities` are those of its package alone. The addresses of its units are then relative to the files of the course.
    """
    named = {one.key: one for one in activities}
    units = tuple(_as_published(one, named[one.key]) for one in structure.units if one.key in named)
    return replace(structure, units=units, package=next((package_in(folder_of(one.entry)) for one in named.values()), ""))


def _as_published(unit: AssignableUnit, activity: Activity) -> AssignableUnit:
    move_on = next((name for name, wanted in CONDITIONS.items() if wanted == dict(activity.requires)), unit.move_on)
    folder = "" if is_elsewhere(unit.url) else quote(folder_of(activity.entry))
    return replace(unit, move_on=move_on, url=f"{folder}{unit.url}")


def _sends(_activity: Activity, _read: ReadFile) -> tuple[str, ...]:
    return ("completed", "passed", "completed_or_passed")


class _Anything:
    """Contains every name: the files of a published package were checked."""

    def __contains__(self, _name: object) -> bool:
        return True


FORMAT = Format(
    name="cmi5",
    words=N_("cmi5 unit"),
    icon="courses",
    frame=Frame(
        scripts=("watching.js", "inner-pages.js", "cmi5-frame.js"),
        body="<main></main>",
        style="frame-unit",
        sandbox=OWN_HOST_SANDBOX,
        policy={"frame-src": "'self'"},  # the page to which a unit returns when it closes
    ),
    endings=frozenset(),
    check=check,
    detect=detect,
    single=single,
    uploads=(".xml", ".zip"),
    own_host=True,
    manifest=MANIFEST,
    graded=True,
    runtime="cmi5",
    sends=_sends,
    check_units=check_units,
    first_files=_first_files,
)

# A unit on another host: the package has no pages of its own, so nothing needs an origin here. Our frame runs our code alone.
ELSEWHERE = replace(
    FORMAT,
    name="cmi5-elsewhere",
    words=N_("cmi5 unit on another site"),
    frame=replace(FORMAT.frame, policy={"frame-src": "https: http:"}),
    detect=lambda _files: False,
    uploads=(),
    own_host=False,
    advice=N_(
        "This unit lies on another site, and nobody hears here what you do in it: touch this page beside the unit at least every ten "
        "minutes, or the clock pauses."
    ),
)
