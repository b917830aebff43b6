"""Check files that teachers submit: the first bytes decide the type, not the name. Pure."""

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import PurePath

BYTES_MAX = 20_000_000
FILES_MAX = 6  # of one submission
NAME_MAX = 120
OFFICE = {
    ".docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ".pptx": "application/vnd.openxmlformats-officedocument.presentationml.presentation",
}
STARTS: Mapping[bytes, tuple[str, tuple[str, ...]]] = {
    b"\xff\xd8\xff": ("image/jpeg", (".jpg", ".jpeg")),
    b"\x89PNG\r\n\x1a\n": ("image/png", (".png",)),
    b"%PDF-": ("application/pdf", (".pdf",)),
}
SHOWN = frozenset({"image/jpeg", "image/png", "image/webp"})  # shown on the page itself; everything else is downloaded


@dataclass(frozen=True, slots=True)
class HandedIn:
    """A submitted file, with a name that is safe to show and to save."""

    name: str
    mimetype: str
    content: bytes


def read(name: str, content: bytes) -> HandedIn | str:
    """Return the file, or a code for the reason why it is refused: `empty`, `too-large`, `unknown-kind`."""
    if not content:
        return "empty"
    if len(content) > BYTES_MAX:
        return "too-large"
    safe = safe_name(name)
    mimetype = _kind(PurePath(safe).suffix.lower(), content)
    return "unknown-kind" if mimetype is None else HandedIn(safe, mimetype, content)


def safe_name(name: str) -> str:
    """Return a safe file name: no folders, no control characters or direction marks, at most NAME_MAX characters."""
    last = name[-4 * NAME_MAX :].replace("\\", "/").rpartition("/")[2]
    plain = "".join(one for one in unicodedata.normalize("NFC", last) if unicodedata.category(one)[0] != "C").strip(" .")
    path = PurePath(plain or "file")
    return f"{path.stem[: NAME_MAX - len(path.suffix[:10])]}{path.suffix[:10]}"


def _kind(suffix: str, content: bytes) -> str | None:
    for start, (mimetype, suffixes) in STARTS.items():
        if content.startswith(start):
            return mimetype if suffix in suffixes else None
    if content[:4] == b"RIFF" and content[8:12] == b"WEBP" and suffix == ".webp":
        return "image/webp"
    if content.startswith(b"PK\x03\x04"):
        return OFFICE.get(suffix)
    if content[4:8] == b"ftyp":
        return {".heic": "image/heic", ".mp4": "video/mp4", ".mov": "video/quicktime"}.get(suffix)
    return None
