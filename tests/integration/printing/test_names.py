"""Can every name be printed: the characters of the national list, and the scripts of all who teach?

The General Standard Chinese Characters (通用规范汉字表, 2013) has 8,105: all of them are in the first two ranges, except the 196 below.
"""

import io
import threading
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pypdf
import pytest

from lms.printing import typesetting
from lms.printing.typesetting import missing_in, write_pdf

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
