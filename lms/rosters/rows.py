"""What does a list of teachers say? Rows with a name and a user name, and every problem with the row and field that it is in. Pure."""

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from flask_babel import gettext as _

from lms.accounts.people import NAME_MAX, ORGANISATION_NAME_MAX, USERNAME
from lms.i18n import pick
from lms.programmes.values import Track
from lms.rosters.table import Line, Unreadable

FIELDS = ("name", "username", "school", "track")
# how a column may be headed; of several for a user name the first in this order counts
HEADS: Mapping[str, Sequence[str]] = {
    "name": ("姓名", "教师姓名", "名字", "name", "full name"),
    "username": (
        *("用户名", "登录名", "账号", "帐号", "登录账号", "username", "user name", "sign-in name", "account"),
        *("工号", "教师编号", "staff number", "手机号", "手机", "手机号码", "联系电话", "phone", "电子邮箱", "邮箱", "email", "e-mail"),
    ),
    "school": ("学校", "所在学校", "学校名称", "工作单位", "单位", "school", "organisation"),
    "track": ("类别", "培训类别", "学段", "track"),
}
LONGEST_CELL = 1000  # characters: far beyond what any column takes, so that what is cut off is refused in any case
IDENTITY_NUMBER = re.compile(r"\d{17}[\dx]")
SHORTEST_PART = 2  # characters
SPACES = "\u3000\u00a0\t"  # between words like a plain one
FORMULA = ("=", "+", "-", "@", "＝", "＋", "－", "＠")


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong with a row, in which of FIELDS ('' where it is none of them)."""

    line: int
    field: str
    what: str

    def __str__(self) -> str:
        where = _("line %(line)s", line=self.line)
        return f"{where}: {self.field}: {self.what}" if self.field else f"{where}: {self.what}"


@dataclass(frozen=True, slots=True)
class Row:
    """A teacher as the list has them: the user name in small letters, `track` a key, `school` a name or code ('' where none is given)."""

    line: int
    name: str
    username: str
    school: str
    track: str


@dataclass(frozen=True, slots=True)
class Roster:
    """What was read. A row is in `rows` or has problems, never both; `heads` says which column is what, `ignored` which are not read."""

    rows: Sequence[Row]
    problems: Sequence[Problem]
    heads: Mapping[str, str] = field(default_factory=dict)
    ignored: Sequence[str] = ()


def read(lines: Sequence[Line], tracks: Sequence[Track], usual_track: str = "") -> Roster:
    """Read a list's lines, of which the first says what each column is; an empty track is `usual_track`.

    Raises:
        Unreadable: there is nobody in it, or no line that says what its columns are.
    """
    columns = _columns(lines[0].cells) if lines else {}
    if lines and not {"name", "username"} <= columns.keys():
        raise Unreadable(_("The first line must name the columns, at least 姓名 (name) and 用户名 (username)."))
    if not lines[1:]:
        raise Unreadable(_("There is nobody in it."))
    reader = _Reader(tracks, usual_track)
    for line in lines[1:]:
        reader.take(line.number, {name: line.cells[index] if index < len(line.cells) else "" for name, index in columns.items()})
    heads = {name: lines[0].cells[index].strip() for name, index in columns.items()}
    ignored = [head.strip() for index, head in enumerate(lines[0].cells) if index not in columns.values() and head.strip()]
    return Roster(reader.rows, reader.problems, heads, ignored)


def read_one(given: Mapping[str, str], tracks: Sequence[Track], usual_track: str = "") -> Roster:
    """Read a single teacher's fields."""
    reader = _Reader(tracks, usual_track)
    reader.take(1, {name: given.get(name, "") for name in FIELDS})
    return Roster(reader.rows, reader.problems)


def _columns(heads: Sequence[str]) -> dict[str, int]:
    written = [unicodedata.normalize("NFKC", head[:LONGEST_CELL]).strip().strip("*").casefold() for head in heads]
    found = {}
    for name, aliases in HEADS.items():
        index = next((written.index(alias) for alias in aliases if alias in written), None)
        if index is not None:
            found[name] = index
    return found


class _Tracks:
    """Which track does somebody mean? Its key, its name, or a part of the name that no other track's has: 小学 for 小学教师."""

    def __init__(self, tracks: Sequence[Track], usual: str) -> None:
        self._words = {one.key: [word.casefold() for word in (one.key, one.name.zh, one.name.en)] for one in tracks}
        self.shown = ", ".join(pick(one.name.zh, one.name.en) for one in tracks)
        self.usual = usual or (tracks[0].key if len(tracks) == 1 else "")

    def key_of(self, said: str) -> str:
        """Return a track's key; '' where it is none, or several."""
        word = said.casefold()
        whole = [key for key, words in self._words.items() if word in words]
        part = [key for key, words in self._words.items() if len(word) >= SHORTEST_PART and any(word in one for one in words)]
        found = whole or part
        return found[0] if len(found) == 1 else ""


class _Reader:
    """Reads row after row and remembers whom it has seen."""

    def __init__(self, tracks: Sequence[Track], usual_track: str) -> None:
        self.rows: list[Row] = []
        self.problems: list[Problem] = []
        self._tracks = _Tracks(tracks, usual_track)
        self._seen: dict[str, int] = {}

    def take(self, line: int, given: Mapping[str, str]) -> None:
        """Read one row."""
        given = {one: text[:LONGEST_CELL] for one, text in given.items()}
        name, school = _spaced(given.get("name", "")), _spaced(given.get("school", ""))
        username = "".join(unicodedata.normalize("NFKC", given.get("username", "")).split()).lower()
        track = _spaced(given.get("track", ""))
        found = [
            *_unreadable({one: given.get(one, "").strip() for one in FIELDS}),
            *_problems_of_name("name", name, NAME_MAX, required=True),
            *_problems_of_name("school", school, ORGANISATION_NAME_MAX, required=False),
            *self._problems_of_username(username),
            *self._problems_of_track(track),
        ]
        named = {name for name, _what in found}
        self.problems += [Problem(line, one, next(what for name, what in found if name == one)) for one in FIELDS if one in named]
        self._seen.setdefault(username, line)
        if not found:
            self.rows.append(Row(line, name, username, school, self._tracks.key_of(track) if track else self._tracks.usual))

    def _problems_of_username(self, username: str) -> Iterable[tuple[str, str]]:
        if not username:
            yield "username", _("is empty")
        elif IDENTITY_NUMBER.fullmatch(username):
            yield "username", _("looks like an identity number; use a staff number, a telephone number or an e-mail address")
        elif not USERNAME.fullmatch(username):
            yield "username", _("needs 2 to 64 letters, digits or . _ @ -, beginning with a letter or digit")
        elif username in self._seen:
            yield "username", _("is in line %(line)s already", line=self._seen[username])

    def _problems_of_track(self, track: str) -> Iterable[tuple[str, str]]:
        if track and not self._tracks.key_of(track):
            yield "track", _("%(track)s is not one of %(tracks)s", track=track[:64], tracks=self._tracks.shown)
        elif not track and not self._tracks.usual:
            yield "track", _("is missing (one of %(tracks)s)", tracks=self._tracks.shown)


def _spaced(text: str) -> str:
    """Return a text composed, with single plain spaces where there were any."""
    return " ".join(unicodedata.normalize("NFC", text).split())


def _unreadable(given: Mapping[str, str]) -> Iterable[tuple[str, str]]:
    for name, text in given.items():
        wrong = next((sign for sign in text if not (sign.isprintable() or sign in SPACES) or sign == "\ufffd"), None)
        if "\n" in text or "\r" in text:
            yield name, _("has a line break in it; is a quotation mark missing?")
        elif wrong is not None:
            yield name, _("has a character that is unreadable or cannot be seen (%(code)s); type it anew", code=f"U+{ord(wrong):04X}")


def _problems_of_name(field_name: str, text: str, most: int, *, required: bool) -> Iterable[tuple[str, str]]:
    if required and not text:
        yield field_name, _("is empty")
    elif len(text) > most:
        yield field_name, _("has more than %(most)s characters", most=most)
    elif text.startswith(FORMULA):
        yield field_name, _("begins like a formula (%(sign)s)", sign=text[0])
