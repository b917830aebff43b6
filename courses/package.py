"""Read an uploaded file or folder as a package: a course, its served files, and its answer keys apart from them.

The content decides the type: a course (.zip or folder with course.json), or what a format of the table accepts by itself, such as one
video. A package with problems is not used at all.
"""

import hashlib
import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path, PurePosixPath
from typing import Any

from courses.answers_out import take_answers_out
from courses.archive import LIMITS, check_kind, names_in, read_first
from courses.byte_count import Report, to_nobody
from courses.checking import check_activities
from courses.foreign import in_archive, in_file, of_unknown_kind
from courses.formats import FORMATS, have_pages, is_page_in, page_folders, uploads
from courses.formats.cmi5_values import MANIFEST as CMI5
from courses.formats.format import CheckedActivity, Files, SingleActivity, WholeCourse, read_head
from courses.grading import ANSWERS
from courses.libraries import OWN, FindLibrary, first_of, in_folder, nothing
from courses.outline import outline_of, parse_course
from courses.reader import CONTROL, read_file, read_part
from courses.strict_json.problem import Problem
from courses.strict_json.reader import LONGEST_SLUG
from courses.unpacking import UnpackingSpace, files_of_folder
from courses.values import LONGEST_TITLE, NOTHING, Activity, Course, Module

COURSE = "course.json"
H5P_COURSE = "h5p.json"
ZIP_HEADS = (b"PK\x03\x04", b"PK\x05\x06")
SHORT_HASH = 8


@dataclass(frozen=True, slots=True)
class SourceFile:
    """The file of which a package was read, as its author has it; it may hold answer keys."""

    path: Path
    sha256: str
    bytes: int


@dataclass(frozen=True, slots=True)
class Package:
    """A checked package.

    `files`: served path → path of its bytes, without answer keys. `hashes`: served path → SHA-256 of its bytes. `activity_files`:
    activity → the served paths that it plays. `sha256` is the hash of the served tree: names and bytes. `outline` is the canonical
    course outline. `warnings` should be looked at, but they do not prevent publishing.
    """

    course: Course
    outline: dict[str, Any]
    files: Mapping[str, bytes | Path]
    hashes: Mapping[str, str]
    activity_files: Mapping[str, Collection[str]]
    answer_keys: dict[str, dict[str, Any]]
    sha256: str
    warnings: tuple[Problem, ...] = ()
    source: SourceFile | None = None  # None: it was a folder
    unpacked: object = field(default=None, repr=False, compare=False)  # keeps the unpacked files while the package exists


def open_package(path: Path, library: Path = OWN, offered: FindLibrary = nothing, report: Report = to_nobody) -> Package | list[Problem]:
    """Open a course (.zip or folder), or a file that is a course by itself, or return all its problems.

    `library` is the folder of our own H5P libraries; `offered` has others. Both serve contents that lack theirs.
    Files unpacked from a zip exist as long as the package; those of a folder or a single file stay in their place. `report` is told
    how far it is, in hundredths.
    """
    foreign = _foreign(path)
    if foreign:
        return [foreign]
    space = UnpackingSpace(report)
    opened = _opened(path, space, first_of(in_folder(library), offered))
    if isinstance(opened, Package) and path.is_file():
        return replace(opened, source=SourceFile(path, space.hashes_of([path])[path], path.stat().st_size))
    return opened


def _opened(path: Path, space: UnpackingSpace, find: FindLibrary) -> Package | list[Problem]:
    files = files_of_folder(path) if path.is_dir() else _file(path, space)
    if isinstance(files, list):
        return files
    if COURSE in files:
        return _course(files, space, find)
    if _is_single(files):
        return _single(path, files, space, find)
    if path not in files.values():
        misplaced = next((name for name in files if name.endswith(f"/{CMI5}")), None)
        return [Problem("no-course-file", COURSE) if misplaced is None else Problem("cmi5-not-at-root", misplaced)]
    return [in_file(read_head(path)) or of_unknown_kind(path.suffix.lower(), path.stat().st_size, uploads())]


def _foreign(path: Path) -> Problem | None:
    """Name an archive or folder that is something else than a course, before its files are looked at one by one."""
    if path.is_dir():
        names, read = [one.relative_to(path).as_posix() for one in path.rglob("*") if one.is_file()], partial(_read_first, path)
    elif read_head(path).startswith(ZIP_HEADS):
        names, read = names_in(path), partial(read_first, path)
    else:
        return None
    if len(names) > LIMITS.files:  # said here already, because reading so long a list of files again takes a second
        return Problem("too-many-files", "", {"count": len(names), "most": LIMITS.files})
    if have_pages(names) or any(PurePosixPath(name).name in {COURSE, H5P_COURSE} for name in names):
        return None
    return in_archive(names[: LIMITS.files], read)


def _read_first(folder: Path, name: str, most: int) -> bytes:
    with (folder / name).open("rb") as file:
        return file.read(most)


def _file(path: Path, space: UnpackingSpace) -> dict[str, Path] | list[Problem]:
    if not read_head(path).startswith(ZIP_HEADS):
        return {path.name: path}
    found = space.unpack(path)
    return found if isinstance(found, list) else _without_top(found)


def _is_single(files: Files) -> bool:
    return any(one.detect(files) for one in FORMATS.values())


def _without_top(files: dict[str, Path]) -> dict[str, Path]:
    """Return the files without a single top folder, which many zip programs add."""
    if COURSE in files or _is_single(files):
        return files
    tops = {name.partition("/")[0] for name in files}
    inner = {name.partition("/")[2]: path for name, path in files.items()}
    if CMI5 in inner:
        return files  # cmi5 14.1: it must lie at the top
    return inner if len(tops) == 1 and (COURSE in inner or _is_single(inner)) else files


def _course(files: dict[str, Path], space: UnpackingSpace, find: FindLibrary) -> Package | list[Problem]:
    outline, problems = read_file(read_part(files, COURSE) or b"", COURSE)
    if problems:
        return problems
    course = parse_course(_with_facts(outline, files))
    if isinstance(course, list):
        return [one.inside(COURSE) for one in course]
    unpacked = _unpack_contents(course, files, space)
    if isinstance(unpacked, list):
        return unpacked
    return _strays(*unpacked) or _package(*unpacked, space, find)


def _strays(course: Course, files: Files) -> list[Problem]:
    """Return the problem of every file that a course may hold only inside a package with pages of its own."""
    own = tuple({_own_folder(one) for one in course.activities if FORMATS[one.format].manifest})
    return _wrong_kinds((name for name in files if not name.startswith(own)), page_folders(files))


def _own_folder(activity: Activity) -> str:
    """Return the folder of a package with pages of its own: the entry is that folder, or the manifest in it."""
    manifest = FORMATS[activity.format].manifest
    return activity.entry.removesuffix(manifest) if activity.entry.endswith(f"/{manifest}") else f"{activity.entry}/"


def _wrong_kinds(names: Iterable[str], pages: tuple[str, ...]) -> list[Problem]:
    """Return a problem for every file of a kind that a course may not hold; `pages` are folders in which web pages may lie."""
    return [one for one in (check_kind(name) for name in names if not is_page_in(name, pages)) if one is not None]


def _with_facts(outline: Any, files: Mapping[str, Path]) -> Any:
    """Fill in what the author left out and the files state, such as the length of a video, before the outline is read."""
    for module in _list(outline, "modules"):
        for one in _list(module, "activities"):
            path = files.get(one["entry"]) if isinstance(one, dict) and isinstance(one.get("entry"), str) else None
            if path is not None and isinstance(one.get("format"), str) and one["format"] in FORMATS:
                one |= {name: value for name, value in FORMATS[one["format"]].facts(path).items() if name not in one}
    return outline


def _list(value: Any, key: str) -> list[Any]:
    found = value.get(key) if isinstance(value, dict) else None
    return found if isinstance(found, list) else []


def _unpack_contents(course: Course, files: dict[str, Path], space: UnpackingSpace) -> tuple[Course, dict[str, Path]] | list[Problem]:
    """Unpack activities that are archives, as editors export them; the entry becomes a folder of the same name."""
    files, problems, folders = dict(files), [], {}
    endings = {one.entry: FORMATS[one.format].packed for one in course.activities}
    for entry in sorted(endings.keys() & files.keys()):
        if not endings[entry] or not entry.lower().endswith(endings[entry]):
            continue
        found = space.unpack(files.pop(entry))
        if isinstance(found, list):
            problems += [one.inside(entry) for one in found]
            continue
        folders[entry] = entry[: -len(endings[entry])]
        added = {f"{folders[entry]}/{name}": path for name, path in found.items()}
        problems += [Problem("packed-and-plain", name) for name in sorted(added.keys() & files.keys())]
        files |= added
    modules = tuple(
        replace(module, activities=tuple(replace(one, entry=folders.get(one.entry, one.entry)) for one in module.activities))
        for module in course.modules
    )
    return problems or (replace(course, modules=modules), files)


def _package(course: Course, files: Mapping[str, Path], space: UnpackingSpace, find: FindLibrary) -> Package | list[Problem]:
    """Collect the served files of every activity, after the answers were taken out of them."""
    parted = take_answers_out(course, files, space)
    if isinstance(parted, list):
        return parted
    course, files = parted
    outcomes = check_activities(course.activities, files, find)
    problems = [problem for one in outcomes if isinstance(one, list) for problem in one]
    keys = {f"{ANSWERS}{one.key}.json" for one in course.activities}
    problems += [Problem("answer-key-without-activity", name) for name in files if name.startswith(ANSWERS) and name not in keys]
    if problems:
        return list(dict.fromkeys(problems))
    return _assembled(course, [one for one in outcomes if isinstance(one, CheckedActivity)], space)


def _assembled(course: Course, found: Sequence[CheckedActivity], space: UnpackingSpace) -> Package:
    different = {id(one.files): one.files for one in found}  # units of one package share their files
    served = {name: path for files in different.values() for name, path in files.items()}
    names = {same: tuple(files) for same, files in different.items()}
    course = _as_served(course, {one.activity.key: one.activity for one in found})
    hashes = _hashes(served, space)
    return Package(
        course=course,
        outline=outline_of(course),
        files=dict(sorted(served.items())),
        hashes=hashes,
        activity_files={one.activity.key: names[id(one.files)] for one in found},
        answer_keys={one.activity.key: one.key for one in found if one.key is not None},
        sha256=tree_digest(hashes),
        warnings=tuple(dict.fromkeys(warning for one in found for warning in one.warnings)),
        unpacked=space,
    )


def _as_served(course: Course, activities: Mapping[str, Activity]) -> Course:
    """Return the course with its activities as they are served: conditions that can never be met are removed."""
    modules = (replace(module, activities=tuple(activities[one.key] for one in module.activities)) for module in course.modules)
    return replace(course, modules=tuple(modules))


def _single(path: Path, files: Files, space: UnpackingSpace, find: FindLibrary) -> Package | list[Problem]:
    """Make a course of a file that is one by itself."""
    format = next(one for one in FORMATS.values() if one.detect(files))
    wrong = [] if format.manifest or path in files.values() else _wrong_kinds(files, page_folders(files))
    found = wrong or format.single(_title(path.stem), files)
    if isinstance(found, list):
        return found
    if isinstance(found, WholeCourse):
        code = _code(path.stem, "course", found.identity)
        course = Course(code, found.title, found.summary, "companion", found.language, found.modules)
        return _assembled(course, found.activities, space)
    digest = space.hashes_of([path])[path] if path in files.values() else tree_digest(_hashes(found.files, space))
    return _package(_course_of_one(path.stem, digest, found), found.files, space, find)


def _course_of_one(stem: str, digest: str, single: SingleActivity) -> Course:
    """Return a course with one activity; its code is made from the file's name and content."""
    activity = single.activity
    code = _code(stem, activity.format, digest)
    return Course(code, activity.title, NOTHING, "companion", single.language, (Module("main", activity.title, (activity,)),))


def _code(stem: str, usual: str, digest: str) -> str:
    words = re.sub(r"[^a-z0-9]+", "-", stem.lower()).strip("-")[: LONGEST_SLUG - SHORT_HASH - 1].strip("-") or usual
    return f"{words}-{digest[:SHORT_HASH]}"


def _title(written: str) -> str:
    return CONTROL.sub("", written).strip()[:LONGEST_TITLE]


def _hashes(files: Mapping[str, Path], space: UnpackingSpace) -> dict[str, str]:
    found = space.hashes_of(list(files.values()))
    return {name: found[files[name]] for name in sorted(files)}


def tree_digest(hashes: Mapping[str, str]) -> str:
    """Return the hash of a tree: of every name and its content's hash, ordered by name."""
    whole = hashlib.sha256()
    for name in sorted(hashes):
        whole.update(f"{name}\0{hashes[name]}\n".encode())
    return whole.hexdigest()
