"""Is this file a video that browsers play, and how long is it?

Only the few bytes that are needed are read: the boxes of an MP4 (ISO 14496-12), the elements of a WebM (RFC 8794, RFC 9559).
"""

import struct
from collections.abc import Iterator
from pathlib import Path
from typing import IO

MP4, WEBM = "mp4", "webm"

# Photographs, sound and QuickTime also begin like ISO 14496-12; the brand tells them apart.
OTHER_BRANDS = frozenset(
    {b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1", b"avif", b"avis", b"M4A ", b"M4B ", b"qt  "}
)
TO_CODECS = (b"moov", b"trak", b"mdia", b"minf", b"stbl", b"stsd")
HEVC = frozenset({b"hvc1", b"hev1", b"dvh1", b"dvhe"})
SHOWN = frozenset({b"avc1", b"avc3", b"av01", b"vp08", b"vp09"})
EBML = b"\x1aE\xdf\xa3"
SEGMENT, INFO, TIME_SCALE, DURATION, CLUSTER = 0x18538067, 0x1549A966, 0x2AD7B1, 0x4489, 0x1F43B675
DOC_TYPE = 0x4282
UNKNOWN, UNKNOWN_WIDE = 2**32 - 1, 2**64 - 1
NANOSECONDS = 1_000_000_000
MOST_BOXES = 10_000


def kind_of(head: bytes) -> str | None:
    """Return "mp4" or "webm" if these first bytes (4096 are enough) belong to such a video, otherwise None."""
    if head[4:8] == b"ftyp" and head[8:12] not in OTHER_BRANDS:
        return MP4
    if head.startswith(EBML) and b"webm" in head[:64]:
        return WEBM
    return None


def seconds_of(path: Path) -> float | None:
    """Return a video's length in seconds, rounded to milliseconds; None if the file does not state it (a raw recording)."""
    with path.open("rb") as file:
        head = file.read(4096)
        file.seek(0)
        try:
            seconds = _mp4_seconds(file) if kind_of(head) == MP4 else _webm_seconds(file)
        except (struct.error, OverflowError, ValueError, ZeroDivisionError, IndexError):
            return None
    return round(seconds, 3) if seconds and 0 < seconds < 10**6 else None


def hevc_in(path: Path) -> str | None:
    """Return the code of an MP4's picture in HEVC, which many browsers do not show; None if there is a picture that browsers show."""
    with path.open("rb") as file:
        if kind_of(file.read(16)) != MP4:
            return None
        try:
            codecs = list(_codecs(file, 0, _size(file), TO_CODECS))
        except (struct.error, OverflowError):
            return None
    pictures = [one for one in codecs if one in HEVC]
    if not pictures or any(one in SHOWN for one in codecs):
        return None
    return pictures[0].decode()


def _codecs(file: IO[bytes], start: int, end: int, way: tuple[bytes, ...]) -> Iterator[bytes]:
    """Yield the codes of the sample entries (ISO 14496-12 8.5.2) in the boxes along `way`."""
    for kind, at, until in _boxes(file, start, end):
        if kind != way[0]:
            continue
        if len(way) > 1:
            yield from _codecs(file, at, until, way[1:])
        else:
            yield from (code for code, _, _ in _boxes(file, at + 8, until))  # after version, flags and the number of entries


def _mp4_seconds(file: IO[bytes]) -> float | None:
    for kind, start, end in _boxes(file, 0, _size(file)):
        if kind == b"moov":
            for inner, at, _ in _boxes(file, start, end):
                if inner == b"mvhd":
                    file.seek(at)
                    return _movie_header(file.read(32))
    return None


def _boxes(file: IO[bytes], start: int, end: int) -> Iterator[tuple[bytes, int, int]]:
    """Yield (type, start, end) of the content of each box."""
    for _ in range(MOST_BOXES):
        if start + 8 > end:
            return
        file.seek(start)
        size, kind = struct.unpack(">I4s", file.read(8))
        begin = start + 8
        if size == 1:
            size, begin = struct.unpack(">Q", file.read(8))[0], start + 16
        stop = end if size == 0 else start + size
        if stop < begin:
            return
        yield kind, begin, min(stop, end)
        start = stop


def _movie_header(content: bytes) -> float:
    wide = content[0] == 1
    scale, length = struct.unpack(">IQ", content[20:32]) if wide else struct.unpack(">II", content[12:20])
    if length == (UNKNOWN_WIDE if wide else UNKNOWN):  # all ones: the length is not known (8.2.2.3)
        raise ValueError("the length is unknown")
    return float(length / scale)


def _webm_seconds(file: IO[bytes]) -> float | None:
    for kind, start, end in _elements(file, 0, _size(file)):
        if kind == SEGMENT:
            for inner, at, until in _elements(file, start, end):
                if inner == INFO:
                    return _webm_info(file, at, until)
                if inner == CLUSTER:
                    return None
    return None


def _webm_info(file: IO[bytes], start: int, end: int) -> float | None:
    scale, length = 1_000_000, None
    for kind, at, until in _elements(file, start, end):
        file.seek(at)
        content = file.read(min(until - at, 8))
        if kind == TIME_SCALE:
            scale = int.from_bytes(content, "big")
        elif kind == DURATION:
            length = float(struct.unpack(">d" if len(content) == struct.calcsize(">d") else ">f", content)[0])
    return None if length is None else length * scale / NANOSECONDS


def _elements(file: IO[bytes], start: int, end: int) -> Iterator[tuple[int, int, int]]:
    """Yield (id, start, end) of the content of each element; one of unknown size extends to the end of its parent."""
    for _ in range(MOST_BOXES):
        if start >= end:
            return
        file.seek(start)
        head = file.read(12)
        kind, after = _variable(head, 0, keep_mark=True)
        size, after = _variable(head, after, keep_mark=False)
        begin = start + after
        stop = end if size is None or kind is None else begin + size
        if kind is not None:
            yield kind, begin, min(stop, end)
        start = stop


def _variable(content: bytes, at: int, *, keep_mark: bool) -> tuple[int | None, int]:
    """Read a number of variable length (RFC 8794 4); None means "unknown size"."""
    length = 9 - content[at].bit_length()
    value = int.from_bytes(content[at : at + length], "big")
    if len(content) < at + length:
        raise ValueError("cut off")
    if keep_mark:
        return value, at + length
    value &= (1 << (7 * length)) - 1
    return (None if value == (1 << (7 * length)) - 1 else value), at + length


def _size(file: IO[bytes]) -> int:
    return file.seek(0, 2)
