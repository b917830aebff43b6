"""Read the report of an online meeting: who was in it from when until when, under the names they chose there. Pure.

Tencent Meeting and DingTalk export one row for each time that somebody joined, in several layouts; columns whose names are not
known are assigned by hand.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from lms.row_problem import RowProblem, in_row

FIELDS = ("name", "joined", "left")
HEADS: Mapping[str, tuple[str, ...]] = {
    "name": (
        "昵称",
        "用户昵称",
        "成员昵称",
        "成员名称",
        "成员",
        "姓名",
        "参会人",
        "参会者",
        "参会人姓名",
        "用户名称",
        "name",
        "nickname",
        "user name",
    ),
    "joined": ("入会时间", "加入时间", "加入会议时间", "首次入会时间", "进入时间", "join time", "joined", "time joined"),
    "left": ("退会时间", "离开时间", "离会时间", "退出时间", "退出会议时间", "最后退会时间", "leave time", "left", "time exited"),
}
HEAD_ROWS = 20  # titles and facts of the meeting stand above the header
NAME_MAX, CELL_MAX, SAID_MAX = 100, 100, 40
WHEN = re.compile(r"(?:(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?[ T]?\s?)?(\d{1,2})[:：](\d{2})(?:[:：](\d{2}))?(?:\.\d{1,6})?")
FAR = timedelta(hours=12)  # somebody who joins so long before or after the session was in another meeting

Interval = tuple[datetime, datetime]
ColumnNumbers = Mapping[str, int]


@dataclass(frozen=True, slots=True)
class MeetingReport:
    """The content of a report: the intervals of each name (overlapping ones are joined), and the problems of its rows."""

    present: Mapping[str, Sequence[Interval]]
    problems: Sequence[RowProblem]
    rows: int


def columns_of(rows: Sequence[tuple[int, Sequence[str]]]) -> tuple[int, ColumnNumbers] | None:
    """Return the place of the header row and the column of each field; None if no header row was found."""
    known = {word: field for field, words in HEADS.items() for word in words}
    for at, (_line, cells) in enumerate(rows[:HEAD_ROWS]):
        found: dict[str, int] = {}
        for index, cell in enumerate(cells):
            field = known.get(_plain(cell))
            if field is not None:
                found.setdefault(field, index)
        if set(FIELDS) <= found.keys():
            return at, found
    return None


def _plain(cell: str) -> str:
    return re.sub(r"[（(][^（()）]{0,30}[)）]", "", cell[:CELL_MAX]).strip().lower()


def read(rows: Sequence[tuple[int, Sequence[str]]], columns: ColumnNumbers, session: Interval, zone: ZoneInfo) -> MeetingReport:
    """Read the rows below the header; each interval is cut to the session, and intervals outside it are dropped.

    A time without a date is of the session's day. Rows without a name are passed over.
    """
    present: dict[str, list[Interval]] = defaultdict(list)
    problems: list[RowProblem] = []
    day, read_rows = session[0].astimezone(zone).date(), 0
    for line, cells in rows:
        given = {field: cells[index].strip()[: NAME_MAX + 1] if index < len(cells) else "" for field, index in columns.items()}
        if not given["name"]:
            continue
        read_rows += 1
        interval = _interval(line, given, day, zone, problems)
        if interval is None:
            continue
        if interval[0] > session[1] + FAR or interval[1] < session[0] - FAR:
            problems.append(in_row(line, "joined", "another-day", {"said": given["joined"][:SAID_MAX]}, value=given["joined"]))
            continue
        first, last = max(interval[0], session[0]), min(interval[1], session[1])
        present[given["name"]] += [(first, last)] if first < last else []
    return MeetingReport({name: joined_up(own) for name, own in present.items()}, problems, read_rows)


def _interval(line: int, given: Mapping[str, str], day: date, zone: ZoneInfo, problems: list[RowProblem]) -> Interval | None:
    if len(given["name"]) > NAME_MAX or not given["name"].isprintable():
        problems.append(in_row(line, "name", "bad-name", {"most": NAME_MAX}, value=given["name"]))
        return None
    joined, left = (_instant(given[field], day, zone) for field in ("joined", "left"))
    for field, at in (("joined", joined), ("left", left)):
        if at is None:
            problems.append(in_row(line, field, "bad-instant", {"said": given[field][:SAID_MAX] or "–"}, value=given[field]))
    if joined is None or left is None:
        return None
    if left < joined:
        problems.append(in_row(line, "left", "left-before-joining", {"said": given["left"][:SAID_MAX]}, value=given["left"]))
        return None
    return joined, left


def _instant(said: str, day: date, zone: ZoneInfo) -> datetime | None:
    match = WHEN.fullmatch(said) if len(said) <= CELL_MAX else None
    if match is None:
        return None
    year, month, of_month, hour, minute, second = (None if part is None else int(part) for part in match.groups())
    try:
        return datetime(year or day.year, month or day.month, of_month or day.day, hour or 0, minute or 0, second or 0, tzinfo=zone)
    except ValueError:
        return None


def joined_up(intervals: Iterable[Interval]) -> list[Interval]:
    """Return intervals in order, those that overlap or touch as one."""
    found: list[Interval] = []
    for first, last in sorted(intervals):
        if found and first <= found[-1][1]:
            found[-1] = (found[-1][0], max(last, found[-1][1]))
        else:
            found.append((first, last))
    return found


def beyond(intervals: Iterable[Interval], known: Iterable[Interval]) -> list[Interval]:
    """Return the parts of intervals that are outside all known ones, in order."""
    found = joined_up(intervals)
    for first, last in joined_up(known):
        parts = ((part, (min(part[1], first), max(part[0], last))) for part in found)
        found = [one for (begins, ends), (until, since) in parts for one in ((begins, until), (since, ends)) if one[0] < one[1]]
    return found


def matched(names: Iterable[str], people: Mapping[int, str], remembered: Mapping[str, int]) -> dict[str, int]:
    """Suggest an enrolment for each name if it is certain enough: matched before, the same name, or the only name contained in it.

    A name that two people of the class have matches nobody.
    """
    found: dict[str, int] = {}
    by_name: dict[str, list[int]] = defaultdict(list)
    for enrolment_id, name in people.items():
        by_name[name].append(enrolment_id)
    for name in names:
        within = [own for known, own in by_name.items() if known in name]
        exact = by_name.get(name, [])
        if remembered.get(name) in people:
            found[name] = remembered[name]
        elif len(exact) == 1:
            found[name] = exact[0]
        elif not exact and len(within) == 1 and len(within[0]) == 1:
            found[name] = within[0][0]
    return found
