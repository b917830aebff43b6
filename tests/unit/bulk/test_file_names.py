"""Does every system accept the names of files and folders?"""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lms.bulk.file_names import LONGEST, safe_name


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("柳河镇中心学校", "柳河镇中心学校"),
        ('a/b\\c:d*e?f"g<h>i|j', "a_b_c_d_e_f_g_h_i_j"),
        ("..", "-"),
        ("../../etc", "_.._etc"),
        ("学校. ", "学校"),
        (" 张　三 ", "张 三"),
        ("CON", "_CON"),
        ("nul.pdf", "_nul.pdf"),
        ("com1", "_com1"),
        ("LPT³", "_LPT³"),
        ("console", "console"),
        ("", "-"),
        ("???", "-"),
        ("甲\u202e乙\n丙\x00", "甲乙丙"),
        ("é", "é"),
        ("王" * 100, "王" * LONGEST),
        ("a" * 39 + " b", "a" * 39),
    ],
)
def test_a_name_is_kept_as_far_as_windows_allows(text: str, name: str) -> None:
    assert safe_name(text, "-") == name


@given(st.text(max_size=120))
def test_no_name_is_refused_by_windows(text: str) -> None:
    name = safe_name(text, "-")
    assert 0 < len(name) <= LONGEST + 1
    assert not set(name) & set('<>:"/\\|?*')
    assert all(ord(one) >= 32 for one in name)
    assert name[-1] not in " ."
    assert name.partition(".")[0].rstrip().upper() not in {"CON", "PRN", "AUX", "NUL", "COM1", "LPT9"}
    assert name not in {".", ".."}
    assert safe_name(name, "-").lstrip("_") == name.lstrip("_")
