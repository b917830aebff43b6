"""Are caption files refused exactly where browsers would not show something? What browsers do was seen in Chromium."""

import pytest

from courses.formats.captions import MOST_BYTES, captions_problem
from courses.sentences import SENTENCES

ONE = "00:00.000 --> 00:01.000\n"
TWO = "00:02.000 --> 00:03.000\n"

SHOWN = {
    "plain": f"WEBVTT\n\n{ONE}A\n",
    "a title in the header": f"WEBVTT - title\n\n{ONE}A\n",
    "a tab after the header": f"WEBVTT\tx\n\n{ONE}A\n",
    "no blank line after the header": f"WEBVTT\n{ONE}A\n",
    "an identifier right after the header": f"WEBVTT\n1\n{ONE}A\n",
    "lines in the header": f"WEBVTT\nKind: captions\nLanguage: zh\n\n{ONE}A\n",
    "an identifier apart from its time": f"WEBVTT\n\n{ONE}A\n\n2\n\n{TWO}B\n",
    "an identifier of several lines": f"WEBVTT\n\none\ntwo\nthree\n{ONE}A\n",
    "a very long identifier": f"WEBVTT\n\n{'x' * 5000}\n{ONE}A\n",
    "an arrow in an identifier": f"WEBVTT\n\na --> b\n{ONE}A\n",
    "no blank line between captions": f"WEBVTT\n\n{ONE}A\n{TWO}B\n",
    "one digit of hours": "WEBVTT\n\n0:00:00.000 --> 0:00:01.000\nA\n",
    "no spaces beside the arrow": "WEBVTT\n\n00:00.000-->00:01.000\nA\n",
    "settings": "WEBVTT\n\n00:00.000 --> 00:01.000 align:start\nA\n",
    "carriage returns": f"WEBVTT\r\r{ONE}A\r".replace("\n", "\r"),
    "Windows lines": f"WEBVTT\n\n{ONE}A\n".replace("\n", "\r\n"),
    "characters that end a line for Python only": f"WEBVTT\n\n{ONE}A\u2028\u2028B\x0b\x0b\x85\n",
    "a comment with an arrow": f"WEBVTT\n\n{ONE}A\n\nNOTE x --> y\n\n{TWO}B\n",
    "a comment after a caption": f"WEBVTT\n\n{ONE}A\n\nNOTE\nabc\n\n{TWO}B\n",
    "a style": f"WEBVTT\n\nSTYLE\n::cue {{ color: red }}\n\n{ONE}A\n",
    "tags": f"WEBVTT\n\n{ONE}<v 王老师>你好</v> <b>A</b> <00:00.500>R&D\n",
    "a caption without text among others": f"WEBVTT\n\n{ONE}\n{TWO}B\n",
}
NOT_SHOWN = {
    "letters after the header": ("no-vtt", None, f"WEBVTTX\n\n{ONE}A\n"),
    "a header in lowercase letters": ("no-vtt", None, f"webvtt\n\n{ONE}A\n"),
    "a blank line before the header": ("no-vtt", None, f"\nWEBVTT\n\n{ONE}A\n"),
    "a space before the header": ("no-vtt", None, f" WEBVTT\n\n{ONE}A\n"),
    "an empty file": ("no-vtt", None, ""),
    "a blank line below the time": ("text-lost", 5, f"WEBVTT\n\n{ONE}\nA\n"),
    "a blank line in the text": ("text-lost", 6, f"WEBVTT\n\n{ONE}A\n\nB\n\n{TWO}C\n"),
    "an arrow in the text": ("arrow-in-text", 4, f"WEBVTT\n\n{ONE}A --> B\nC\n\n{TWO}D\n"),
    "no thousandths": ("cue-time", 3, "WEBVTT\n\n00:00 --> 00:01\nA\n"),
    "two digits of them": ("cue-time", 3, "WEBVTT\n\n00:00.00 --> 00:01.00\nA\n"),
    "a comma": ("cue-time", 3, "WEBVTT\n\n00:00,000 --> 00:01,000\nA\n"),
    "one digit of minutes": ("cue-time", 3, "WEBVTT\n\n0:00.000 --> 0:01.000\nA\n"),
    "75 minutes": ("cue-time", 3, "WEBVTT\n\n75:00.000 --> 75:01.000\nA\n"),
    "75 seconds": ("cue-time", 3, "WEBVTT\n\n00:75.000 --> 00:76.000\nA\n"),
    "an end before the beginning": ("cue-ends-early", 3, "WEBVTT\n\n00:02.000 --> 00:01.000\nA\n"),
    "no time at all": ("cue-ends-early", 3, "WEBVTT\n\n00:01.000 --> 00:01.000\nA\n"),
    "an angle bracket": ("text-hidden", 5, f"WEBVTT\n\n{ONE}A\na < b and c\n"),
    "two angle brackets": ("text-hidden", 4, f"WEBVTT\n\n{ONE}a < b > c\n"),
    "comments only": ("no-captions-inside", None, "WEBVTT\n\nNOTE nothing\n"),
    "captions without text": ("no-captions-inside", None, f"WEBVTT\n\n{ONE}\n{TWO}"),
}


@pytest.mark.parametrize("text", SHOWN.values(), ids=SHOWN)
@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"], ids=["plain", "with a byte order mark"])
def test_what_browsers_show_is_taken(text: str, mark: bytes) -> None:
    assert captions_problem(mark + text.encode(), "a.vtt") is None


@pytest.mark.parametrize(("code", "line", "text"), NOT_SHOWN.values(), ids=NOT_SHOWN)
def test_what_browsers_do_not_show_is_refused_with_its_line_and_what_to_do(code: str, line: int | None, text: str) -> None:
    found = captions_problem(text.encode(), "a.vtt")
    assert found is not None
    assert (found.code, found.path, found.params.get("line")) == (code, "a.vtt", line)
    assert ": " in SENTENCES[code], "it says what to do"


@pytest.mark.parametrize("encoding", ["gbk", "utf-16", "utf-16-le"])
def test_captions_in_another_encoding_are_refused(encoding: str) -> None:
    found = captions_problem(f"WEBVTT\n\n{ONE}你好\n".encode(encoding), "a.vtt")
    assert found is not None
    assert found.code in ("not-utf8", "no-vtt")


def test_hostile_captions_are_read_in_linear_time() -> None:
    for text in ("WEBVTT\n\n" + "9" * 400_000, f"WEBVTT\n\n{ONE}" + "<b" * 200_000, f"WEBVTT\n\n{ONE}" + "<b>" * 200_000):
        captions_problem(text.encode(), "a.vtt")
    assert captions_problem(b"WEBVTT" + b" " * MOST_BYTES, "a.vtt") is not None
    many = f"WEBVTT\n\n{ONE}" + "a\n" * 200_000
    assert captions_problem(many.encode(), "a.vtt") is None
