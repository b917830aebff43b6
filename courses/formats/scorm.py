"""The format of SCORM packages, 1.2 and 2004: pages that talk with an API of the page around them, so each has a host of its own.

Units are chosen freely: rules for their order are not followed, and the trainer is told so.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import asdict, replace
from functools import partial
from pathlib import Path, PurePosixPath
from typing import Any
from urllib.parse import unquote

from courses.formats.format import (
    OWN_HOST_SANDBOX,
    AddressOf,
    CheckedActivity,
    Files,
    Format,
    Frame,
    ReadFile,
    SingleActivity,
    Tracker,
)
from courses.formats.pages_first import files_of_pages
from courses.formats.scorm_manifest import MANIFEST, ScormPackage, read_package
from courses.formats.scorm_tracking import track
from courses.libraries import FindLibrary
from courses.reader import read_part
from courses.strict_json.problem import N_, Problem
from courses.values import MOST_MINUTES, Activity, Text

FOLDER = "scorm"
MINUTES = 30  # of a package that states no typical time
MOST_NAMED = 5
PAGE = re.compile(r"[?#]")  # an address's page ends before it
PAGES = (".js", ".html", ".htm", ".xhtml")
CALLS = (b"LMSInitialize", b"API_1484_11")
# What no browser needs and nobody should download: programs, and pages for servers.
LEFT_OUT = frozenset("exe dll com bat cmd msi scr ps1 vbs sh jar apk dmg app php asp aspx jsp cgi pl py htaccess lnk".split())  # noqa: SIM905


def check(activity: Activity, files: Files, _find: FindLibrary) -> CheckedActivity | list[Problem]:
    """Check a package and serve its files in lowercase, because pages made on Windows write their names in any capitals.

    Completion is not demanded of a package that cannot report it: without a SCO, or without a script that speaks to the API.
    """
    own = _rooted({name.removeprefix(f"{activity.entry}/"): path for name, path in files.items() if name.startswith(f"{activity.entry}/")})
    if isinstance(own, Problem):
        return [own.inside(activity.entry) if own.path else replace(own, path=activity.entry)]
    package = read_package(read_part(own, MANIFEST) or b"", own.__contains__, own)
    if isinstance(package, list):
        return [one.inside(activity.entry) for one in package]
    left_out = [name for name in own if PurePosixPath(name).suffix[1:] in LEFT_OUT]
    warnings = [one.inside(activity.entry) for one in package.warnings]
    if left_out:
        named = ", ".join(sorted(left_out)[:MOST_NAMED])
        warnings.append(Problem("scorm-left-out", activity.entry, {"count": len(left_out), "names": named}))
    if activity.requires and not (package.scos and _speaks(own)):
        activity = replace(activity, requires={})
        warnings.append(Problem("never-completed", activity.entry, {"kind": "SCORM"}))
    served = {f"{activity.entry}/{name}": path for name, path in own.items() if name not in left_out}
    return CheckedActivity(activity, served, None, warnings)


def _speaks(files: Files) -> bool:
    """Say whether a page or script of a package names a call of the API. Shortened scripts name them, too."""
    texts = (read_part(files, name) or b"" for name in files if name.endswith(PAGES))
    return any(call in text for text in texts for call in CALLS)


def _rooted(files: Files) -> dict[str, Path] | Problem:
    """Return the files in lowercase, relative to the folder of the outermost manifest."""
    found = sorted((name for name in files if _is_manifest(name)), key=lambda one: (one.count("/"), one))
    if not found:
        return Problem("missing", MANIFEST)
    beside = [one for one in found if one.count("/") == found[0].count("/")]
    if len(beside) > 1:
        return Problem("scorm-several", "", {"count": len(beside)})
    root = found[0][: -len(MANIFEST)]
    return {name[len(root) :].lower(): path for name, path in files.items() if name.startswith(root)}


def _is_manifest(name: str) -> bool:
    return name.rpartition("/")[2].lower() == MANIFEST


def detect(files: Files) -> bool:
    """Say whether an unpacked upload holds a SCORM package."""
    return any(_is_manifest(name) for name in files)


def single(title: str, files: Files) -> SingleActivity | list[Problem]:
    """Make an activity of a package; it must be completed if it has a SCO, because both versions know when a SCO is."""
    own = _rooted(files)
    if isinstance(own, Problem):
        return [own]
    package = read_package(read_part(own, MANIFEST) or b"", own.__contains__, own)
    if isinstance(package, list):
        return package
    named = package.title or title
    minutes = min(package.minutes or MINUTES, MOST_MINUTES)
    requires = {"completed": True} if package.scos else {}
    activity = Activity("main", Text(named, named), "scorm", minutes, FOLDER, requires, grading="content")
    return SingleActivity(activity, {f"{FOLDER}/{name}": path for name, path in own.items()})


def read_published(entry: str, address_of: AddressOf, read: ReadFile) -> ScormPackage | None:
    """Read the manifest of a published package; None if there is none."""
    found = read_package(read(f"{entry}/{MANIFEST}") or b"", lambda name: address_of(f"{entry}/{name}") is not None)
    return found if isinstance(found, ScormPackage) else None


def _attributes(entry: str, address_of: AddressOf, read: ReadFile) -> Mapping[str, Any]:
    package = read_published(entry, address_of, read)
    return {"scorm": {"version": package.version, "units": [asdict(one) for one in package.units]}} if package else {}


def _first_files(entry: str, read: ReadFile) -> tuple[str, ...]:
    """Return what the pages of the first units name. An address with other capitals than its file is left out: a browser keeps it apart."""
    package = _read_quickly(entry, read)
    pages = (f"{entry}/{unquote(PAGE.split(one.href, maxsplit=1)[0]).lower()}" for one in package.units if one.href) if package else ()
    return files_of_pages(pages, f"{entry}/", read)


def _runtime(entry: str, read: ReadFile) -> tuple[str, ...]:
    package = _read_quickly(entry, read)
    return (f"vendor/scorm/scorm{package.version.replace('.', '')}.min.js",) if package else ()


def _read_quickly(entry: str, read: ReadFile) -> ScormPackage | None:
    """Read the manifest of a published package, whose files are there."""
    found = read_package(read(f"{entry}/{MANIFEST}") or b"", lambda _name: True)
    return found if isinstance(found, ScormPackage) else None


def _track(entry: str, has: Callable[[str], bool], read: ReadFile) -> Tracker | None:
    package = read_published(entry, lambda name: "" if has(name) else None, read)
    return partial(track, package) if package else None


def _sends(_activity: Activity, _read: ReadFile) -> tuple[str, ...]:
    return ("completed", "passed")


def _button(name: str, drawing: str) -> str:
    return f'<button type="button" data-scorm="{name}"><svg viewBox="0 0 24 24" aria-hidden="true"><path d="{drawing}"/></svg></button>'


FORMAT = Format(
    name="scorm",
    words=N_("SCORM"),
    icon="reading",
    frame=Frame(
        scripts=("watching.js", "scorm-api.js", "scorm-frame.js"),
        body=(
            '<main><nav class="scorm-nav" data-scorm="bar" hidden><div class="scorm-bar">'
            + _button("back", "M15 5l-7 7 7 7")
            + '<button type="button" data-scorm="list" aria-expanded="false" aria-controls="units"></button>'
            + _button("next", "M9 5l7 7-7 7")
            + '</div><ol class="scorm-units" id="units" data-scorm="units" hidden></ol></nav>'
            + '<div class="scorm-stage" data-scorm="stage"></div>'
            + '<p class="scorm-ended" data-scorm="ended" role="status" hidden><span></span> <button type="button"></button></p></main>'
        ),
        style="frame-scorm",
        styles=("scorm.css",),
        shape="tall",
        sandbox=OWN_HOST_SANDBOX,
        attributes=_attributes,
        later=_runtime,
    ),
    endings=frozenset(),  # of every kind, below its own entry only
    check=check,
    detect=detect,
    single=single,
    uploads=(".zip",),
    packed=".zip",
    own_host=True,
    manifest=MANIFEST,
    graded=True,
    sends=_sends,
    tracker=_track,
    first_files=_first_files,
)
