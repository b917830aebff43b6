"""Read the text of captions, so that people can read a film instead of watching it, or beside it."""

import html
import re
from collections.abc import Callable, Mapping

from courses.formats.captions import ARROW, CUE_TIMES, LINE_END, LONGEST_TIMES, MOST_BYTES

Read = Callable[[str], bytes | None]
MOST_CAPTIONS = 3000
BLANK = re.compile(r"\n{2,}")
VOICE = re.compile(r"<v(?:\.[^<>\s]{1,100})?[ \t]+([^<>]{1,300})>")  # the name of a speaker (WebVTT 4.2.2)
MARKS = re.compile(r"<[^<>]{0,300}>")  # of styles


def text_of(content: bytes) -> tuple[str, ...]:
    """Return the text of each caption of a checked WebVTT file, after its speaker's name; nothing of a file that has too many."""
    found: list[str] = []
    for block in BLANK.split(LINE_END.sub("\n", content[:MOST_BYTES].decode("utf-8-sig", errors="replace"))):
        lines = block.split("\n")
        at = next((place for place, line in enumerate(lines) if ARROW in line and CUE_TIMES.match(line[:LONGEST_TIMES])), None)
        text = (
            ""
            if at is None
            else " ".join(html.unescape(MARKS.sub("", VOICE.sub(_speaker, line))).strip() for line in lines[at + 1 :]).strip()
        )
        if text:
            found.append(text)
    return tuple(found) if len(found) <= MOST_CAPTIONS else ()


def _speaker(mark: re.Match[str]) -> str:
    return f"{mark[1].strip()}{': ' if mark[1].isascii() else '：'}"


def texts_in(files: Mapping[str, str], read: Read) -> dict[str, tuple[str, ...]]:
    """Return the text of caption files by language; `files` are their names by language, of which some may not be there."""
    found = {language: text_of(content) for language, name in files.items() if (content := read(name)) is not None}
    return {language: text for language, text in found.items() if text}
