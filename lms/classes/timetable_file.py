"""Read a timetable from the rows of a file: its sessions, and each problem with its row and column. Pure."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from lms.classes.planning import HALF_DAYS_MAX, PlannedSession
from lms.row_problem import RowProblem, in_row

CELL_MAX = 500
SAID_MAX = 40  # characters of a cell that a problem repeats
HEADS: Mapping[str, tuple[str, ...]] = {
    "day": ("日期", "date", "day"),
    "slot": ("时段", "半天", "slot", "half day", "half-day"),
    "time": ("时间", "起止时间", "time"),
    "starts": ("开始", "开始时间", "start", "starts", "from"),
    "ends": ("结束", "结束时间", "end", "ends", "until", "to"),
    "title": ("内容", "课程", "主题", "课程名称", "课程内容", "专题", "title", "topic", "session"),
    "requirement": ("环节", "要求", "阶段", "计入", "phase", "requirement", "counts toward"),
    "place": ("地点", "教室", "place", "room"),
    "link": ("链接", "直播链接", "link", "url"),
    "teacher": ("主讲", "主讲人", "主讲教师", "授课教师", "教师", "teacher", "speaker"),
    "practical": ("实践", "是否实践", "实践课程", "practical"),
    "half_days": ("半天数", "half days", "half-days"),
}
SLOTS: Mapping[str, tuple[time, time]] = {
    "上午": (time(8, 30), time(11, 30)),
    "下午": (time(14, 30), time(17, 30)),
    "晚上": (time(19), time(21)),
    "morning": (time(8, 30), time(11, 30)),
    "afternoon": (time(14, 30), time(17, 30)),
    "evening": (time(19), time(21)),
}
YES, NO = frozenset({"是", "√", "✓", "yes", "y", "true", "1", "实践"}), frozenset({"", "否", "no", "n", "false", "0", "理论"})
DAY = re.compile(r"(?:(\d{4})[-/.年])?(\d{1,2})[-/.月](\d{1,2})日?")
SHARE = re.compile(r"0?\.[0-9]{1,18}")
CLOCK = re.compile(r"(\d{1,2})[:：](\d{2})(?:[:：]\d{2})?")
BETWEEN = re.compile(r"\s?[-–—~～至]{1,2}\s?")
EXCEL_EPOCH, EXCEL_DAYS = date(1899, 12, 30), (30_000, 80_000)  # serial numbers of 1982 to 2119
MINUTES_A_DAY = 1440


@dataclass(frozen=True, slots=True)
class TimetableFile:
    """The sessions of a file with their lines, and its problems; `missing` are required columns that the file lacks."""

    lines: Sequence[int]
    planned: Sequence[PlannedSession]
    problems: Sequence[RowProblem]
    missing: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class TimetableContext:
    """The context for reading a class's file: its zone and year, and the names of its requirements (`names`: lowercase name → key)."""

    zone: ZoneInfo
    year: int
    names: Mapping[str, str]
    live: frozenset[str]  # requirements of hours: their sessions are live online and have no half-days


def read(rows: Sequence[tuple[int, Sequence[str]]], context: TimetableContext) -> TimetableFile:
    """Read rows of (line, cells). The header row is the first of ten rows that names day and title, so a title may stand above it."""
    at, columns = _heads(rows)
    missing = [name for name in ("day", "title") if name not in columns]
    if not missing and not ({"slot", "time", "starts"} & columns.keys()):
        missing = ["time"]
    if missing:
        return TimetableFile((), (), (), missing)
    lines, planned, problems = [], [], []
    last_day = ""
    for line, cells in rows[at + 1 :]:
        given = {name: cells[index].strip()[: CELL_MAX + 1] if index < len(cells) else "" for name, index in columns.items()}
        last_day = given["day"] = given["day"] or last_day  # a merged cell has its day only in the first row
        session, found = _session(line, given, context)
        problems += found
        if session is not None:
            lines.append(line)
            planned.append(session)
    return TimetableFile(lines, planned, problems)


def _heads(rows: Sequence[tuple[int, Sequence[str]]]) -> tuple[int, dict[str, int]]:
    known = {word: name for name, words in HEADS.items() for word in words}
    best: tuple[int, dict[str, int]] = (0, {})
    for at, (_line, cells) in enumerate(rows[:10]):
        columns: dict[str, int] = {}
        for index, cell in enumerate(cells):
            name = known.get(cell.strip().lower()[:CELL_MAX])
            if name is not None:
                columns.setdefault(name, index)
        if {"day", "title"} <= columns.keys():
            return at, columns
        if len(columns) > len(best[1]):
            best = (at, columns)
    return best


def _session(line: int, given: Mapping[str, str], context: TimetableContext) -> tuple[PlannedSession | None, list[RowProblem]]:
    problems = [in_row(line, name, "too-long") for name, text in given.items() if len(text) > CELL_MAX]
    if problems:
        return None, problems
    day, hours = _day(given["day"], context.year), _hours(given)
    requirement = _requirement(given.get("requirement", ""), context)
    practical = given.get("practical", "").lower()
    if day is None:
        problems.append(_wrong(line, "day", "bad-day", given["day"]))
    if hours is None:
        name = next((name for name in ("time", "starts", "slot") if given.get(name)), "time")
        problems.append(_wrong(line, name, "bad-time", given.get(name, "")))
    if requirement is None:
        problems.append(_wrong(line, "requirement", "unknown-requirement", given.get("requirement", "")))
    if practical not in YES | NO:
        problems.append(_wrong(line, "practical", "bad-yes-no", given["practical"]))
    half_days = _half_days(given.get("half_days", ""))
    if half_days is None:
        problems.append(in_row(line, "half_days", "bad-half-days", {"most": HALF_DAYS_MAX}, value=given["half_days"]))
    if problems or day is None or hours is None or requirement is None or half_days is None:
        return None, problems
    starts, ends = (datetime.combine(day, at, context.zone) for at in hours)
    place, link, teacher = (given.get(name, "") for name in ("place", "link", "teacher"))
    worth = 0 if requirement in context.live else half_days
    return PlannedSession("", given["title"], requirement, starts, ends, worth, place, link, teacher, practical in YES), []


def _wrong(line: int, field: str, code: str, said: str) -> RowProblem:
    return in_row(line, field, code, {"said": said[:SAID_MAX] or "–"}, value=said)


def _day(said: str, year: int) -> date | None:
    if said.isascii() and said.isdigit() and len(said) <= 5 and EXCEL_DAYS[0] <= int(said) <= EXCEL_DAYS[1]:  # noqa: PLR2004
        return EXCEL_EPOCH + timedelta(days=int(said))
    match = DAY.match(said)
    if match is None:
        return None
    try:
        return date(int(match[1] or year), int(match[2]), int(match[3]))
    except ValueError:
        return None


def _hours(given: Mapping[str, str]) -> tuple[time, time] | None:
    if given.get("starts") or given.get("ends"):
        parts = [given.get("starts", ""), given.get("ends", "")]
    else:
        parts = BETWEEN.split(given.get("time") or given.get("slot", ""), maxsplit=1)
    if len(parts) == 1:
        return SLOTS.get(parts[0].lower())
    starts, ends = _clock(parts[0]), _clock(parts[1])
    return None if starts is None or ends is None else (starts, ends)


def _clock(said: str) -> time | None:
    match = CLOCK.fullmatch(said := said.strip())
    if match is not None:
        hours, minutes = int(match[1]), int(match[2])
    else:
        share = float(said) if SHARE.fullmatch(said) else 0  # Excel's share of a day
        if not 0 < share < 1:
            return None
        hours, minutes = divmod(round(share * MINUTES_A_DAY), 60)
    return time(hours, minutes) if hours < 24 and minutes < 60 else None  # noqa: PLR2004


def _requirement(said: str, context: TimetableContext) -> str | None:
    if not said:
        days = sorted(set(context.names.values()) - context.live)
        return days[0] if len(days) == 1 else None
    return context.names.get(said.lower())


def _half_days(said: str) -> int | None:
    if not said:
        return 1
    return int(said) if said in {"1", "2"} else None
