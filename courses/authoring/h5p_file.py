"""Write a document as a standard `.h5p` with its libraries and media, and read it again.

The file holds the answers: it is the author's own, and other H5P players need them. `courses.answers_out` takes them out when a course
is published.
"""

import json
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

from courses.authoring.activity_document import TYPES, ActivityDocument, body_json, media_of, read_document
from courses.authoring.formulas import with_mathml
from courses.authoring.quiz import holds_answers
from courses.formats import h5p_content, own
from courses.libraries import LIBRARY, OWN
from courses.reader import read_part
from courses.strict_json.problem import Problem
from courses.unpacking import UnpackingSpace

MADE_AT = (2020, 1, 1, 0, 0, 0)  # of every file in it: the same document makes the same bytes
STORED = (".png", ".jpg", ".jpeg", ".webp", ".gif", ".mp4", ".webm")  # packed already


@dataclass(frozen=True, slots=True)
class OpenedH5p:
    """An `.h5p` that was read: its document, and its media by their names in it; they exist as long as this does."""

    document: ActivityDocument
    media: Mapping[str, Path]
    unpacked: object = field(repr=False, compare=False)


def write_h5p(document: ActivityDocument, media: Mapping[str, bytes | Path], target: IO[bytes]) -> None:
    """Write a document as an `.h5p`; `media` has every file that `media_of` names.

    Raises:
        KeyError: a file is not in `media`.
    """
    kind = TYPES[document.type]
    folders = list(_libraries("{}-{}.{}".format(kind.machine, *kind.version)))
    with zipfile.ZipFile(target, "w") as archive:
        _add(archive, h5p_content.MAIN, _dump(about(document, folders)))
        _add(archive, h5p_content.CONTENT, _dump(with_mathml(body_json(document))))
        for name in media_of(document):
            _add(archive, f"content/{name}", media[name])
        for folder in folders:
            for path in sorted((OWN / folder).rglob("*")):
                if path.is_file():
                    _add(archive, f"{folder}/{path.relative_to(OWN / folder).as_posix()}", path)


def about(document: ActivityDocument, folders: list[str]) -> dict[str, Any]:
    """Return the h5p.json of a document with its libraries."""
    named = [folder.rpartition("-")[::2] for folder in folders]
    versions = [(name, *map(int, version.split("."))) for name, version in named]
    return {
        "title": document.title,
        "language": document.language,
        "mainLibrary": TYPES[document.type].machine,
        "embedTypes": ["div"],
        "license": "U",
        "preloadedDependencies": [{"machineName": name, "majorVersion": major, "minorVersion": minor} for name, major, minor in versions],
    }


def read_h5p(path: Path) -> OpenedH5p | list[Problem]:
    """Read an `.h5p` of one of our types, with its answers, or return its problems."""
    space = UnpackingSpace()
    files = space.unpack(path)
    if isinstance(files, list):
        return files
    content = h5p_content.read_content(lambda name: read_part(files, name), "")
    if isinstance(content, list):
        return content
    type_ = next((name for name, one in TYPES.items() if one.machine == content.main), None)
    if type_ is None:
        return [Problem("not-our-type", h5p_content.MAIN, {"kind": content.main})]
    if content.main == own.QUIZ and not holds_answers(content.body):
        return [Problem("no-answers-inside", h5p_content.CONTENT)]
    body = {name: value for name, value in content.body.items() if name != "l10n"}
    document = read_document({"type": type_, "title": content.title, "language": content.language or "zh", **body})
    if isinstance(document, list):
        return [one.inside(h5p_content.CONTENT) for one in document]
    media = {name: files[f"content/{name}"] for name in media_of(document) if f"content/{name}" in files}
    missing = [Problem("file-not-there", h5p_content.CONTENT, {"name": name}) for name in media_of(document) if name not in media]
    return missing or OpenedH5p(document, media, space)


def _libraries(folder: str) -> Iterator[str]:
    """Yield a library of ours and those that it needs, by their folders."""
    yield folder
    described = json.loads((OWN / folder / LIBRARY).read_bytes())
    for one in described.get("preloadedDependencies", ()):
        yield from _libraries(f"{one['machineName']}-{one['majorVersion']}.{one['minorVersion']}")


def _dump(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False, indent=1).encode()


def _add(archive: zipfile.ZipFile, name: str, content: bytes | Path) -> None:
    info = zipfile.ZipInfo(name, MADE_AT)
    info.compress_type = zipfile.ZIP_STORED if name.lower().endswith(STORED) else zipfile.ZIP_DEFLATED
    info.external_attr = 0o644 << 16
    with archive.open(info, "w", force_zip64=True) as packed:
        if isinstance(content, bytes):
            packed.write(content)
            return
        with content.open("rb") as file:
            while piece := file.read(1 << 20):
                packed.write(piece)
