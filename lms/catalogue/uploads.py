"""Check an uploaded file as a course, and report all its problems."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path, PurePath

from courses.byte_count import Report, to_nobody
from courses.formats import FORMATS, uploads
from courses.libraries import FindLibrary, nothing
from courses.package import Package, open_package
from courses.strict_json.problem import Problem

MOST_MB = 200


@dataclass(frozen=True, slots=True)
class CheckedPackage:
    """A package, or every problem of the file."""

    package: Package | None
    problems: Sequence[Problem]


def suffix_of(name: str | None) -> str:
    """Return the file name's suffix in lowercase if such files can be uploaded, otherwise ''."""
    suffix = PurePath(name or "").suffix.lower()
    return suffix if suffix in uploads() else ""


def check(path: Path, offered: FindLibrary = nothing, *, own_hosts: bool, report: Report = to_nobody) -> CheckedPackage:
    """Open a file or folder as a course; the content decides its type, not its name.

    `offered` has libraries that it may lack. `own_hosts`: whether this site serves packages on hosts of their own. `report` is
    told how far it is.
    """
    opened = open_package(path, offered=offered, report=report)
    if not isinstance(opened, Package):
        return CheckedPackage(None, opened)
    homeless = [] if own_hosts else [one for one in opened.course.activities if FORMATS[one.format].own_host]
    if homeless:
        return CheckedPackage(None, [Problem("needs-own-host", one.entry, {"format": FORMATS[one.format].words}) for one in homeless])
    return CheckedPackage(opened, ())
