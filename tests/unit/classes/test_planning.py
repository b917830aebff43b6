"""Is a plan of sessions checked: each session, overlaps, and the practical share?"""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from fractions import Fraction
from zoneinfo import ZoneInfo

import pytest

from lms.classes.planning import PlannedSession, SessionLimits, crowded, free_key, overlaps, practical_share, problems_of

NINE = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
SOUND = PlannedSession("s1", "教学诊断", "topics", NINE, NINE + timedelta(hours=3), place="201", teacher="王敏")
LIMITS = SessionLimits(("topics",), ("online",), NINE - timedelta(days=1), NINE + timedelta(days=30))


def at(hours: float, length: float = 3, key: str = "s") -> PlannedSession:
    begins = NINE + timedelta(hours=hours)
    return replace(SOUND, key=f"{key}{hours}", starts_at=begins, ends_at=begins + timedelta(hours=length))


def test_a_sound_session_has_no_problem() -> None:
    assert list(problems_of(SOUND, LIMITS)) == []
    assert list(problems_of(replace(SOUND, requirement="online", half_days=0, link="https://a.example/1"), LIMITS)) == []


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"key": "a b"}, ("key", "bad-key")),
        ({"key": "k" * 33}, ("key", "bad-key")),
        ({"title": " "}, ("title", "bad-title")),
        ({"title": "题" * 201}, ("title", "bad-title")),
        ({"title": "a\nb"}, ("title", "bad-title")),
        ({"place": "地" * 101}, ("place", "bad-text")),
        ({"teacher": "a\tb"}, ("teacher", "bad-text")),
        ({"link": "javascript:alert(1)"}, ("link", "bad-link")),
        ({"half_days": 3}, ("half_days", "bad-half-days")),
        ({"half_days": 0}, ("half_days", "bad-half-days")),
        ({"requirement": "online"}, ("half_days", "live-has-no-half-days")),
        ({"requirement": "practice"}, ("requirement", "unknown-requirement")),
        ({"ends_at": NINE}, ("ends_at", "ends-before-it-starts")),
        ({"ends_at": NINE + timedelta(minutes=14)}, ("ends_at", "bad-length")),
        ({"ends_at": NINE + timedelta(hours=15)}, ("ends_at", "bad-length")),
        ({"starts_at": NINE - timedelta(days=2), "ends_at": NINE - timedelta(days=2, hours=-3)}, ("starts_at", "outside-the-class")),
    ],
)
def test_each_fault_is_named_with_its_field(changes: dict[str, object], problem: tuple[str, str]) -> None:
    assert [(one.path, one.code) for one in problems_of(replace(SOUND, **changes), LIMITS)] == [problem]  # type: ignore[arg-type]


def test_sessions_that_only_touch_do_not_overlap() -> None:
    assert overlaps([at(3), at(0)]) == []


def test_a_long_session_overlaps_each_that_begins_before_it_ends() -> None:
    day, first, second, after = at(0, 9, "day"), at(1, 1), at(5, 1), at(9, 1)
    assert overlaps([second, after, day, first]) == [(day, first), (day, second)]


def test_a_third_half_day_of_one_local_day_is_named() -> None:
    zone = ZoneInfo("Asia/Shanghai")  # 9:00 there is 1:00 UTC
    morning, afternoon, evening, tomorrow = at(0), at(5), at(9, 2), at(24)
    live = replace(at(12, 1), requirement="online", half_days=0)
    assert crowded([], [tomorrow, live, evening, afternoon, morning], zone) == [(evening, date(2026, 3, 2))]
    assert crowded([morning, afternoon], [tomorrow, live], zone) == []
    assert crowded([replace(morning, half_days=2)], [afternoon], zone) == [(afternoon, date(2026, 3, 2))]
    assert crowded([morning, at(16, 2)], [afternoon], zone) == [], "16 hours after nine is the next day"
    assert crowded([morning, at(16, 2)], [afternoon], UTC) == [(afternoon, date(2026, 3, 2))]


def test_the_practical_share_is_exact_and_nothing_planned_has_none() -> None:
    assert practical_share([(180, True), (90, False), (90, False)]) == Fraction(1, 2)
    assert practical_share([(1, True), (2, False)]) == Fraction(1, 3)
    assert practical_share([]) is None


def test_a_free_key_is_one_that_nobody_has() -> None:
    assert free_key({"s1", "s2"}, 1) == "s3"
    assert free_key(set(), 4) == "s4"
