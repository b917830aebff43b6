"""Is what is in another language than its page marked, and nothing else?"""

import pytest
from markupsafe import Markup

from lms.languages import mark_languages


@pytest.mark.parametrize(
    ("text", "marked"),
    [
        ("Class: 在线教学 k1 班", 'Class: <span lang="zh">在线教学 k1 班</span>'),
        ("王秀兰 and 李志远", '<span lang="zh">王秀兰</span> and <span lang="zh">李志远</span>'),
        ("<b>& 班</b>", '&lt;b&gt;&amp; <span lang="zh">班</span>&lt;/b&gt;'),
        (Markup('<a title="班">班</a>'), '<a title="班"><span lang="zh">班</span></a>'),
        ("Only English", "Only English"),
        ("备课，最先确定的是：", '<span lang="zh">备课，最先确定的是：</span>'),
    ],
)
def test_chinese_on_an_english_page_is_marked(text: str, marked: str) -> None:
    assert mark_languages(text, page_is_chinese=False) == marked


def test_english_on_a_chinese_page_is_marked_and_single_names_are_not() -> None:
    assert mark_languages("课程 Safety and health", page_is_chinese=True) == '课程 <span lang="en">Safety and health</span>'
    assert mark_languages("导出 PDF、Excel（.xlsx）", page_is_chinese=True) == "导出 PDF、Excel（.xlsx）"
