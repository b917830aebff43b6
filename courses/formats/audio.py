"""The format of sound recordings: one file, whose coverage is measured like a video's."""

import io
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tinytag import TinyTag, TinyTagException

from courses.formats.format import CheckedActivity, Files, Format, Frame, SingleActivity, read_head
from courses.formats.video import always, check_lasting, check_length, reachable, sends, single_medium
from courses.libraries import FindLibrary
from courses.strict_json.problem import N_, Problem
from courses.values import Activity

MP3, M4A, OGG = "mp3", "m4a", "ogg"
LONGEST_S = 10**6
MOST_READS = 300_000  # of one recording: a page of Ogg, about one second of sound, takes three reads
LARGEST_READ = 2**22  # bytes
# How a frame of MPEG audio, layer III begins (ISO 11172-3 2.4.1.3): all versions, with and without a checksum.
MPEG_FRAMES = tuple(bytes([0xFF, second]) for second in (0xFB, 0xFA, 0xF3, 0xF2, 0xE3, 0xE2))


def kind_of(head: bytes, name: str) -> str | None:
    """Return "mp3", "m4a" or "ogg" if these first bytes belong to sound that browsers play, otherwise None.

    An M4A may begin like a video, so the ending of its name decides.
    """
    if head.startswith((b"ID3", *MPEG_FRAMES)):
        return MP3
    if head[4:8] == b"ftyp" and (head[8:12] in {b"M4A ", b"M4B "} or name.lower().endswith(".m4a")):
        return M4A
    return OGG if head.startswith(b"OggS") and (b"OpusHead" in head or b"\x01vorbis" in head) else None


class _BoundedFile(io.BufferedReader):
    """A file that raises an error if it is read too often or too much at once: TinyTag looks for the next frame four bytes at a time."""

    def __init__(self, path: Path) -> None:
        super().__init__(io.FileIO(path))
        self._left = MOST_READS

    def read(self, size: int | None = -1, /) -> bytes:
        self._left -= 1
        if self._left < 0 or size is None or not 0 <= size <= LARGEST_READ:
            raise ValueError("more is read than a recording needs")
        return super().read(size)


def seconds_of(path: Path, kind: str) -> float | None:
    """Return a recording's length in seconds, rounded to milliseconds; None if it is not known."""
    try:
        with _BoundedFile(path) as file:
            seconds = TinyTag.get(filename=f"sound.{kind}", file_obj=file, tags=False).duration
    except (TinyTagException, OSError, ValueError, IndexError, KeyError, OverflowError, ZeroDivisionError):
        return None
    return round(seconds, 3) if seconds and 0 < seconds < LONGEST_S else None


def check(activity: Activity, files: Files, _find: FindLibrary) -> CheckedActivity | list[Problem]:
    """Check that the file is what its name says, and that its length is the stated one."""
    path = files.get(activity.entry)
    if path is None:
        return [Problem("missing", activity.entry)]
    kind = kind_of(read_head(path), activity.entry)
    if kind is None or not activity.entry.lower().endswith(f".{kind}"):
        return [Problem("audio-kind", activity.entry)]
    seconds = seconds_of(path, kind)
    problems = check_length(activity.entry, seconds, activity.media_seconds, "media_seconds")
    problems += check_lasting(activity.entry, seconds, activity.media_seconds)
    return problems or CheckedActivity(reachable(activity, seconds), {activity.entry: path})


def detect(files: Files) -> bool:
    """Say whether an upload is one recording."""
    return len(files) == 1 and _kind_of_one(files) is not None


def _kind_of_one(files: Files) -> str | None:
    ((name, path),) = files.items()
    return kind_of(read_head(path), name)


def single(title: str, files: Files) -> SingleActivity | list[Problem]:
    """Make an activity of one recording; nine tenths of it must be listened to."""
    (path,) = files.values()
    kind = _kind_of_one(files) or MP3
    return single_medium(title, files, "audio", f"media/sound.{kind}", seconds_of(path, kind))


def facts(path: Path) -> Mapping[str, Any]:
    """Read a recording's length."""
    kind = kind_of(read_head(path), path.name)
    seconds = seconds_of(path, kind) if kind else None
    return {"media_seconds": seconds} if seconds else {}


FORMAT = Format(
    name="audio",
    words=N_("Audio"),
    icon="play",
    frame=Frame(
        scripts=("watching.js", "video-tracking.js", "video-frame.js"),
        body='<main><audio controls preload="metadata" crossorigin="anonymous"></audio></main>',
        style="frame-audio",
        shape="low",
    ),
    endings=frozenset({MP3, M4A, OGG}),
    check=check,
    detect=detect,
    single=single,
    uploads=(".mp3", ".m4a", ".ogg"),
    facts=facts,
    own_origin=True,
    plays_own_media=always,
    sends=sends,
    conditions={"coverage": N_("listen to %(percent)s %% of it")},
    covered=N_("Listened so far: %(percent)s %%"),
)
