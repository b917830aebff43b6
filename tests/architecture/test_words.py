"""Do pages, printed files and messages keep to one word for each thing, and avoid the words that were replaced?"""

import re

import pytest
from babel.messages.pofile import read_po

from tests.architecture.tree import ROOT, shown, sources

# Time is 已学时长 / time measured until it is 已认定 / credited. A word of the first list beside them would be a third.
REPLACED_ZH = (
    *("计入", "已计(?!时)", "入账", "计满"),
    *("网站维护", "网站管理", "平台管理", "运维人员", "培训机构", "管理机构", "管理部门", "最上级的", "办公室下", "本办公室"),
    *("将会怎样", "未被采用", "全部重发", "末条哈希", "只舍一次", "学课程，", "可计时长", "迟到也仍然", "条件已满足（测验）"),
)
REPLACED_EN = (
    *(r"\bcounted\b", r"On your account", r"(?<!credit )\bhours to go\b", r"^to count: ", r"\bmin credited\b", r"as much as was played"),
    *(r"Diagnosis of abilities", r"Password now", r"What would come of", r"Place in the class", r"The sheet is lost", r"this once$"),
    *(r"initial password waits$", r"decided? (?:\S+ )?anew", r"Of which programme", r"as it holds on", r"have reached everything"),
    *(
        r"Look through the list",
        r"A command \(by\)",
        r"^A command$",
        r"whoever runs the site",
        r"look after the site",
        r"\b1 entries\b",
        r"\banew\b",
        r"(?i)\bwhoever\b",
        r"(?i)\bwork(?:s|ed)? through\b",
        r"\bfor ever\b",
        r"\bcounts? no more\b",
        r"\basked for no more\b",
        r"(?i)\bgo(?:es)? on\b",
        r"(?i)rural lead",
    ),
)
# A heading or a column is a noun, such as "Effect". Expressions that are common English stay.
FREE_RELATIVE = re.compile(r"^(?:What|Who|Whose) (?!to do|is wrong$|you can do$)[^.?!:{]{3,40}$")
PLACES = ("templates", "lms/programmes/data", "courses/library", "courses/player")
CATALOGUE = ROOT / "lms" / "translations" / "zh_Hans_CN" / "LC_MESSAGES" / "messages.po"


def found_in(text: str, replaced: tuple[str, ...]) -> list[str]:
    return [word for word in replaced if re.search(word, text)]


def messages() -> list[tuple[str, str]]:
    with CATALOGUE.open("rb") as file:
        pairs = [(one.id, one.string) for one in read_po(file) if one.id]
    return [(said, meant) for ids, strings in pairs for said, meant in zip(_all(ids), _all(strings), strict=False)]


def _all(texts: object) -> tuple[str, ...]:
    return (texts,) if isinstance(texts, str) else tuple(texts)  # type: ignore[arg-type]  # singular and plural


def test_no_message_has_a_word_that_was_replaced() -> None:
    said = [f"{said}: {word}" for said, meant in messages() for word in found_in(said, REPLACED_EN) + found_in(meant, REPLACED_ZH)]
    assert said == []


def test_no_template_and_no_content_of_ours_has_a_word_that_was_replaced() -> None:
    files = [path for path in sources(*PLACES, suffixes=(".html", ".toml", ".js")) if "vendor" not in path.parts]
    replaced = {".html": REPLACED_ZH, ".js": REPLACED_ZH, ".toml": REPLACED_ZH + REPLACED_EN}
    found = {shown(path): found_in(path.read_text(encoding="utf-8"), replaced[path.suffix]) for path in files}
    assert len(found) > 50
    assert {name: words for name, words in found.items() if words} == {}


@pytest.mark.parametrize("text", ["已计入 3 分钟", "已入账", "三分钟已计", "请联系网站管理人员"])
def test_a_replaced_word_is_found(text: str) -> None:
    assert found_in(text, REPLACED_ZH)
    assert not found_in("已学时长 3 分钟，已认定 2 分钟；已计时", REPLACED_ZH)


def test_no_label_in_english_is_half_a_sentence() -> None:
    assert FREE_RELATIVE.match("What it does")
    assert [said for said, _ in messages() if FREE_RELATIVE.match(said)] == []


def test_a_count_before_a_noun_has_a_form_for_one() -> None:
    with CATALOGUE.open("rb") as file:
        single = [one.id for one in read_po(file) if isinstance(one.id, str)]
    counted = [said for said in single if re.search(r"%\((?:count|num)\)s (?:more |other )?[a-z-]+s\b", said)]
    assert [said for said in counted if "at most" not in said] == [], "use ngettext: one teacher, two teachers"
