"""Keep the pictures, films and captions of a form in the file store, each under the hash of its bytes: a document names them by it."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from hashlib import sha256
from pathlib import Path, PurePath

from courses.authoring.activity_document import ActivityDocument, media_of
from courses.formats import document, srt, video_file
from courses.formats.captions import captions_problem
from courses.strict_json.problem import Problem
from lms.catalogue import contents
from lms.storage import Storage
from lms.workshop.counting import Admit

PICTURE_BYTES, FILM_BYTES, CAPTION_BYTES = 5_000_000, 200_000_000, 1_000_000
HEAD = 4096
MIMES = {
    "jpeg": "image/jpeg",
    "png": "image/png",
    "webp": "image/webp",
    "mp4": "video/mp4",
    "webm": "video/webm",
    "vtt": "text/vtt",
}
NAME = re.compile(r"(images|videos|captions)/([0-9a-f]{64})\.([a-z0-9]{3,4})")
KINDS = {"images": ("jpeg", "png", "webp"), "videos": ("mp4", "webm"), "captions": ("vtt",)}


@dataclass(frozen=True, slots=True)
class KeptFile:
    """A file of a form: its name in the content, its kind, and the length of a film in seconds."""

    path: str
    mime: str
    bytes: int
    seconds: float | None = None


def keep(storage: Storage, file: Path, admit: Admit) -> KeptFile | Problem:
    """Store a file if it is a picture, a film or captions that every browser shows; otherwise return the problem.

    Raises:
        TooLarge: the organisation has no room for it; it is not stored.
    """
    with file.open("rb") as opened:
        head = opened.read(HEAD)
    size = file.stat().st_size
    picture, film = document.kind_of(head), video_file.kind_of(head)
    if picture is not None and picture != document.PDF:
        return _too_large(size, PICTURE_BYTES) or _kept(storage, file, admit, ("images", picture))
    if film is not None:
        return _too_large(size, FILM_BYTES) or _film(storage, file, admit, film)
    return _captions(storage, file, admit, head) or Problem("not-for-forms")


def keep_captions(storage: Storage, file: Path, admit: Admit) -> KeptFile | Problem:
    """Store captions that every browser shows, as WebVTT; otherwise return the problem with its line.

    Raises:
        TooLarge: the organisation has no room for it; it is not stored.
    """
    with file.open("rb") as opened:
        head = opened.read(HEAD)
    return _captions(storage, file, admit, head) or Problem("no-vtt")


def _captions(storage: Storage, file: Path, admit: Admit, head: bytes) -> KeptFile | Problem | None:
    """Store captions; None if the file is something else."""
    size = file.stat().st_size
    if head.lstrip(b"\xef\xbb\xbf").startswith(b"WEBVTT"):
        wrong = _too_large(size, CAPTION_BYTES) or captions_problem(file.read_bytes(), "")
        return wrong or _kept(storage, file, admit, ("captions", "vtt"))
    return (_too_large(size, CAPTION_BYTES) or _converted(storage, file, admit)) if srt.is_srt(head) else None


def _converted(storage: Storage, file: Path, admit: Admit) -> KeptFile | Problem:
    """Store SubRip captions as WebVTT; a problem names the line of the file that came."""
    try:
        made = srt.as_vtt(file.read_bytes())
    except ValueError:
        return Problem("not-utf8", "")
    wrong = captions_problem(made, "")
    if wrong is not None:
        line = wrong.params.get("line")
        return wrong if not isinstance(line, int) else replace(wrong, params={**wrong.params, "line": line - srt.HEADER_LINES})
    target = file.with_name("converted.vtt")
    target.write_bytes(made)
    return _kept(storage, target, admit, ("captions", "vtt"))


def keep_all(storage: Storage, media: Mapping[str, Path], admit: Admit) -> dict[str, KeptFile | Problem]:
    """Store the media of an `.h5p` that was opened, by their names in it."""
    return {name: keep(storage, path, admit) for name, path in media.items()}


def sha256_in(name: str) -> str | None:
    """Return the hash in the name of a file that a form has; None for other names."""
    found = NAME.fullmatch(name)
    return found[2] if found and found[3] in KINDS[found[1]] else None


def media_from(storage: Storage, activity: ActivityDocument, folder: Path) -> dict[str, Path] | list[Problem]:
    """Write every file that a document names into a folder, each content once, and return where it is by its name.

    Files that are not in the store are problems, and so are files of more than `FILM_BYTES` together.
    """
    names = {name: sha256_in(name) for name in media_of(activity)}
    there = {name: None if digest is None else contents.find_content(storage, digest) for name, digest in names.items()}
    missing = [Problem("file-gone", name) for name, found in there.items() if found is None]
    if missing:
        return missing
    found = {name: one for name, one in there.items() if one is not None}
    if sum(size for _object, size in found.values()) > FILM_BYTES:
        return [Problem("files-too-large", "", {"mb": FILM_BYTES // 1_000_000})]
    return {name: _written(storage, *one, folder) for name, one in found.items()}


def _written(storage: Storage, object_name: str, size: int, folder: Path) -> Path:
    path = folder / PurePath(object_name).name
    if not path.exists():
        with path.open("wb") as file:
            file.writelines(storage.stream(object_name, size))
    return path


def _film(storage: Storage, file: Path, admit: Admit, kind: str) -> KeptFile | Problem:
    codec = video_file.hevc_in(file)
    if codec is not None:
        return Problem("hevc", "", {"codec": codec})
    seconds = video_file.seconds_of(file)
    return Problem("unknown-film-length") if seconds is None else _kept(storage, file, admit, ("videos", kind), seconds)


def _too_large(size: int, most: int) -> Problem | None:
    return Problem("file-too-large", "", {"mb": most // 1_000_000}) if size > most else None


def _kept(storage: Storage, file: Path, admit: Admit, place: tuple[str, str], seconds: float | None = None) -> KeptFile:
    folder, kind = place
    with file.open("rb") as opened:
        digest = sha256()
        while piece := opened.read(1 << 20):
            digest.update(piece)
    admit({digest.hexdigest(): file.stat().st_size})
    stored = contents.put(storage, digest.hexdigest(), file)
    return KeptFile(f"{folder}/{stored.sha256}.{kind}", MIMES[kind], stored.bytes, seconds)
