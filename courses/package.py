"""Read an uploaded file or folder as a package: a course, its served files, and its answer keys apart from them.

The content decides the type: a course (.zip or folder with course.json), one H5P content (.h5p) or one video
(.mp4, .webm). A package with problems is not used at all.
"""

import hashlib
import re
import shutil
import tempfile
import weakref
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from courses import activities as contents
from courses.archive import LIMITS, Limits, check_name, clashes, is_passed_over, unpack
from courses.formats import h5p, video
from courses.outline import LONGEST_TITLE, MOST_MINUTES, Activity, Course, Module, Text, document_of, parse_course
from courses.reader import CONTROL, LANGUAGE, read_file
from courses.strict_json.problem import Problem
from courses.strict_json.reader import LONGEST_SLUG

COURSE, H5P_FOLDER = "course.json", "content"
LIBRARY = Path(__file__).parent / "library"
ZIP_HEADS = (b"PK\x03\x04", b"PK\x05\x06")
BARE_MINUTES = 10  # the value in minutes of an H5P content without a course, because the file does not state one
SHORT_HASH = 8


@dataclass(frozen=True, slots=True)
class Package:
    """A checked package.

    `files`: served path → path of its bytes, without answer keys. `sha256` is the hash of the served tree: names and
    bytes. `document` is the canonical course document. `warnings` should be looked at, but they do not prevent publishing.
    """

    course: Course
    document: dict[str, Any]
    files: Mapping[str, bytes | Path]
    answer_keys: dict[str, dict[str, Any]]
    sha256: str
    warnings: tuple[Problem, ...] = ()
    unpacked: object = field(default=None, repr=False, compare=False)  # keeps the unpacked files while the package exists


class _Space:
    """A folder for unpacked files, deleted when it is no longer used; all unpacked files count against one limit."""

    def __init__(self) -> None:
        self._folder = Path(tempfile.mkdtemp(prefix="course-"))
        self._number = 0
        self._used = self._count = 0
        weakref.finalize(self, shutil.rmtree, self._folder, ignore_errors=True)

    def unpack(self, source: Path) -> dict[str, Path] | list[Problem]:
        """Unpack an archive; return its files by name, or every problem."""
        self._number += 1
        into = self._folder / str(self._number)
        into.mkdir()
        left = replace(LIMITS, total=LIMITS.total - self._used, files=LIMITS.files - self._count)
        names = unpack(source, into, left)
        if isinstance(names, list):
            return names
        files = {name: into.joinpath(*name.split("/")) for name in names}
        self._used += sum(path.stat().st_size for path in files.values())
        self._count += len(files)
        return files


def open_package(path: Path, library: Path = LIBRARY) -> Package | list[Problem]:
    """Open a course (.zip or folder), an .h5p or a video as a package, or return all its problems.

    Files unpacked from a zip exist as long as the package; those of a folder or a video stay in their place.
    """
    space = _Space()
    files = _folder(path) if path.is_dir() else _file(path, space)
    if isinstance(files, list):
        return files
    if COURSE in files:
        return _course(files, space, library)
    if h5p.MAIN in files:
        return _bare_h5p(path, files, space, library)
    if len(files) == 1 and files.get(path.name) == path:
        return _bare_video(path, library)
    return [Problem("no-course-file", COURSE)]


def _file(path: Path, space: _Space) -> dict[str, Path] | list[Problem]:
    with path.open("rb") as file:
        head = file.read(contents.HEAD)
    if head.startswith(ZIP_HEADS):
        found = space.unpack(path)
        return found if isinstance(found, list) else _without_top(found)
    if video.kind_of(head):
        return {path.name: path}
    return [Problem("no-course")]


def _folder(root: Path, limits: Limits = LIMITS) -> dict[str, Path] | list[Problem]:
    """Return a folder's files by name; it refuses the same names as an archive."""
    files: dict[str, Path] = {}
    problems = []
    for path in sorted(root.rglob("*")):
        name = path.relative_to(root).as_posix()
        if is_passed_over(name):
            continue
        wrong = Problem("link", name) if path.is_symlink() else check_name(name, limits) if path.is_file() else None
        if wrong:
            problems.append(wrong)
        elif path.is_file():
            files[name] = path
    problems += clashes(list(files))
    if len(files) > limits.files or sum(path.stat().st_size for path in files.values()) > limits.total:
        problems.append(Problem("too-much", "", {"most": limits.files, "mb": limits.total // 1_000_000}))
    return problems or files


def _without_top(files: dict[str, Path]) -> dict[str, Path]:
    """Return the files without a single top folder, which many zip programs add."""
    if COURSE in files or h5p.MAIN in files:
        return files
    tops = {name.partition("/")[0] for name in files}
    inner = {name.partition("/")[2]: path for name, path in files.items()}
    return inner if len(tops) == 1 and (COURSE in inner or h5p.MAIN in inner) else files


def _course(files: dict[str, Path], space: _Space, library: Path) -> Package | list[Problem]:
    document, problems = read_file(contents.read_part(files, COURSE) or b"", COURSE)
    if problems:
        return problems
    course = parse_course(_with_lengths(document, files))
    if isinstance(course, list):
        return [one.inside(COURSE) for one in course]
    unpacked = _unpack_contents(course, files, space)
    return unpacked if isinstance(unpacked, list) else _package(*unpacked, space, library)


def _with_lengths(document: Any, files: Mapping[str, Path]) -> Any:
    """Fill in the length of videos that the author left out, before the document is read."""
    for module in _list(document, "modules"):
        for one in _list(module, "activities"):
            path = files.get(one["entry"]) if isinstance(one, dict) and isinstance(one.get("entry"), str) else None
            if path is not None and one.get("format") == "video" and "media_seconds" not in one and (seconds := video.seconds_of(path)):
                one["media_seconds"] = seconds
    return document


def _list(value: Any, key: str) -> list[Any]:
    found = value.get(key) if isinstance(value, dict) else None
    return found if isinstance(found, list) else []


def _unpack_contents(course: Course, files: dict[str, Path], space: _Space) -> tuple[Course, dict[str, Path]] | list[Problem]:
    """Unpack activities that are .h5p files, as editors export them; the entry becomes a folder of the same name."""
    files, problems, folders = dict(files), [], {}
    entries = {one.entry for one in course.activities if one.format == "h5p" and one.entry.lower().endswith(".h5p")}
    for entry in sorted(entries & files.keys()):
        found = space.unpack(files.pop(entry))
        if isinstance(found, list):
            problems += [one.inside(entry) for one in found]
            continue
        folders[entry] = entry[: -len(".h5p")]
        added = {f"{folders[entry]}/{name}": path for name, path in found.items()}
        problems += [Problem("packed-and-plain", name) for name in sorted(added.keys() & files.keys())]
        files |= added
    modules = tuple(
        replace(module, activities=tuple(replace(one, entry=folders.get(one.entry, one.entry)) for one in module.activities))
        for module in course.modules
    )
    return problems or (replace(course, modules=modules), files)


def _package(course: Course, files: Mapping[str, Path], space: _Space, library: Path) -> Package | list[Problem]:
    """Collect the served files of every activity."""
    outcomes = [contents.serve(one, files, library) for one in course.activities]
    problems = [problem for one in outcomes if isinstance(one, list) for problem in one]
    keys = {f"{contents.ANSWERS}{one.key}.json" for one in course.activities}
    problems += [Problem("answer-key-without-activity", name) for name in files if name.startswith(contents.ANSWERS) and name not in keys]
    if problems:
        return list(dict.fromkeys(problems))
    found = [one for one in outcomes if isinstance(one, contents.Served)]
    served = {name: path for one in found for name, path in one.files.items()}
    course = _as_served(course, {one.activity.key: one.activity for one in found})
    return Package(
        course=course,
        document=document_of(course),
        files=dict(sorted(served.items())),
        answer_keys={one.activity.key: one.key for one in found if one.key is not None},
        sha256=_digest(served),
        warnings=tuple(warning for one in found for warning in one.warnings),
        unpacked=space,
    )


def _as_served(course: Course, activities: Mapping[str, Activity]) -> Course:
    """Return the course with its activities as they are served: conditions that can never be met are removed."""
    modules = (replace(module, activities=tuple(activities[one.key] for one in module.activities)) for module in course.modules)
    return replace(course, modules=tuple(modules))


def _bare_h5p(path: Path, files: Mapping[str, Path], space: _Space, library: Path) -> Package | list[Problem]:
    files = {f"{H5P_FOLDER}/{name}": one for name, one in files.items()}
    content = h5p.read_content(lambda name: contents.read_part(files, name), f"{H5P_FOLDER}/")
    if isinstance(content, list):
        return content
    title = _title(content.title) or _title(path.stem)
    ends = content.main in h5p.SELF_ENDING
    requires = {"completed": True} if ends else {}
    activity = Activity("main", Text(title, title), "h5p", BARE_MINUTES, H5P_FOLDER, requires, None, "none", Text("", ""))
    language = content.language if LANGUAGE.fullmatch(content.language) and content.language != "und" else "zh"
    return _package(_bare(path.stem, _digest(files), activity, language), files, space, library)


def _bare_video(path: Path, library: Path) -> Package | list[Problem]:
    with path.open("rb") as file:
        digest, kind = hashlib.file_digest(file, "sha256").hexdigest(), video.kind_of(_head(path))
    seconds = video.seconds_of(path)
    if seconds is None:
        return [Problem("unknown-length", path.name)]
    minutes, entry = -(-seconds // 60), f"media/video.{kind}"
    if minutes > MOST_MINUTES:
        return [Problem("video-too-long", path.name, {"minutes": MOST_MINUTES})]
    title = _title(path.stem)
    activity = Activity("main", Text(title, title), "video", int(minutes), entry, {"coverage": 0.9}, seconds, "none", Text("", ""))
    return _package(_bare(path.stem, digest, activity, "zh"), {entry: path}, _Space(), library)


def _bare(stem: str, digest: str, activity: Activity, language: str) -> Course:
    """Return a course with one activity; its code is made from the file's name and content."""
    words = re.sub(r"[^a-z0-9]+", "-", stem.lower()).strip("-")[: LONGEST_SLUG - SHORT_HASH - 1].strip("-") or activity.format
    return Course(
        f"{words}-{digest[:SHORT_HASH]}",
        activity.title,
        Text("", ""),
        "companion",
        language,
        (Module("main", activity.title, (activity,)),),
    )


def _title(written: str) -> str:
    return CONTROL.sub("", written).strip()[:LONGEST_TITLE]


def _head(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(contents.HEAD)


def _digest(files: Mapping[str, Path]) -> str:
    """Return the hash of a tree: of every name and its content's hash, ordered by name."""
    whole = hashlib.sha256()
    for name in sorted(files):
        with files[name].open("rb") as file:
            whole.update(f"{name}\0{hashlib.file_digest(file, 'sha256').hexdigest()}\n".encode())
    return whole.hexdigest()
