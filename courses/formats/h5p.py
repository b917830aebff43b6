"""The format of H5P content: a folder with h5p.json, its content and its libraries, or an exported .h5p file."""

import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from courses.answer_key import check_key
from courses.formats import h5p_advice, h5p_content, h5p_first, own, video_file
from courses.formats.captions import captions_problem
from courses.formats.captions_text import texts_in
from courses.formats.format import CheckedActivity, Files, Format, Frame, ReadFile, SingleActivity, read_head
from courses.formats.own_checks import checks_in, compare_checks
from courses.formats.video import check_captions, check_length
from courses.grading import ANSWERS
from courses.libraries import LEFT_OUT, LIBRARY, FindLibrary
from courses.reader import CONTROL, LANGUAGE, read_file, read_part
from courses.strict_json.problem import N_, Problem
from courses.values import LONGEST_TITLE, Activity, Text

FOLDER = "content"
# What H5P allows in content and libraries, without Flash and HTML pages.
ENDINGS = frozenset(
    ending
    for endings in (
        "h5p bmp gif jpeg jpg png svg tif tiff webp glb gltf",
        "m4a mp3 mp4 ogg wav webm vtt webvtt",
        "css js json map eot otf ttf woff woff2",
    )
    for ending in endings.split()
)
MINUTES = 10  # the value in minutes of an H5P content without a course, because the file does not state one
MOST_DESCRIPTIONS = 2_000_000  # bytes of all library.json of a content; real ones have at most 40,000 together
OWN_VIDEO = frozenset({own.CHECKPOINT_VIDEO})


def check(activity: Activity, files: Files, find: FindLibrary) -> CheckedActivity | list[Problem]:
    """Check an H5P content with its libraries, its media, and its answer key if the server grades it."""
    folder = f"{activity.entry}/"
    content = h5p_content.read_content(lambda name: read_part(files, name), folder)
    if isinstance(content, list):
        return content
    described = sum(path.stat().st_size for name, path in files.items() if name.startswith(folder) and name.endswith(f"/{LIBRARY}"))
    if described > MOST_DESCRIPTIONS:  # before they are read, each several times
        return [Problem("libraries-too-large", activity.entry, {"mb": MOST_DESCRIPTIONS // 10**6})]
    own_files, problems = _with_versions({name: path for name, path in files.items() if name.startswith(folder)}, folder)
    added, missing = _libraries(own_files, folder, content.libraries, find)
    spared, missing = _spared(content, folder, {**own_files, **added}, missing)
    added |= {f"{one.path}/{LIBRARY}": LEFT_OUT for one in spared}
    problems += missing
    wrong = h5p_content.check_content(content, folder, own_files.__contains__)
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
        for name in h5p_content.missing_files(lambda name: read_part(together, name), folder, libraries, together.__contains__)
    ]
    if problems or isinstance(key, list):
        return problems
    warnings = [
        Problem("external", folder + h5p_content.CONTENT, {"address": address}) for address in h5p_content.external_addresses(content)
    ]
    warnings += spared
    if content.main not in own.CHECKS:
        warnings += _captions(content, folder, own_files)
    if "completed" in activity.requires and not h5p_content.can_complete(content, lambda name: read_part(together, name), folder):
        activity = replace(activity, requires={name: value for name, value in activity.requires.items() if name != "completed"})
        warnings.append(Problem("never-completed", activity.entry, {"kind": content.main}))
    return CheckedActivity(activity, together, key, warnings)


def _with_versions(files: Files, folder: str) -> tuple[dict[str, Path], list[Problem]]:
    """Return the files with each library in a folder that names its version: H5P also allows `H5P.Foo` for `H5P.Foo-1.2`, and editors use
    both, but the player looks for all libraries of a content in one of the two ways.
    """
    renamed = h5p_content.unversioned(lambda name: read_part(files, name), folder, files)
    problems = [
        Problem("library-twice", f"{folder}{one}", {"other": other})
        for one, other in renamed.items()
        if f"{folder}{other}/library.json" in files
    ]
    found = {}
    for name, path in files.items():
        top, slash, rest = name[len(folder) :].partition("/")
        found[f"{folder}{renamed[top]}{slash}{rest}" if slash and top in renamed else name] = path
    return found, problems


def _libraries(files: Files, folder: str, wanted: tuple[str, ...], find: FindLibrary) -> tuple[dict[str, Path], list[Problem]]:
    """Return the files of the libraries that the package lacks, and a problem for each library that is nowhere."""
    added: dict[str, Path] = {}
    while True:
        together = {**files, **added}
        missing = list(h5p_content.missing_libraries(lambda name, held=together: read_part(held, name), folder, wanted))  # type: ignore[misc]
        found = {name: held for name in missing if (held := find(name)) is not None}
        if not found:
            return added, [_not_there(name, folder, files) for name in missing]
        added |= {f"{folder}{name}/{inner}": path for name, held in found.items() for inner, path in held.items()}


def _spared(content: h5p_content.Content, folder: str, files: Files, missing: list[Problem]) -> tuple[list[Problem], list[Problem]]:
    """Divide missing libraries into warnings of those that nothing uses, which the content plays without, and problems."""
    needed = h5p_content.used_libraries(content, lambda name: read_part(files, name), folder)
    spared = [
        Problem("library-left-out", one.path) for one in missing if one.code == "library-missing" and one.path[len(folder) :] not in needed
    ]
    return spared, [one for one in missing if one.path not in {free.path for free in spared}]


def _not_there(name: str, folder: str, files: Files) -> Problem:
    """Say that a library is missing, or that the package holds another version of it."""
    start = f"{folder}{name.rpartition('-')[0]}-"
    other = next(
        (one for one in files if one.startswith(start) and one.endswith("/library.json") and one.count("/") == start.count("/") + 1), None
    )
    if other is None:
        return Problem("library-missing", f"{folder}{name}")
    held = other.removesuffix("/library.json")
    return Problem("library-other-version", held, {"held": held[len(start) :], "needed": name.rpartition("-")[2]})


def _media(content: h5p_content.Content, folder: str, files: Files) -> list[Problem]:
    """Check the files that one of our types plays: they exist, videos have the stated length, captions are valid."""
    problems: list[Problem] = []
    wanted = [f"{folder}content/{name}" for name in own.files_of(content.main, content.body)]
    problems += [Problem("missing", name) for name in wanted if name not in files]
    if problems or not wanted:
        return problems
    if video_file.kind_of(read_head(files[wanted[0]])) is None:
        return [Problem("video-kind-inside", wanted[0])]
    seconds = video_file.seconds_of(files[wanted[0]])
    return check_captions({name: files[name] for name in wanted}) + check_length(wanted[0], seconds, content.body["duration"], "duration")


def _captions(content: h5p_content.Content, folder: str, files: Files) -> list[Problem]:
    """Warn of caption files of films in content of others: browsers leave captions out without a word."""
    named = [f"{folder}content/{name}" for name in h5p_content.caption_files(content)]
    found = [captions_problem(files[name].read_bytes(), name) for name in named if name in files]
    return [one for one in found if one is not None]


def _key(activity: Activity, content: h5p_content.Content, files: Files) -> dict[str, Any] | list[Problem] | None:
    """Return the answer key of an activity that the server grades by one; None if it has none."""
    name = f"{ANSWERS}{activity.key}.json"
    graded = activity.grading == "server"
    if graded != (content.main in own.SERVER_GRADED):
        kind = content.main if content.main in own.SERVER_GRADED else own.QUIZ
        return [Problem("server-grading", activity.entry, {"kind": kind, "same": own.QUIZ})]
    written = read_part(files, name)
    checks = list(checks_in(content.main, content.body))
    if content.main != own.QUIZ and not checks:
        return None if written is None else [Problem("answer-key-not-used", name)]
    if written is None:
        return [Problem("answer-key-missing", name)]
    key, problems = read_file(written, name)
    if problems:
        return problems
    problems = check_key(key)
    if not problems and not own.CHECKS[content.main](content.body):
        problems = compare_checks(checks, key) if checks else own.compare_key(content.body, key)
    return [one.inside(name) for one in problems] if problems else dict(key)


def detect(files: Files) -> bool:
    """Say whether an unpacked upload is an H5P content."""
    return h5p_content.MAIN in files


def single(title: str, files: Files) -> SingleActivity | list[Problem]:
    """Make an activity of an H5P content; it must be completed if its type is known to report that."""
    files = {f"{FOLDER}/{name}": path for name, path in files.items()}
    content = h5p_content.read_content(lambda name: read_part(files, name), f"{FOLDER}/")
    if isinstance(content, list):
        return content
    title = CONTROL.sub("", content.title).strip()[:LONGEST_TITLE] or title
    graded = content.main in own.SERVER_GRADED
    requires = {"passed": True} if graded else {"completed": True} if content.main in h5p_content.SELF_ENDING else {}
    language = content.language if LANGUAGE.fullmatch(content.language) and content.language != "und" else "zh"
    grading = "server" if graded else "none"
    return SingleActivity(Activity("main", Text(title, title), "h5p", MINUTES, FOLDER, requires, grading=grading), files, language)


def _plays_own_media(entry: str, read: ReadFile) -> bool:
    try:
        return json.loads(read(f"{entry}/{h5p_content.MAIN}") or b"{}").get("mainLibrary") in OWN_VIDEO
    except (ValueError, AttributeError, TypeError):
        return False


def _captions_text(entry: str, read: ReadFile) -> Mapping[str, tuple[str, ...]]:
    """Return the text of the captions of our own type of film; other types show theirs in many ways."""
    content = h5p_content.read_content(read, f"{entry}/")
    if isinstance(content, list) or content.main not in OWN_VIDEO:
        return {}
    return texts_in({one["language"]: f"{entry}/content/{one['path']}" for one in content.body.get("captions") or ()}, read)


def _player_parts(_entry: str, _read: ReadFile) -> tuple[str, ...]:
    return ("vendor/h5p/styles/h5p.css", "vendor/h5p/frame.bundle.js")


FORMAT = Format(
    name="h5p",
    words=N_("Interactive"),
    icon="reading",
    frame=Frame(
        scripts=("watching.js", "video-tracking.js", "h5p-hook.js", "vendor/h5p/main.bundle.js", "h5p-frame.js"),
        body='<main id="content"></main>',
        style="frame-h5p",
        later=_player_parts,
        # Older H5P libraries turn their templates into code (EmbeddedJS); a frame without an origin loses nothing by that.
        policy={"script-src": "'unsafe-eval'"},
        pages=True,
    ),
    endings=ENDINGS,
    check=check,
    detect=detect,
    single=single,
    uploads=(".h5p",),
    packed=".h5p",
    pages_in=(h5p_content.MAIN, "content/"),  # H5P.IFrameEmbed shows such pages
    graded=True,
    own_origin=True,
    first_files=h5p_first.first_files,
    sends=h5p_advice.sends,
    suggested_minutes=h5p_advice.suggested_minutes,
    named_in_outlines=False,
    plays_own_media=_plays_own_media,
    captions_text=_captions_text,
)
