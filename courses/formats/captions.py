"""Does a browser show every caption of this WebVTT file? It is read as browsers read it (WebVTT 6.1).

Browsers never complain: with a wrong header, a comma in a time, or a blank line in the wrong place, captions are missing without a word.
"""

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from courses.strict_json.problem import Problem

MOST_BYTES = 2_000_000
ARROW = "-->"
HEADER = re.compile(r"WEBVTT(?:[ \t]|\Z)")
LINE_END = re.compile(r"\r\n|\r|\n")  # no other character ends a line
TIME = r"(?:([0-9]{1,9}):)?([0-5][0-9]):([0-5][0-9])\.([0-9]{3})"
CUE_TIMES = re.compile(rf"[ \t]*{TIME}[ \t]*-->[ \t]*{TIME}")
LONGEST_TIMES = 200  # characters
NO_CAPTION = re.compile(r"(?:NOTE|STYLE|REGION)(?:[ \t]|\Z)")
TAG = re.compile(r"/?[A-Za-z0-9]|/>")  # after a "<"; anything else up to ">" is hidden with it


class Line(NamedTuple):
    """One line of the file; the first line has the number 1."""

    number: int
    text: str


class _Wrong(Exception):
    """The first place of which a browser would not show something."""

    def __init__(self, code: str, line: Line) -> None:
        super().__init__(code)
        self.code, self.line = code, line.number


def captions_problem(content: bytes, name: str) -> Problem | None:
    """Return why a browser would not show all captions of the file `name`, or None."""
    if len(content) > MOST_BYTES:
        return Problem("too-long-for-captions", name)
    try:
        text = content.decode("utf-8-sig")  # browsers read captions in no other encoding
    except UnicodeDecodeError:
        return Problem("not-utf8", name)
    lines = [Line(number, line) for number, line in enumerate(LINE_END.split(text), 1)]
    if not HEADER.match(lines[0].text):
        return Problem("no-vtt", name)
    try:
        shown = _count_shown(list(_blocks(lines[1:])))
    except _Wrong as wrong:
        return Problem(wrong.code, name, {"line": wrong.line})
    return None if shown else Problem("no-captions-inside", name)


def _blocks(lines: Sequence[Line]) -> Iterator[list[Line]]:
    """Yield the blocks between blank lines. A second line with an arrow begins a new block, too."""
    block: list[Line] = []
    for line in lines:
        if block and (not line.text or (ARROW in line.text and any(ARROW in one.text for one in block))):
            yield block
            block = []
        if line.text:
            block.append(line)
    if block:
        yield block


def _count_shown(blocks: Sequence[Sequence[Line]]) -> int:
    """Return the number of captions with text.

    Raises:
        _Wrong: something would not be shown.
    """
    cues = shown = 0
    for number, block in enumerate(blocks):
        at = next((place for place, line in enumerate(block) if ARROW in line.text), None)
        if NO_CAPTION.match(block[0].text):
            continue
        if at is not None and _is_cue(block[at], blocks[number + 1 : number + 2]):
            cues += 1
            shown += at + 1 < len(block)
            _check_text(block[at + 1 :])
        elif at is None and cues and not (len(block) == 1 and block[0].text.strip().isdecimal()):
            raise _Wrong("text-lost", block[0])
    return shown


def _is_cue(line: Line, after: Sequence[Sequence[Line]]) -> bool:
    """Say whether a line with an arrow is the times of a caption; one that names the caption below it is not.

    Raises:
        _Wrong: it is neither.
    """
    found = CUE_TIMES.match(line.text[:LONGEST_TIMES])
    if found is not None:
        if _milliseconds(found.groups()[:4]) >= _milliseconds(found.groups()[4:]):
            raise _Wrong("cue-ends-early", line)
        return True
    if after and after[0][0].number == line.number + 1 and CUE_TIMES.match(after[0][0].text[:LONGEST_TIMES]):
        return False
    raise _Wrong("cue-time" if line.text.lstrip()[:1].isdecimal() else "arrow-in-text", line)


def _milliseconds(parts: Sequence[str | None]) -> int:
    hours, minutes, seconds, thousandths = (int(one or 0) for one in parts)
    return ((hours * 60 + minutes) * 60 + seconds) * 1000 + thousandths


def _check_text(lines: Sequence[Line]) -> None:
    """Refuse a "<" that hides the text after it: it opens no tag, or the tag is not closed before the caption ends."""
    whole = "\n".join(line.text for line in lines)
    at = whole.find("<")
    while at >= 0:
        end = whole.find(">", at)
        if end < 0 or not TAG.match(whole, at + 1):
            raise _Wrong("text-hidden", lines[whole.count("\n", 0, at)])
        at = whole.find("<", end)
