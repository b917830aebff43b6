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
def some_sessions(draw: st.DrawFn) -> Lines:
    """Draw sessions of up to three classes around a midnight, and online study in between."""
    found = []
    for number in range(draw(st.integers(1, 5))):
        start = MIDNIGHT + draw(st.integers(-150, 100))
        days = draw(st.sampled_from([True, True, False]))
        name, same = (f"s{number}", None) if days else (f"c:{number}", f"c:{number}")
        found.append(
            LifetimeLine(draw(st.integers(1, 3)), name, "days" if days else "online", same, ((start, start + draw(st.integers(1, 90))),))
        )
    return found


def local_day(second: int) -> date:
    return datetime.fromtimestamp(second, UTC).astimezone(ZoneInfo(ZONE)).date()


def seconds_of(line: LifetimeLine) -> set[int]:
    return {second for start, end in line.spans for second in range(start, end)}


def counted_by_hand(lines: Lines) -> dict[str, int]:
    """Return what counts of each source, second by second: each for the first line that has it, of a day the earliest ones."""
    taken: set[int] = set()
    by_day: dict[date, list[int]] = defaultdict(list)
    online = 0
    for line in sorted(set(lines)):
        own = seconds_of(line) - taken
        taken |= own
        online += 0 if line.source == "days" else len(own)
        for second in own if line.source == "days" else ():
            by_day[local_day(second)].append(second)
    return {"online": online, "days": sum(min(MOST, len(own)) for own in by_day.values())}


def agrees(core: ModuleType, lines: Lines) -> bool:
    results = list(core.counted_lines(RULE, lines))
    counted = {source: sum(sum(one.counted.values()) for one in results if one.line.source == source) for source in ("online", "days")}
    explained = all(sum(one.counted.values()) + one.overlap_seconds + one.limited_seconds == length(one.line.spans) for one in results)
    return explained and counted == counted_by_hand(lines)


@steady
@given(some_sessions())
def test_a_calendar_day_counts_at_most_a_day_in_all_classes_together(lines: Lines) -> None:
    assert agrees(judged, lines)


@steady
@given(some_sessions(), some_sessions())
def test_more_sessions_never_lower_what_counts(lines: Lines, more: Lines) -> None:
    def days(those: Lines) -> int:
        return sum(sum(one.counted.values()) for one in judged.counted_lines(RULE, those) if one.line.same is None)

    own = [line for line in lines if line.same is None]
    assert days(own) <= days([*own, *(line for line in more if line.same is None)])


@steady
@given(some_sessions())
def test_no_session_counts_longer_than_a_day_or_than_it_lasted(lines: Lines) -> None:
    passed = length(union(span for line in lines for span in line.spans))
    results = list(judged.counted_lines(RULE, lines))
    assert sum(sum(one.counted.values()) for one in results) <= passed
    assert all(0 <= one.limited_seconds <= length(one.line.spans) for one in results)


FAULTS = (
    Fault("each session has a day of its own", "lifetime", "left[day] -= seconds", "left[day] -= 0"),
    Fault(
        "all days together are one", "lifetime", "left[day] -= seconds", "left.update(dict.fromkeys(range(30_000), left[day] - seconds))"
    ),
    Fault("online study is limited by the day of sessions", "lifetime", 'if lines[number].source == "days"', "if True"),
    Fault(
        "the day is that of Greenwich",
        "lifetime",
        "cut_at_midnight(sorted(slots), rule.time_zone)",
        'cut_at_midnight(sorted(slots), "UTC")',
    ),
    Fault("what is beyond the day is not said", "lifetime", "length(mine[number]) - length(within[number])", "0"),
)


@cache
def examples() -> Sequence[Lines]:
    """Return the first lines that the property tries; the same ones every time."""
    drawn: list[Lines] = []

    @settings(max_examples=40, derandomize=True, deadline=None, database=None)
    @given(some_sessions())
    def draw(lines: Lines) -> None:
        drawn.append(lines)

    draw()
    return drawn


@pytest.mark.parametrize("fault", [None, *FAULTS], ids=lambda fault: fault.name if fault else "none")
def test_a_planted_fault_is_caught_and_the_core_as_it_is_raises_no_alarm(fault: Fault | None, tmp_path: Path) -> None:
    with core_with(fault, tmp_path) as core:
        planted = import_module(f"{core.__name__}.lifetime")
        assert all(agrees(planted, lines) for lines in examples()) == (fault is None)
