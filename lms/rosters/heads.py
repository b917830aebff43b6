"""Find the header row of a list and the meaning of its columns. Pure.

Headers of offices, Moodle and OneRoster are known, and may come below a title line. If none is recognised, a user assigns the
columns on the page (`Assignment`).
"""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

FIELDS = ("name", "family", "given", "username", "school", "track")
LOOKED_AT = 10  # lines in which the header row is searched
LONGEST = 100  # characters of a header that are examined
# Possible headers of each column (folded); if several match a user name, the first in this order is used.
HEADS: Mapping[str, Sequence[str]] = {
    "name": ("姓名", "教师姓名", "老师姓名", "学员姓名", "名字", "name", "fullname", "teachername"),
    "family": ("姓", "姓氏", "familyname", "lastname", "surname"),  # lastname: Moodle; familyName: OneRoster
    "given": ("名", "名字", "givenname", "firstname", "forename"),
    "username": (
        *("用户名", "用戶名", "登录名", "登錄名", "账号", "帐号", "帳號", "登录账号"),
        *("username", "signinname", "loginname", "login", "account"),
        *("工号", "工號", "教师编号", "教职工号", "职工号", "staffnumber", "staffno"),
        *("手机号", "手机", "手机号码", "手機", "联系电话", "联系方式", "电话", "phone", "phone1", "mobile"),
        *("电子邮箱", "邮箱", "電郵", "email", "emailaddress", "mail"),
    ),
    "school": (
        *("学校", "學校", "所在学校", "学校名称", "工作单位", "所在单位", "单位"),
        *("school", "schoolname", "organisation", "organization", "institution"),
    ),
    "track": ("类别", "類別", "培训类别", "学段", "學段", "track"),
}
ASIDE = re.compile(r"\([^()]*\)|\[[^\[\]]*\]|【[^【】]*】")  # (必填)
PART = re.compile(r"[/|\n\r]+")  # 姓名/Name
NOISE = re.compile(r"[\s_*:-]+")
NUMBERS = re.compile(r"\d{1,3}")


@dataclass(frozen=True, slots=True)
class Columns:
    """The column of each of FIELDS; `line` is the number of lines before the first person."""

    at: Mapping[str, int]
    line: int

    @property
    def is_enough(self) -> bool:
        """Whether the columns give each person's name and user name."""
        return "username" in self.at and ("name" in self.at or {"family", "given"} <= self.at.keys())

    def written(self) -> str:
        """Return the form value, for example name:0,username:2;1."""
        return ",".join(f"{name}:{index}" for name, index in self.at.items()) + f";{self.line}"


def parsed(text: str) -> Columns | None:
    """Read a value from `written`; None for anything else."""
    columns, _semicolon, line = text[:LONGEST].partition(";")
    pairs = [one.partition(":")[::2] for one in columns.split(",")]
    if not NUMBERS.fullmatch(line) or not all(name in FIELDS and NUMBERS.fullmatch(index) for name, index in pairs):
        return None
    found = Columns({name: int(index) for name, index in pairs}, int(line))
    return found if found.is_enough and len(set(found.at.values())) == len(pairs) else None


def find(lines: Sequence[Sequence[str]]) -> Columns | None:
    """Return the columns of the first line that has enough known headers."""
    for number, cells in enumerate(lines[:LOOKED_AT], 1):
        found = Columns(_columns(cells), number)
        if found.is_enough:
            return found
    return None


def guessed(lines: Sequence[Sequence[str]]) -> Columns:
    """Return the known columns even if they are not enough: a starting point for a user who assigns them."""
    known = [Columns(_columns(cells), number) for number, cells in enumerate(lines[:LOOKED_AT], 1)]
    return max(known, key=lambda one: len(one.at), default=Columns({}, 0))


def _columns(heads: Sequence[str]) -> dict[str, int]:
    folded = [_folded(head) for head in heads]
    found: dict[str, int] = {}
    for name in ("family", "given", "name", "username", "school", "track"):
        index = next((index for alias in HEADS[name] for index, own in enumerate(folded) if alias in own), None)
        if index is not None and (index not in found.values() or name == "name"):
            found[name] = index
    if "family" not in found or "given" not in found:  # 名字 alone is a whole name
        found.pop("family", None)
        found.pop("given", None)
    elif found.get("name") in {found["family"], found["given"]}:
        del found["name"]
    if "name" in found:
        found.pop("family", None)
        found.pop("given", None)
    return found


def _folded(head: str) -> Sequence[str]:
    """Return a header in its comparable form, whole and in parts: 姓名（必填） and *姓名/Name are 姓名."""
    plain = ASIDE.sub("", unicodedata.normalize("NFKC", head[:LONGEST]).casefold())
    return [NOISE.sub("", one) for one in (plain, *PART.split(plain))]
