"""Is a text file read in its own encoding, or refused, but never read wrongly?"""

import pytest

from lms.rosters.encoding import decode
from lms.rosters.problems import Unreadable

CHINESE = "姓名,用户名,学校\n陶喆,tao,示范一小\n朱镕,zhu,示范二小\n阿依古丽·买买提,ayi,第1小学A座\n"
TRADITIONAL = "姓名,帳號,學校\n林靜宜,lin,示範國小\n陳美玲,chen,中正國中\n"
WESTERN = "name,username,school\nRenée Ågren,renee,École du Nord\nJürgen Groß,jg,Lycée “Victor”\n"
FRENCH = "nom;identifiant\nZoé;zoe\n"


@pytest.mark.parametrize(
    ("text", "codec", "encoding"),
    [
        (CHINESE, "utf-8", "UTF-8"),
        (CHINESE, "utf-8-sig", "UTF-8"),
        (CHINESE, "utf-16", "UTF-16"),
        (CHINESE, "utf-16-le", "UTF-16"),
        (CHINESE, "utf-16-be", "UTF-16"),
        (CHINESE, "gb18030", "GBK"),
        ("name,username\n王秀兰,wang\n", "gbk", "GBK"),
        (TRADITIONAL, "big5", "Big5"),
        (WESTERN, "cp1252", "Windows-1252"),
        (FRENCH, "cp1252", "Windows-1252"),
        (FRENCH, "utf-8", "UTF-8"),
    ],
)
def test_an_encoding_is_told_by_what_comes_out(text: str, codec: str, encoding: str) -> None:
    found = decode(text.encode(codec))
    assert (found.text, found.encoding) == (text, encoding)


@pytest.mark.parametrize(
    "content",
    [
        CHINESE.encode("shift-jis", "ignore") + "カナ,ひらがな".encode("shift-jis"),
        "имя,имя_пользователя\nМария,maria\n".encode("cp1251"),
        b"name,username\n\xff\xfe\xfd,x\n",
        "姓名,用户名\n王".encode("gbk") + b"\xff\n",
        b"\xff\xfe\x00",
    ],
)
def test_what_no_sign_agrees_on_is_refused(content: bytes) -> None:
    with pytest.raises(Unreadable):
        decode(content)
