"""Find an activity's files in its package, and decide which of them are served.

Answer keys are in `answers/` and are never served, even if a course document asks for it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from courses.formats import h5p, own, video
from courses.grading import check_key
from courses.outline import CLOSE_S, Activity
from courses.reader import MOST_BYTES, read_file
from courses.strict_json.problem import Problem

ANSWERS = "answers/"
HEAD = 4096


@dataclass(frozen=True, slots=True)
class Served:
    """An activity with its served files; `key` is its answer key if the server grades it."""

    activity: Activity
    files: Mapping[str, Path]
    key: dict[str, Any] | None = None
    warnings: list[Problem] = field(default_factory=list)


def serve(activity: Activity, files: Mapping[str, Path], library: Path) -> Served | list[Problem]:
    """Check an activity against the files of its package (name → path); `library` holds our own H5P types."""
    if activity.entry == ANSWERS[:-1] or activity.entry.startswith(ANSWERS):
        return [Problem("in-answer-keys", activity.entry)]
    return _video(activity, files) if activity.format == "video" else _h5p(activity, files, library)


def read_part(files: Mapping[str, Path], name: str) -> bytes | None:
    """Return a file's content, truncated if it is too long for a document; None if there is no such file."""
    path = files.get(name)
    if path is None:
        return None
    with path.open("rb") as file:
        return file.read(MOST_BYTES + 1)


def _video(activity: Activity, files: Mapping[str, Path]) -> Served | list[Problem]:
    path = files.get(activity.entry)
    if path is None:
        return [Problem("missing", activity.entry)]
    with path.open("rb") as file:
        kind = video.kind_of(file.read(HEAD))
    if kind is None or not activity.entry.lower().endswith(f".{kind}"):
        return [Problem("video-kind", activity.entry)]
    stem = activity.entry.rpartition(".")[0]
    beside = {stem + suffix: files[stem + suffix] for suffix in (*video.CAPTIONS, *video.POSTERS) if stem + suffix in files}
    codec = video.hevc_in(path)
    problems = [Problem("hevc", activity.entry, {"codec": codec})] if codec else []
    problems += _captions(beside) + _length(activity.entry, path, activity.media_seconds, "media_seconds")
    captioned = any(name.endswith(video.CAPTIONS) for name in beside)
    warnings = [] if captioned else [Problem("no-captions", activity.entry, {"name": stem})]
    return problems or Served(_reachable(activity, path), {activity.entry: path, **beside}, None, warnings)


def _reachable(activity: Activity, path: Path) -> Activity:
    """Return a film's activity. Use the file's length if the stated one is longer, so that full coverage is possible."""
    seconds, stated = video.seconds_of(path), activity.media_seconds
    too_long = "coverage" in activity.requires and seconds is not None and stated is not None and seconds < stated
    return replace(activity, media_seconds=seconds) if too_long else activity


def _length(name: str, path: Path, stated: float | None, word: str) -> list[Problem]:
    """Compare a stated length with the file's; if the file has none, accept the stated one."""
    seconds = video.seconds_of(path)
    if stated is None or seconds is None or abs(seconds - stated) <= CLOSE_S:
        return []
    return [Problem("other-length", name, {"real": f"{seconds:g}", "field": word, "said": f"{stated:g}"})]


def _captions(files: Mapping[str, Path]) -> list[Problem]:
    found = [video.captions_problem(path.read_bytes(), name) for name, path in files.items() if name.endswith(".vtt")]
    return [one for one in found if one is not None]


def _h5p(activity: Activity, files: Mapping[str, Path], library: Path) -> Served | list[Problem]:
    folder = f"{activity.entry}/"
    content = h5p.read_content(lambda name: read_part(files, name), folder)
    if isinstance(content, list):
        return content
    own_files = {name: path for name, path in files.items() if name.startswith(folder)}
    added, problems = _libraries(own_files, folder, content.libraries, library)
    wrong = h5p.check_content(content, folder, own_files.__contains__)
    problems += wrong or _media(content, folder, own_files)
    key = _key(activity, content, files)
    problems += key if isinstance(key, list) else []
    together = {**own_files, **added}
    libraries = [
        name[len(folder) :].partition("/")[0]
        for name in together
        if name.endswith("/library.json") and name.count("/") == folder.count("/") + 1
    ]
    problems += [
        Problem("library-file-missing", name)
        for name in h5p.missing_files(lambda name: read_part(together, name), folder, libraries, together.__contains__)
    ]
    if problems or isinstance(key, list):
        return problems
    warnings = [Problem("external", folder + h5p.CONTENT, {"address": address}) for address in h5p.external_addresses(content)]
    if "completed" in activity.requires and not h5p.can_complete(content):
        activity = replace(activity, requires={name: value for name, value in activity.requires.items() if name != "completed"})
        warnings.append(Problem("never-completed", activity.entry, {"kind": content.main}))
    return Served(activity, together, key, warnings)


def _libraries(files: Mapping[str, Path], folder: str, wanted: tuple[str, ...], library: Path) -> tuple[dict[str, Path], list[Problem]]:
    """Return the files from our own libraries that the package lacks, and a problem for each library that is in neither."""
    added: dict[str, Path] = {}
    while True:
        together = {**files, **added}
        missing = list(h5p.missing_libraries(lambda name, held=together: read_part(held, name), folder, wanted))  # type: ignore[misc]
        found = [name for name in missing if (library / name / "library.json").is_file()]
        if not found:
            return added, [Problem("library-missing", f"{folder}{name}") for name in missing]
        for name in found:
            for path in sorted((library / name).rglob("*")):
                if path.is_file():
                    added[f"{folder}{path.relative_to(library).as_posix()}"] = path


def _media(content: h5p.Content, folder: str, files: Mapping[str, Path]) -> list[Problem]:
    """Check the files that one of our types plays: they exist, videos have the stated length, captions are valid."""
    problems: list[Problem] = []
    wanted = [f"{folder}content/{name}" for name in own.files_of(content.main, content.body)]
    problems += [Problem("missing", name) for name in wanted if name not in files]
    if problems or not wanted:
        return problems
    with files[wanted[0]].open("rb") as file:
        if video.kind_of(file.read(HEAD)) is None:
            return [Problem("video-kind-inside", wanted[0])]
    return _captions({name: files[name] for name in wanted}) + _length(wanted[0], files[wanted[0]], content.body["duration"], "duration")


def _key(activity: Activity, content: h5p.Content, files: Mapping[str, Path]) -> dict[str, Any] | list[Problem] | None:
    """Return the answer key of a server-graded activity; None if the server does not grade it."""
    name = f"{ANSWERS}{activity.key}.json"
    graded = activity.grading == "server"
    if graded != (content.main == own.QUIZ):
        return [Problem("server-grading", activity.entry, {"kind": own.QUIZ, "same": own.QUIZ})]
    if not graded:
        return [Problem("answer-key-not-used", name)] if name in files else None
    written = read_part(files, name)
    if written is None:
        return [Problem("answer-key-missing", name)]
    key, problems = read_file(written, name)
    if problems:
        return problems
    problems = check_key(key)
    if not problems and not own.check_quiz(content.body):
        problems = own.compare_key(content.body, key)
    return [one.inside(name) for one in problems] if problems else dict(key)
