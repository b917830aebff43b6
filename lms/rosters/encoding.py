"""In which encoding is this text? Several signs have to agree; where they do not, the file is refused rather than read wrongly. Pure.

A byte order mark or UTF-8 decides at once. Else GB 18030 (Excel in Chinese), Big5 and Windows-1252 (Excel in the West) are weighed:
nearly every byte sequence is *valid* GB 18030, so what comes out must also look like text: characters of the everyday sets, and no
rare Chinese character inside a Latin word (Ren閑 is Renée).
"""

import re
from collections.abc import Callable
from dataclasses import dataclass

from flask_babel import gettext as _

from lms.rosters.problems import Unreadable

BOMS = ((b"\xef\xbb\xbf", "utf-8-sig", "UTF-8"), (b"\xff\xfe", "utf-16", "UTF-16"), (b"\xfe\xff", "utf-16", "UTF-16"))
CHINESE_IN_UTF8 = range(0xE3, 0xEA)  # first of three bytes; in GBK such three in a row that are valid UTF-8 hardly ever occur
GB2312_FROM = 0xA1  # both bytes
BIG5_FREQUENT = range(0xA4, 0xC7)  # first byte of the frequent level
MOSTLY = 0.8
LATIN = r"[A-Za-z\u00c0-\u024f]"
HAN = r"[\u2e80-\u9fff\uf900-\ufaff\ue000-\uf8ff]"
TOUCHING = re.compile(rf"{LATIN}({HAN})|({HAN}){LATIN}")
NOT_ASCII = re.compile(r"[^\x00-\x7f]")
ALONE = re.compile(rb"(?<![\x80-\xff])[\x80-\xff](?![\x80-\xff])")
HIGH = re.compile(rb"[\x80-\xff]+")
TYPOGRAPHIC = "‘’“”–—…•·«»°ªº´`€§¿¡"


@dataclass(frozen=True, slots=True)
class Decoded:
    """A file's text, and the name of the encoding that it was read in."""

    text: str
    encoding: str


def decode(content: bytes) -> Decoded:
    """Return a text file's content.

    Raises:
        Unreadable: its encoding cannot be told for certain, or a part is in one and a part in another.
    """
    for bom, codec, name in BOMS:
        if content.startswith(bom):
            return Decoded(_strictly(content, codec), name)
    if b"\x00" in content:
        return Decoded(_strictly(content, _utf16_without_mark(content)), "UTF-16")
    text = _or_none(content, "utf-8")
    return Decoded(text, "UTF-8") if text is not None else _weighed(content)


def _weighed(content: bytes) -> Decoded:
    mixed = next((number for number, line in enumerate(content.splitlines(), 1) if _is_chinese_in_utf8(line)), None)
    if mixed is not None:
        raise Unreadable(_("Line %(line)s is written in UTF-8 and other lines are not. Save the whole file as UTF-8.", line=mixed))
    for codec, name, looks_right in CANDIDATES:
        text = _or_none(content, codec)
        if text is not None and looks_right(text, content):
            return Decoded(text, name)
    raise Unreadable(_("The encoding of the file cannot be told for certain. Save it as “CSV UTF-8” or as .xlsx and upload that."))


def _strictly(content: bytes, codec: str) -> str:
    text = _or_none(content, codec)
    if text is None:
        raise Unreadable(_("The file is damaged: its encoding is not what its beginning says. Save it as “CSV UTF-8” and upload that."))
    return text


def _or_none(content: bytes, codec: str) -> str | None:
    try:
        return content.decode(codec)
    except UnicodeDecodeError:
        return None


def _utf16_without_mark(content: bytes) -> str:
    """Commas and line breaks have their zero byte on one side only."""
    return "utf-16-le" if content[1::2].count(0) >= content[0::2].count(0) else "utf-16-be"


def _is_chinese_in_utf8(line: bytes) -> bool:
    return any(byte in CHINESE_IN_UTF8 for byte in line) and _or_none(line, "utf-8") is not None


def _is_like_gb(text: str, _content: bytes) -> bool:
    """Say whether the characters are those of GB 2312, nearly all of them, and no other one stands in a Latin word."""
    signs = NOT_ASCII.findall(text)
    rare = {sign for sign in set(signs) if not _is_in_gb2312(sign)}
    inside_words = any((one or other) in rare for one, other in TOUCHING.findall(text))
    return not inside_words and sum(sign not in rare for sign in signs) >= MOSTLY * len(signs)


def _is_in_gb2312(sign: str) -> bool:
    packed = sign.encode("gb18030")
    return len(packed) == len("王".encode("gbk")) and min(packed) >= GB2312_FROM


def _is_like_big5(text: str, content: bytes) -> bool:
    """Say whether most characters are of the frequent level."""
    signs = NOT_ASCII.findall(text)
    frequent = sum(sign.encode("cp950")[0] in BIG5_FREQUENT for sign in signs)
    return frequent >= MOSTLY * len(signs) and not _is_like_western(content.decode("latin-1"), content)


def _is_like_western(text: str, content: bytes) -> bool:
    """Say whether it is letters that stand alone among plain ones, as in Renée."""
    signs = NOT_ASCII.findall(text)
    lone = len(ALONE.findall(content))
    return all(sign.isalpha() or sign in TYPOGRAPHIC for sign in signs) and lone >= MOSTLY * len(HIGH.findall(content))


CANDIDATES: tuple[tuple[str, str, Callable[[str, bytes], bool]], ...] = (
    ("gb18030", "GBK", _is_like_gb),
    ("cp950", "Big5", _is_like_big5),
    ("cp1252", "Windows-1252", _is_like_western),
)
