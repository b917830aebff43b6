"""Can this unpacked H5P content be played, and which libraries does it lack?

The folder holds h5p.json, content/content.json and a folder for each library (`H5P.Blanks-1.14`). `courses.package` adds our own
libraries if a package lacks them.
"""

import html
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from courses.formats import own
from courses.reader import MOST_BYTES, read_file
from courses.strict_json.problem import Problem

MAIN, CONTENT = "h5p.json", "content/content.json"
MACHINE_NAME = re.compile(r"[\w.-]{1,100}", re.ASCII)
EXTERNAL = re.compile(r"(?:https?:)?//[^\s\"'<>]+", re.IGNORECASE)
LOADED_KEYS = ("path", "src", "video", "url")
CAPTION_ENDINGS = (".vtt", ".webvtt")
CAPTION_KINDS = frozenset({"text/vtt", "text/webvtt"})
TEMPORARY = "#tmp"  # an editor adds this to the path of a file that was not saved yet
UNSAFE_IN_ADDRESS = frozenset("#?%")  # the player requests files by plain name: #, ? and % would be read as parts of an address
SELF_ENDING = frozenset(
    {"TH.Reading", "TH.CheckpointVideo", "H5P.InteractiveVideo", "H5P.InteractiveBook", "H5P.CoursePresentation", "H5P.QuestionSet"}
)

# These types never report an end (seen with public packages), so presence counts.
NEVER_ENDING = frozenset(
    {"H5P.Dialogcards", "H5P.Timeline", "H5P.ImageSlider", "H5P.AudioRecorder", "H5P.GreetingCard", "H5P.ImageJuxtaposition"}
)

Read = Callable[[str], bytes | None]


@dataclass(frozen=True, slots=True)
class Content:
    """The description of an H5P folder."""

    main: str  # machine name of the main library
    title: str
    language: str
    libraries: tuple[str, ...]  # names of the folders it needs directly
    body: Any  # content.json


def read_content(read: Read, folder: str) -> Content | list[Problem]:
    """Read h5p.json and content.json of `folder` (with its '/'); `read` returns a file of the package, or None."""
    (about, of_about), (body, of_body) = _json(read, folder + MAIN), _json(read, folder + CONTENT)
    if of_about or of_body:
        return [*of_about, *of_body]
    if not isinstance(about, Mapping) or not isinstance(body, Mapping):
        return [Problem("not-an-object", folder + (CONTENT if isinstance(about, Mapping) else MAIN))]
    main, libraries = about.get("mainLibrary"), needed_by(about)
    if not isinstance(main, str) or not libraries:
        return [Problem("main-library-unnamed", folder + MAIN)]
    if not any(name.rpartition("-")[0] == main for name in libraries):
        return [Problem("main-library-not-listed", folder + MAIN, {"library": main})]
    title, language = about.get("title"), about.get("language")
    return Content(
        main, html.unescape(title) if isinstance(title, str) else "", language if isinstance(language, str) else "", libraries, body
    )


def missing_libraries(read: Read, folder: str, wanted: tuple[str, ...]) -> Iterator[str]:
    """Yield the folder names of all libraries that are needed, directly or by others, but are not in `folder`."""
    seen: set[str] = set()
    queue = list(wanted)
    while queue:
        name = queue.pop()
        if name in seen:
            continue
        seen.add(name)
        about, problems = _json(read, f"{folder}{name}/library.json")
        if isinstance(about, Mapping) and not problems:
            queue += needed_by(about)
        else:
            yield name


def used_libraries(content: Content, read: Read, folder: str) -> frozenset[str]:
    """Return the folder names of the libraries that the content uses: its main library, those of its parts, and what each of them needs.

    h5p.json may name others. A library in the package counts as used, because its scripts run.
    """
    parts = {text.replace(" ", "-") for key, text in _texts(content.body) if key == "library"}
    started = (
        name
        for name in content.libraries
        if name.rpartition("-")[0] == content.main or name in parts or read(f"{folder}{name}/library.json")
    )
    seen: set[str] = set()
    queue = list(started)
    while queue:
        name = queue.pop()
        if name not in seen:
            seen.add(name)
            about, _problems = _json(read, f"{folder}{name}/library.json")
            queue += needed_by(about) if isinstance(about, Mapping) else ()
    return frozenset(seen)


def unversioned(read: Read, folder: str, names: Iterable[str]) -> dict[str, str]:
    """Return the library folders whose names lack the version, each with the name that has it (`H5P.Foo`: `H5P.Foo-1.2`)."""
    found = {}
    for name in names:
        own = name[len(folder) :].removesuffix("/library.json")
        if not name.startswith(folder) or name == folder + own or "/" in own:
            continue
        about, _problems = _json(read, name)
        versioned = needed_by({"preloadedDependencies": [about]})
        if isinstance(about, Mapping) and about.get("machineName") == own and versioned:
            found[own] = versioned[0]
    return found


def check_content(content: Content, folder: str, has: Callable[[str], bool]) -> list[Problem]:
    """Return everything that would not play: files that are named but missing, and for our own types every mistake of the author."""
    problems = [
        Problem("file-not-there", folder + CONTENT, {"name": path})
        for path in named_files(content.body)
        if not has(f"{folder}content/{path}")
    ]
    problems += [Problem("temporary-file", f"{folder}{CONTENT}", {"name": path}) for path in _temporary(content.body)]
    problems += [
        Problem("unsafe-name", f"{folder}content/{path}") for path in named_files(content.body) if UNSAFE_IN_ADDRESS.intersection(path)
    ]
    check = own.CHECKS.get(content.main)
    if check is not None:
        problems += [one.inside(f"{folder}{CONTENT}") for one in check(content.body)]
    return problems


def external_addresses(content: Content) -> list[str]:
    """Return addresses outside the package that the content loads when it is shown. (Links that people click are allowed.)"""
    found = [value for key, value in _texts(content.body) if key in LOADED_KEYS and EXTERNAL.match(value)]
    found += [
        address
        for _, value in _texts(content.body)
        for address in re.findall(r"<(?:img|video|audio|iframe|source)\b[^>]{0,400}?src=[\"']([^\"']+)", value)
    ]
    return sorted({address for address in found if EXTERNAL.match(address)})


def caption_files(content: Content) -> list[str]:
    """Return the content's own caption files, wherever its films name them (`textTracks`, `a11y`)."""
    return sorted({_path(value) for value in _objects(content.body) if _is_own_file(value) and _is_captions(value)})


def _is_captions(value: Mapping[str, Any]) -> bool:
    mime = value["mime"]
    return _path(value).lower().endswith(CAPTION_ENDINGS) or (isinstance(mime, str) and mime.partition(";")[0].strip() in CAPTION_KINDS)


def _is_own_file(value: Mapping[str, Any]) -> bool:
    path = value.get("path")
    return isinstance(path, str) and "mime" in value and not EXTERNAL.match(path)


def _path(value: Mapping[str, Any]) -> str:
    return str(value["path"]).removesuffix(TEMPORARY)


def _json(read: Read, name: str) -> tuple[Any, list[Problem]]:
    content = read(name)
    return (None, [Problem("missing", name)]) if content is None else read_file(content, name)


def needed_by(about: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the folder names of preloaded dependencies; malformed entries are skipped."""
    listed = about.get("preloadedDependencies")
    names = []
    for one in listed if isinstance(listed, list) else []:
        found = [one.get(key) for key in ("machineName", "majorVersion", "minorVersion")] if isinstance(one, Mapping) else []
        if found and isinstance(found[0], str) and MACHINE_NAME.fullmatch(found[0]) and all(str(part).isdecimal() for part in found[1:]):
            names.append("{}-{}.{}".format(*found))
    return tuple(names)


def named_files(body: Any) -> list[str]:
    """Return the content's own files: values beside a `mime` (H5P semantics of file, image, audio and video)."""
    return sorted({_path(value) for value in _objects(body) if _is_own_file(value)})


def _temporary(body: Any) -> list[str]:
    found = {value["path"] for value in _objects(body) if "mime" in value and isinstance(value.get("path"), str)}
    return sorted(path.removesuffix(TEMPORARY) for path in found if path.endswith(TEMPORARY))


def missing_files(read: Read, folder: str, libraries: Iterable[str], has: Callable[[str], bool]) -> Iterator[str]:
    """Yield the scripts and style sheets that libraries name but that are missing."""
    for name in libraries:
        about, _problems = _json(read, f"{folder}{name}/library.json")
        for path in [*loaded_by(about, "preloadedJs"), *loaded_by(about, "preloadedCss")]:
            if not has(f"{folder}{name}/{path}"):
                yield f"{folder}{name}/{path}"


def loaded_by(about: Any, part: str) -> Iterator[str]:
    """Yield the files that a library.json lists, by their path in the library's folder."""
    listed = about.get(part) if isinstance(about, Mapping) else None
    for one in listed if isinstance(listed, list) else ():
        path = one.get("path") if isinstance(one, Mapping) else None
        if isinstance(path, str) and path:
            yield path.removeprefix("./").partition("?")[0]


def can_complete(content: Content, read: Read, folder: str) -> bool:
    """Say whether this content can ever report its completion; True if that cannot be known."""
    if content.main in NEVER_ENDING or (content.main not in own.CHECKS and _is_silent(content, read, folder)):
        return False
    if content.main == "H5P.InteractiveVideo":
        return _submits(content.body) and not _is_film_elsewhere(content.body)
    if content.main == "H5P.CoursePresentation":
        return _at(content.body, "override", "hideSummarySlide") is not True
    return True


def _is_silent(content: Content, read: Read, folder: str) -> bool:
    """Say whether the scripts of the main library never mention xAPI, the only way in which H5P reports (seen with 50 public packages)."""
    main = next(name for name in content.libraries if name.rpartition("-")[0] == content.main)
    named = [f"{folder}{main}/{path}" for path in loaded_by(_json(read, f"{folder}{main}/library.json")[0], "preloadedJs")]
    scripts = [script for script in map(read, named) if script is not None]
    return bool(scripts) and not any(len(one) > MOST_BYTES or b"xapi" in one.lower() for one in scripts)


def _submits(body: Any) -> bool:
    """Say whether an interactive video ends with a screen for submitting answers."""
    screens = _at(body, "interactiveVideo", "assets", "endscreens")
    return isinstance(screens, list) and bool(screens)


def _is_film_elsewhere(body: Any) -> bool:
    """Say whether the film of an interactive video lies on other sites alone, so that it cannot be shown here."""
    files = _at(body, "interactiveVideo", "video", "files")
    addresses = [one.get("path") for one in files if isinstance(one, Mapping)] if isinstance(files, list) else []
    return bool(addresses) and all(isinstance(one, str) and EXTERNAL.match(one) for one in addresses)


def _at(body: Any, *names: str) -> Any:
    for name in names:
        body = body.get(name) if isinstance(body, Mapping) else None
    return body


def _objects(body: Any) -> Iterator[Mapping[str, Any]]:
    queue = [body]
    while queue:
        value = queue.pop()
        if isinstance(value, dict):
            yield value
            queue += value.values()
        elif isinstance(value, list):
            queue += value


def _texts(body: Any) -> Iterator[tuple[str, str]]:
    for value in _objects(body):
        for key, text in value.items():
            if isinstance(text, str):
                yield key, text
