"""Detect the encoding of a text. If the evidence conflicts, refuse the file instead of reading it wrongly. Pure.

A byte order mark or valid UTF-8 decides at once. Otherwise GB 18030 (Excel in Chinese), Big5 and Windows-1252 (Excel in the West)
are compared. Nearly every byte sequence is *valid* GB 18030, so the result must also look like text: common characters, and no
rare Chinese character inside a Latin word (Ren閑 is Renée).
"""

import re
from collections.abc import Callable
from dataclasses import dataclass

from flask_babel import gettext as _

from lms.rosters.problems import Unreadable

BOMS = ((b"\xef\xbb\xbf", "utf-8-sig", "UTF-8"), (b"\xff\xfe", "utf-16", "UTF-16"), (b"\xfe\xff", "utf-16", "UTF-16"))
CHINESE_IN_UTF8 = range(0xE3, 0xEA)  # first of three bytes; three such characters in a row that are valid UTF-8 almost never occur in GBK
GB2312_FROM = 0xA1  # both bytes
BIG5_FREQUENT = range(0xA4, 0xC7)  # first byte of the frequent characters
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
    """A file's text, and the name of its encoding."""

    text: str
    encoding: str


def decode(content: bytes) -> Decoded:
    """Return a text file's content.

    Raises:
        Unreadable: its encoding is uncertain, or the file mixes two encodings.
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
    """Return the byte order of UTF-16: commas and line breaks have their zero byte always on the same side."""
    return "utf-16-le" if content[1::2].count(0) >= content[0::2].count(0) else "utf-16-be"


def _is_chinese_in_utf8(line: bytes) -> bool:
    return any(byte in CHINESE_IN_UTF8 for byte in line) and _or_none(line, "utf-8") is not None


def _is_like_gb(text: str, _content: bytes) -> bool:
    """Say whether nearly all characters belong to GB 2312, and none of the others is inside a Latin word."""
    found = NOT_ASCII.findall(text)
    rare = {one for one in set(found) if not _is_in_gb2312(one)}
    inside_words = any((one or other) in rare for one, other in TOUCHING.findall(text))
    return not inside_words and sum(one not in rare for one in found) >= MOSTLY * len(found)


def _is_in_gb2312(sign: str) -> bool:
    packed = sign.encode("gb18030")
    return len(packed) == len("王".encode("gbk")) and min(packed) >= GB2312_FROM


def _is_like_big5(text: str, content: bytes) -> bool:
    """Say whether most characters are frequent ones."""
    found = NOT_ASCII.findall(text)
    frequent = sum(one.encode("cp950")[0] in BIG5_FREQUENT for one in found)
    return frequent >= MOSTLY * len(found) and not _is_like_western(content.decode("latin-1"), content)


def _is_like_western(text: str, content: bytes) -> bool:
    """Say whether accented letters stand alone among plain ones, as in Renée."""
    found = NOT_ASCII.findall(text)
    lone = len(ALONE.findall(content))
    return all(one.isalpha() or one in TYPOGRAPHIC for one in found) and lone >= MOSTLY * len(HIGH.findall(content))


CANDIDATES: tuple[tuple[str, str, Callable[[str, bytes], bool]], ...] = (
    ("gb18030", "GBK", _is_like_gb),
    ("cp950", "Big5", _is_like_big5),
    ("cp1252", "Windows-1252", _is_like_western),
)
