"""Read a list of teachers into rows, or into problems with their row and field. Pure."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from babel.lists import format_list
from flask_babel import get_locale
from flask_babel import gettext as _

from courses.strict_json.problem import Params
from lms.accounts.identity import has_identity_number, may_be_identity_number
from lms.accounts.names import LONGEST, as_name, as_username, joined, spaced
from lms.accounts.people import NAME_MAX, ORGANISATION_NAME_MAX, USERNAME
from lms.i18n import DEFAULT, pick
from lms.programmes.values import Track
from lms.rosters import heads
from lms.rosters.heads import Columns
from lms.rosters.problems import Unreadable, shown
from lms.rosters.table import MOST_ROWS, TableRow
from lms.row_problem import RowProblem, in_row

SHORTEST_PART = 2  # characters of a track's name
SHORTEST_NUMBER = 15  # characters: no identity number has fewer
SPACES = "\u3000\u00a0\t"  # treated as spaces between words
FORMULA = ("=", "+", "-", "@", "＝", "＋", "－", "＠")
ERROR_VALUE = re.compile(r"#(N/A|REF!|VALUE!|NAME\?|DIV/0!|NULL!|NUM!|SPILL!|CALC!|FIELD!|GETTING_DATA)", re.IGNORECASE)
SHORTENED = re.compile(r"\d(\.\d+)?e\+\d{1,3}", re.IGNORECASE)
MONTHS = "jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec"
DATE = re.compile(
    rf"\d{{4}}[/-]\d{{1,2}}[/-]\d{{1,2}}|\d{{1,2}}/\d{{1,2}}/\d{{4}}|(\d{{4}}年)?\d{{1,2}}月(\d{{1,2}}日)?|({MONTHS})-\d\d|\d\d?-({MONTHS})"
)
ASKED = ("name", "username", "school", "track")  # the order in which problems are reported


@dataclass(frozen=True, slots=True)
class Row:
    """A teacher in the list: `username` in lowercase, `track` a key, `school` a name or code ('' if none is given)."""

    line: int
    name: str
    username: str
    school: str
    track: str


@dataclass(frozen=True, slots=True)
class Roster:
    """The result of reading. A row is in `rows` or has problems, never both; `heads` are the columns, `ignored` are the unread ones."""

    rows: Sequence[Row]
    problems: Sequence[RowProblem]
    heads: Mapping[str, str] = field(default_factory=dict)
    ignored: Sequence[str] = ()


class HeadsUnknown(Unreadable):
    """No line has enough known headers: a user has to assign the columns."""

    def __init__(self) -> None:
        super().__init__(_("No line names the columns; at least 姓名 (name) and 用户名 (username) are needed."))


def read(lines: Sequence[TableRow], tracks: Sequence[Track], usual_track: str = "", columns: Columns | None = None) -> Roster:
    """Read a list's lines; an empty track becomes `usual_track`. `columns` are the columns that a user has assigned.

    Raises:
        HeadsUnknown: no header row was found and no columns were assigned.
        Unreadable: there are no people or too many, or a column that is not read has identity numbers.
    """
    found = columns or heads.find([line.cells for line in lines])
    if lines and found is None:
        raise HeadsUnknown
    if found is None or not lines[found.line :]:
        raise Unreadable(_("There is nobody in it."))
    head = lines[found.line - 1].cells if found.line else ()
    people = [line for line in lines[found.line :] if line.cells != head]  # printed lists repeat the header row on each page
    if len(people) > MOST_ROWS:
        raise Unreadable(_("There are more than %(most)s people in it. Upload it in parts.", most=MOST_ROWS))
    _refuse_identity_numbers(people, head, set(found.at.values()))
    reader = _RowReader(tracks, usual_track)
    for line in people:
        cells = {name: line.cells[index] for name, index in found.at.items() if index < len(line.cells)}
        reader.take(line.number, cells, {name: line.faults[index] for name, index in found.at.items() if index in line.faults})
    named = {name: _head(head, index) for name, index in found.at.items()}
    ignored = [shown(one) for index, one in enumerate(head) if index not in found.at.values() and one.strip()]
    return Roster(reader.rows, reader.problems, named, ignored)


def read_one(given: Mapping[str, str], tracks: Sequence[Track], usual_track: str = "") -> Roster:
    """Read the fields of a single teacher."""
    reader = _RowReader(tracks, usual_track)
    reader.take(1, {name: given.get(name, "") for name in ASKED}, {})
    return Roster(reader.rows, reader.problems)


def _head(head: Sequence[str], index: int) -> str:
    own = shown(head[index]) if index < len(head) else ""
    return own or _("column %(number)s", number=index + 1)


def _refuse_identity_numbers(people: Sequence[TableRow], head: Sequence[str], read_columns: set[int]) -> None:
    """Check the unread columns for identity numbers too, because such numbers must not be uploaded."""
    for line in people:
        for index, cell in enumerate(line.cells):
            if index not in read_columns and len(cell) >= SHORTEST_NUMBER and has_identity_number(cell):
                params = {"head": _head(head, index), "line": line.number}
                raise Unreadable(
                    _("“%(head)s” contains an identity number (line %(line)s). Delete that column and upload the list again.", **params)
                )


class _Tracks:
    """Finds a track by its key, its name, or a part of the name that only this track has: 小学 for 小学教师."""

    def __init__(self, tracks: Sequence[Track], usual: str) -> None:
        self._words = {one.key: [word.casefold() for word in (one.key, one.name.zh, one.name.en)] for one in tracks}
        names = [pick(one.name.zh, one.name.en) for one in tracks]
        self.shown = format_list(names, style="or", locale=get_locale() or DEFAULT)
        self.usual = usual or (tracks[0].key if len(tracks) == 1 else "")

    def key_of(self, said: str) -> str:
        """Return a track's key; '' if none or several match."""
        word = said.casefold()
        whole = [key for key, words in self._words.items() if word in words]
        part = [key for key, words in self._words.items() if len(word) >= SHORTEST_PART and any(word in one for one in words)]
        found = whole or part
        return found[0] if len(found) == 1 else ""


Found = tuple[str, str, Params]  # field, code, parameters


class _RowReader:
    """Reads rows one after the other and remembers the people it has seen."""

    def __init__(self, tracks: Sequence[Track], usual_track: str) -> None:
        self.rows: list[Row] = []
        self.problems: list[RowProblem] = []
        self._tracks = _Tracks(tracks, usual_track)
        self._seen: dict[str, int] = {}

    def take(self, line: int, given: Mapping[str, str], faults: Mapping[str, str]) -> None:
        """Read one row. A cell's length is checked first, because composing characters takes quadratic time."""
        long = [_asked(name) for name, text in given.items() if len(text) > LONGEST]
        cells = {name: "" if len(text) > LONGEST else text for name, text in given.items()}
        whole = cells.get("name", "") or joined(spaced(cells.get("family", "")), spaced(cells.get("given", "")))
        said = {"name": whole} | {one: cells.get(one, "") for one in ASKED[1:]}
        name, school, track = as_name(whole), spaced(said["school"]), spaced(said["track"])
        username = as_username(said["username"])
        found: list[Found] = [
            *((one, "long", {"most": LONGEST}) for one in long),
            *((_asked(one), code, {}) for one, code in faults.items()),
            *_not_typed(said),
            *_problems_of_text("name", name, NAME_MAX),
            *_problems_of_text("school", school, ORGANISATION_NAME_MAX),
            *self._problems_of_username(username),
            *self._problems_of_track(track),
        ]
        self._note(line, found, {"name": name, "username": said["username"], "school": school, "track": track})
        self._seen.setdefault(username, line)
        if not found:
            self.rows.append(Row(line, name, username, school, self._tracks.key_of(track) if track else self._tracks.usual))

    def _note(self, line: int, found: Sequence[Found], said: Mapping[str, str]) -> None:
        for one in ASKED:
            code, params = next(((code, params) for name, code, params in found if name == one), ("", {}))
            if code:
                self.problems.append(in_row(line, one, code, params, name=shown(said["name"]), value=shown(said[one])))

    def _problems_of_username(self, username: str) -> Iterable[Found]:
        if not username:
            yield "username", "empty", {}
        elif may_be_identity_number(username):
            yield "username", "identity-number", {}
        elif SHORTENED.fullmatch(username):
            yield "username", "shortened", {}
        elif DATE.fullmatch(username):
            yield "username", "date", {}
        elif not USERNAME.fullmatch(username):
            yield "username", "username", {}
        elif username in self._seen:
            yield "username", "repeated", {"line": self._seen[username]}

    def _problems_of_track(self, track: str) -> Iterable[Found]:
        if track and not self._tracks.key_of(track):
            yield "track", "track", {"tracks": self._tracks.shown}
        elif not track and not self._tracks.usual:
            yield "track", "no-track", {"tracks": self._tracks.shown}


def _asked(name: str) -> str:
    return "name" if name in {"family", "given"} else name


def _not_typed(said: Mapping[str, str]) -> Iterable[Found]:
    """Yield values that nobody typed on purpose: spreadsheet errors, invisible characters, identity numbers."""
    for name, text in said.items():
        stripped = text.strip()
        wrong = next((one for one in stripped if not (one.isprintable() or one in SPACES) or one == "\ufffd"), None)
        if ERROR_VALUE.fullmatch(stripped):
            yield name, "error-value", {}
        elif "\n" in stripped or "\r" in stripped:
            yield name, "line-break", {}
        elif wrong is not None:
            yield name, "unreadable", {"code": f"U+{ord(wrong):04X}"}
        elif name != "username" and len(stripped) >= SHORTEST_NUMBER and has_identity_number(stripped):
            yield name, "identity-number-elsewhere", {}


def _problems_of_text(name: str, text: str, most: int) -> Iterable[Found]:
    if not text:
        if name == "name":
            yield name, "empty", {}
    elif len(text) > most:
        yield name, "long", {"most": most}
    elif text.startswith(FORMULA):
        yield name, "formula", {"sign": text[0]}
    elif name == "name" and not any(sign.isalpha() for sign in text):
        yield name, "no-letter", {}
