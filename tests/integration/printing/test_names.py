"""Can every name be printed: the characters of the national list, and the scripts of all who teach?

The General Standard Chinese Characters (通用规范汉字表, 2013) has 8,105: all of them are in the first two ranges, except the 196 below.
"""

import io
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pypdf
import pytest
from fontTools.fontBuilder import FontBuilder
from fontTools.pens.ttGlyphPen import TTGlyphPen

from lms.printing import typesetting
from lms.printing.typesetting import missing_in, write_pdf
from tests.documents import faults

RANGES = ((0x4E00, 0x9FEF), (0x3400, 0x4DB5))
OUTSIDE = (
    "𬉼𠳐𥻗𠙶𬣙𨙸𬇕𬣞𬘓𫭟𫭢𫇭𫐄𫵷𣲘𣲗𬇙𬣡𫸩𨚕𫘜𬘘𫘝𦭜𬨂𬀩𬀪𬬩𫍣𬣳𬩽𬮿𬯀𫰛𬳵𬳶𫠊𬍛𬜬𦰡𪾢𪨰𫓧𬬮𬬱𬬭𦙶𬘡𬳽"
    "𬘩𫄧𪟝𬍤𫭼𬜯𬂩𫠆𨐈𬌗𫑡𪨶𬬸𬬻𬬹𬬿𬭁𫢸𫗧𬊈𬒈𨺙𬳿𫄨𬘫𫮃𬱖𬟽𫓯𫟹𫟼𠅤𬇹𬍡𬤇𫍯𬤊𫍲𬯎𬘬𬘭𬴂𫘦𫟅𬘯𫘧𪣻𡎚𬃊"
    "𬷕𫐐𬹼𧿹𫶇𫖮𬭊𨱇𫓶𬭎𫖯𬱟𫛭𫷷𬮱𬊤𣸣𬴃𫘨𤧛𬪩𬒔𬨎𫐓𫫇𫓹𬭚𬭛𬕂𬶋𬶍𦝼𫔶𫌀𫖳𫘪𫘬𫞩𡐓𪤗𣗋𬸘𬒗𥔲𫚖𨱏𬭤𫚕𬶐"
    "𬶏𩽾𬸚𬤝𬙂𬭩𩾃𬸣𫍽𬴊𬞟𥕢𫟦𬺈𫠜𪩘𬭬𨱑𬭯𫗴𬸦𫄷𤩽𬭳𬭶𫔍𬭸𨱔𬭼𫔎𬸪𬶟𬶠𬶨𦈡𫄸𬟁𥖨𦒍𬙊𬶭𩾌𨟠𬶮𨭉𬙋𤫉𬺓𫚭"
)
NAMES = {  # a name, and the font that prints it
    "ئابدۇرېھىم ئابلىز": "NotoSansArabic",  # Uyghur
    "བསྟན་འཛིན་རྒྱ་མཚོ": "NotoSerifTibetan",
    "ᠪᠠᠲᠤ ᠮᠥᠩᠬᠡ": "NotoSansMongolian",
    "ꀉꃀꆏꌠ": "NotoSansYi",
    "ᥖᥭᥰ ᥘᥫᥴ": "NotoSansTaiLe",  # Dai of Dehong
    "ᦺᦑ ᦟᦹᧉ": "NotoSansNewTaiLue",  # Dai of Xishuangbanna, and its older script
    "ᨲᩱ᩠ᨿ ᩃᩨ᩶": "NotoSansTaiTham",
    "ꓡꓲ-ꓢꓴ": "NotoSansLisu",
    "𖼀𖽑 𖼊𖽡": "NotoSansMiao",
    "김철수": "NotoSansKR",
    "Әбдірахман Ұлы": "NotoSans",  # Kazakh
    "𡃁仔": "NotoSansTC",
}


def test_all_characters_of_the_national_list_can_be_printed() -> None:
    assert len(OUTSIDE) == len(set(OUTSIDE)) == 196
    for first, last in RANGES:
        assert missing_in([chr(code) for code in range(first, last + 1)]) == []
    assert missing_in([OUTSIDE]) == []


def test_a_character_that_no_font_has_is_named_and_no_other() -> None:
    assert missing_in(["张𠀀三", "李\U000323af"]) == ["𠀀", "\U000323af"]


@pytest.mark.parametrize("name", list(NAMES))
def test_a_name_in_another_script_is_printed_whole_by_a_font_that_has_it(name: str, template: Path) -> None:
    content = write_pdf(template, {"words": f"姓名：{name}（教师）"}, datetime(2026, 3, 1, tzinfo=UTC))
    fonts: Any = pypdf.PdfReader(io.BytesIO(content)).pages[0]["/Resources"]["/Font"]  # type: ignore[index]
    used = {str(one.get_object()["/BaseFont"]).partition("+")[2].partition("-")[0] for one in fonts.values()}
    assert NAMES[name] in used
    assert "[U+" not in pypdf.PdfReader(io.BytesIO(content)).pages[0].extract_text()


FAR = "\U000323af"  # of the last block of CJK characters: no font of the site has it


@pytest.fixture
def further(tmp_path: Path) -> Iterator[Path]:
    """A folder with a font that has this one character, as a square; afterwards only our own fonts are used."""
    built, pen = FontBuilder(1000, isTTF=True), TTGlyphPen(None)
    for number, place in enumerate(((0, 0), (0, 800), (800, 800), (800, 0))):
        (pen.lineTo if number else pen.moveTo)(place)
    pen.closePath()
    built.setupGlyphOrder([".notdef", "far"])
    built.setupCharacterMap({ord(FAR): "far"})
    built.setupGlyf({".notdef": TTGlyphPen(None).glyph(), "far": pen.glyph()})
    built.setupHorizontalMetrics({".notdef": (900, 0), "far": (900, 0)})
    built.setupHorizontalHeader(ascent=800, descent=-200)
    built.setupNameTable({"familyName": "Far Names", "styleName": "Regular", "psName": "FarNames-Regular"})
    built.setupOS2(sTypoAscender=800, sTypoDescender=-200)
    built.setupPost()
    folder = tmp_path / "fonts"
    folder.mkdir()
    built.save(folder / "far.ttf")
    yield folder
    typesetting.use_fonts(None)


def test_a_font_of_the_operator_prints_what_ours_lack_and_nothing_else(template: Path, further: Path) -> None:
    at = datetime(2026, 3, 1, tzinfo=UTC)
    assert missing_in([f"张{FAR}"]) == [FAR]
    usual = write_pdf(template, {"words": "张三"}, at)
    assert "U+323AF" in pypdf.PdfReader(io.BytesIO(write_pdf(template, {"words": FAR}, at))).pages[0].extract_text()
    typesetting.use_fonts(further)
    assert missing_in([f"张{FAR}"]) == []
    printed = write_pdf(template, {"words": f"张{FAR}"}, at)
    assert "U+" not in pypdf.PdfReader(io.BytesIO(printed)).pages[0].extract_text()
    assert faults(printed) == ["0 headings of the first level"], "embedded, and it can be read aloud"
    assert write_pdf(template, {"words": "张三"}, at) == usual
    typesetting.use_fonts(None)
    assert missing_in([FAR]) == [FAR]


@pytest.fixture
def template(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A template of one line, in a folder that typst reads."""
    monkeypatch.setattr(typesetting, "ROOT", tmp_path)
    monkeypatch.setattr(typesetting, "_own", threading.local())  # a compiler for this folder
    file = tmp_path / "page.typ"
    file.write_text(
        '#let data = json(bytes(sys.inputs.at("data")))\n#set document(title: "-")\n'
        '#set text(font: data.fonts.sans, lang: "zh")\n#data.words'
    )
    return file
