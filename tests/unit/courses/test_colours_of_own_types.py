"""Does every colour that our own content types take from the frame around them exist there, in light and in dark?

A colour that the frame does not define falls back to the light one, and what people type in the dark cannot be read.
"""

import re
from pathlib import Path

import courses

HERE = Path(courses.__file__).parent
TAKEN = re.compile(r"var\((--[a-z-]{1,40}),")
DEFINED = re.compile(r"(--[a-z-]{1,40}): #")


def test_the_frame_defines_every_colour_of_the_library_in_both_modes() -> None:
    light, dark = (line for line in (HERE / "player" / "frame.css").read_text(encoding="utf-8").splitlines() if "color-scheme" in line)
    taken = {name for path in HERE.glob("library/*/*.css") for name in TAKEN.findall(path.read_text(encoding="utf-8"))}
    assert len(taken) > 5
    assert taken <= set(DEFINED.findall(light))
    assert taken <= set(DEFINED.findall(dark))
