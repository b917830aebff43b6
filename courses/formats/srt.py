"""Turn SubRip captions (.srt) into WebVTT, which browsers show: the times get a point instead of a comma, and the numbers stay.

Everything else is left as it is, line for line, so that a problem of the captions is named by the line of the author's own file.
"""

import re

TIMES = re.compile(r"^[ \t]*\d{1,9}:[0-5]?\d:[0-5]?\d[,.]\d{1,3}[ \t]*-->")
ONE_TIME = re.compile(r"(\d{1,9}):([0-5]?\d):([0-5]?\d)[,.](\d{1,3})")
LINE_END = re.compile(r"\r\n|\r|\n")
HEADER = "WEBVTT"
HEADER_LINES = 2  # before the first line of the author's file
LONGEST_TIMES = 200  # characters
HEAD = 4096  # bytes
ENCODINGS = ("utf-8-sig", "gb18030")  # editors in China still write the second


def is_srt(content: bytes) -> bool:
    """Say whether a file is SubRip captions: its first lines are a number and two times."""
    text = content[:HEAD].decode("latin-1")  # numbers and times are the same in every encoding, and a character may be cut off
    lines = [line for line in LINE_END.split(text) if line.strip()][:2]
    return any(TIMES.match(line[:LONGEST_TIMES]) for line in lines)


def as_vtt(content: bytes) -> bytes:
    """Return SubRip captions as WebVTT in UTF-8.

    Raises:
        ValueError: The encoding of the captions is unknown.
    """
    text = _text(content)
    if text is None:
        raise ValueError("captions in an unknown encoding")
    return "\n".join([HEADER, "", *map(_line, LINE_END.split(text))]).encode()


def _line(line: str) -> str:
    if not TIMES.match(line[:LONGEST_TIMES]):
        return line
    return ONE_TIME.sub(lambda found: f"{int(found[1]):02}:{int(found[2]):02}:{int(found[3]):02}.{found[4].ljust(3, '0')}", line)


def _text(content: bytes) -> str | None:
    for encoding in ENCODINGS:
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    return None
