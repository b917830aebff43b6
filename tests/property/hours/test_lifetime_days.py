"""Does one calendar day count no more than a day, however many classes claim it? Planted faults must be caught."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import cache
from importlib import import_module
from pathlib import Path
from types import ModuleType
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import lms.hours.lifetime as judged
from lms.hours.intervals import length, union
from lms.hours.lifetime_values import LifetimeKind, LifetimeLine, LifetimeRule, Words
from tests.property.hours.dense_cases import MIDNIGHT, steady
from tests.property.hours.faults import Fault, core_with

NAME = Words("名称", "name")
ZONE = "Asia/Shanghai"
MOST = 60  # seconds: one hour of one minute
RULE = LifetimeRule(
    "r", NAME, 5, 2021, 1, Decimal("0.1"), ZONE, "once-a-period", 9, None, None,
    (LifetimeKind("online", NAME, "online"), LifetimeKind("days", NAME, "days", hours_a_day=1)),
)  # fmt: skip
Lines = Sequence[LifetimeLine]


@st.composite
def some_lines(draw: st.DrawFn) -> Lines:
    """Draw sessions of up to three classes around a midnight, and online study in between, some of it instead of a session."""
    found = []
    for number in range(draw(st.integers(1, 5))):
        start = MIDNIGHT + draw(st.integers(-150, 100))
        kind = draw(st.sampled_from(["session", "session", "instead", "online"]))
        name, same = (f"s{number}", None) if kind == "session" else (f"c:{number}", f"c:{number}")
        source = "online" if kind == "online" else "days"
        found.append(LifetimeLine(draw(st.integers(1, 3)), name, source, same, ((start, start + draw(st.integers(1, 90))),)))
    return found


def local_day(second: int) -> date:
    return datetime.fromtimestamp(second, UTC).astimezone(ZoneInfo(ZONE)).date()


def seconds_of(line: LifetimeLine) -> set[int]:
    return {second for start, end in line.spans for second in range(start, end)}


def counted_by_hand(lines: Lines) -> tuple[int, int]:
    """Return what counts of sessions and of online study, second by second.

    Online study always counts. Of a day, sessions count first what no online study shares, then what they share and come first with.
    """
    live: dict[int, list[LifetimeLine]] = defaultdict(list)
    for line in sorted(set(lines)):
        for second in seconds_of(line):
            live[second].append(line)
    alone: dict[date, int] = defaultdict(int)
    shared: dict[date, int] = defaultdict(int)
    for second, own in live.items():
        sessions = [line for line in own if line.same is None]
        alone[local_day(second)] += sessions == own
        shared[local_day(second)] += sessions != own and own[0] in sessions
    days = {day: min(MOST, alone[day] + shared[day]) for day in alone}
    online = sum(any(line.same is not None for line in own) for own in live.values())
    total = online + sum(min(MOST, those) for those in alone.values())
    return sum(days.values()), total - sum(days.values())


def counted_of(core: ModuleType, lines: Lines) -> tuple[int, int]:
    results = list(core.counted_lines(RULE, lines))
    sessions = sum(sum(one.counted.values()) for one in results if one.line.same is None)
    return sessions, sum(sum(one.counted.values()) for one in results) - sessions


def agrees(core: ModuleType, lines: Lines) -> bool:
    results = list(core.counted_lines(RULE, lines))
    explained = all(sum(one.counted.values()) + one.overlap_seconds + one.limited_seconds == length(one.line.spans) for one in results)
    reasons = all(bool(one.overlap_seconds) <= bool(one.beside) for one in results)
    return explained and reasons and counted_of(core, lines) == counted_by_hand(lines)


@steady
@given(some_lines())
def test_a_calendar_day_counts_at_most_a_day_in_all_classes_together(lines: Lines) -> None:
    assert agrees(judged, lines)


@steady
@given(some_lines(), some_lines())
def test_more_evidence_never_lowers_what_counts_of_all_sources_together(lines: Lines, more: Lines) -> None:
    others = [line if line.same is None else line._replace(name=f"other:{line.name}", same=f"other:{line.same}") for line in more]
    assert sum(counted_of(judged, lines)) <= sum(counted_of(judged, [*lines, *others]))


@steady
@given(some_lines())
def test_no_session_counts_longer_than_a_day_or_than_it_lasted(lines: Lines) -> None:
    passed = length(union(span for line in lines for span in line.spans))
    results = list(judged.counted_lines(RULE, lines))
    assert sum(sum(one.counted.values()) for one in results) <= passed
    assert all(0 <= one.limited_seconds <= length(one.line.spans) for one in results)


FAULTS = (
    Fault("each session has a day of its own", "sharing", "self._left[day] -= until - start", "self._left[day] -= 0"),
    Fault(
        "all days together are one",
        "sharing",
        "self._left[day] -= until - start",
        "self._left.update(dict.fromkeys(range(30_000), self._left[day] - until + start))",
    ),
    Fault("online study is limited by the day of sessions", "sharing", "if _is_session(line)", "if True"),
    Fault("what replaces a session is limited as sessions are", "sharing", " and line.same is None", ""),
    Fault("the day is that of Greenwich", "sharing", "lay_over(dict(enumerate(spans))), zone)", 'lay_over(dict(enumerate(spans))), "UTC")'),
    Fault("what is beyond the day is not said", "sharing", "shares.limited[one] += end - until", "shares.limited[one] += 0"),
    Fault(
        "a full day throws online study away",
        "sharing",
        "shares.give(until, end, live, _first(live & ~sessions))",
        "pass",
    ),
    Fault("shared seconds fill the day before others", "sharing", "if live & ~sessions:", "if live & ~sessions and False:"),
    Fault("shared seconds never count as sessions", "sharing", "if 1 << _first(live) & sessions:", "if False:"),
)


@cache
def examples() -> Sequence[Lines]:
    """Return the first lines that the property tries; the same ones every time."""
    drawn: list[Lines] = []

    @settings(max_examples=40, derandomize=True, deadline=None, database=None)
    @given(some_lines())
    def draw(lines: Lines) -> None:
        drawn.append(lines)

    draw()
    return drawn


@pytest.mark.parametrize("fault", [None, *FAULTS], ids=lambda fault: fault.name if fault else "none")
def test_a_planted_fault_is_caught_and_the_core_as_it_is_raises_no_alarm(fault: Fault | None, tmp_path: Path) -> None:
    with core_with(fault, tmp_path) as core:
        planted = import_module(f"{core.__name__}.lifetime")
        assert all(agrees(planted, lines) for lines in examples()) == (fault is None)
