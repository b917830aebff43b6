"""Do SubRip captions become WebVTT that browsers show, with the same times and words?"""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from courses.formats.captions import captions_problem
from courses.formats.srt import HEADER_LINES, as_vtt, is_srt

SRT = "1\r\n00:00:01,000 --> 00:00:02,500\r\n第一句\r\n\r\n2\r\n0:0:3,5 --> 00:00:04,000\r\n第二句\r\n"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_captions_become_webvtt_that_browsers_show(encoding: str) -> None:
    content = SRT.encode(encoding)
    made = as_vtt(content)
    assert (is_srt(content), captions_problem(made, "")) == (True, None)
    assert "00:00:01.000 --> 00:00:02.500" in made.decode()
    assert "00:00:03.500 --> 00:00:04.000" in made.decode()
    assert "第一句" in made.decode()


@pytest.mark.parametrize(
    "content", [b"", b"WEBVTT\n\n00:01.000 --> 00:02.000\nx\n", "第一句\n第二句".encode(), b"\xff\xfe\x00", b"1\n2\n3\n4"]
)
def test_other_files_are_not_taken_for_subrip(content: bytes) -> None:
    assert not is_srt(content)


def test_a_problem_is_named_by_the_line_of_the_authors_file() -> None:
    wrong = SRT.replace("00:00:02,500", "00:00:00,500").encode()
    found = captions_problem(as_vtt(wrong), "")
    assert found is not None
    assert (found.code, found.params["line"] - HEADER_LINES) == ("cue-ends-early", 2)


TIME = st.integers(0, 35_999_000)
WORDS = st.text(st.characters(blacklist_characters="\r\n<>", blacklist_categories=("Cs", "Cc", "Zl", "Zp")), min_size=1, max_size=20)


def written(ms: int) -> str:
    return f"{ms // 3_600_000:02}:{ms // 60_000 % 60:02}:{ms // 1000 % 60:02},{ms % 1000:03}"


@given(
    st.lists(
        st.tuples(TIME, st.integers(1, 9999), WORDS.map(str.strip).filter(lambda one: one and "-->" not in one)), min_size=1, max_size=6
    )
)
def test_every_time_and_word_stays(cues: list[tuple[int, int, str]]) -> None:
    blocks = [f"{n}\n{written(at)} --> {written(at + lasts)}\n{words}\n" for n, (at, lasts, words) in enumerate(cues, 1)]
    made = as_vtt("\n".join(blocks).encode()).decode()
    assert captions_problem(made.encode(), "") is None
    for at, lasts, words in cues:
        assert (
            f"{written(at)} --> {written(at + lasts)}\n{words}".replace(",", ".", 1).replace(
                f"--> {written(at + lasts)}", f"--> {written(at + lasts).replace(',', '.')}"
            )
            in made
        )
