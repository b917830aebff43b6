"""Does the chart of an activity's time agree with what the hours core counted?"""

from datetime import UTC, date, datetime
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from lms.hours import Case, Completed, Policy, Present, Rule, explain, recompute
from lms.hours.intervals import union
from lms.transcripts.stretches import Day, days_of

POLICY = Policy(45, Decimal("0.1"), "Asia/Shanghai", None, Decimal(2))
TEN = int(datetime(2026, 3, 2, 2, 0, tzinfo=UTC).timestamp())  # ten in the morning in China
MINUTE = 60


def drawn(*presences: Present, rules: dict[str, Rule], of: str = "a", policy: Policy = POLICY, done: bool = False) -> list[Day]:
    observations = [*presences, *([Completed(of, "s", TEN)] if done else [])]
    case = Case(policy, rules, observations)
    explained = explain(case)
    why = explained.activities[of]
    others = union(
        one for name in {name for lost in why.uncounted for name in lost.beside} for one in explained.activities[name].account.measured
    )
    return days_of(why, others, policy.time_zone)


def present(activity: str, start: int, end: int) -> Present:
    return Present(activity, "s", "pc", TEN + start * MINUTE, TEN + end * MINUTE)


def test_a_day_shows_its_time_as_the_clock_on_the_wall_read() -> None:
    days = drawn(present("a", 5, 20), rules={"a": Rule(3600)})
    assert days[0].day == date(2026, 3, 2)
    assert [(one.from_minute, one.to_minute, one.kind) for one in days[0].stretches] == [(605, 620, "counted")]


def test_past_the_cap_the_rest_is_shown_as_not_counted() -> None:
    days = drawn(present("a", 0, 20), rules={"a": Rule(10 * MINUTE)})
    assert [(one.from_minute, one.to_minute, one.kind) for one in days[0].stretches] == [(600, 610, "counted"), (610, 620, "refused")]


def test_behind_a_closed_gate_nothing_is_shown_as_counted() -> None:
    rules = {"a": Rule(3600, completed=True)}
    assert {one.kind for one in drawn(present("a", 0, 20), rules=rules)[0].stretches} == {"refused"}
    assert {one.kind for one in drawn(present("a", 0, 20), rules=rules, done=True)[0].stretches} == {"counted"}


def test_no_second_is_shown_as_counted_twice() -> None:
    rules = {"a": Rule(3600), "b": Rule(3600)}
    seen = (present("a", 0, 20), present("b", 10, 30))
    counted = [
        (one.from_minute, one.to_minute)
        for of in "ab"
        for day in drawn(*seen, rules=rules, of=of)
        for one in day.stretches
        if one.kind == "counted"
    ]
    assert sorted(counted) == [(600, 620), (620, 630)]


def test_a_night_is_two_days() -> None:
    days = drawn(present("a", 13 * 60 + 50, 14 * 60 + 10), rules={"a": Rule(3600)})
    assert [(day.day.day, [(one.from_minute, one.to_minute) for one in day.stretches]) for day in days] == [
        (2, [(23 * 60 + 50, 24 * 60)]),
        (3, [(0, 10)]),
    ]


def test_what_a_daily_limit_chose_is_not_drawn() -> None:
    limited = Policy(45, Decimal("0.1"), "Asia/Shanghai", 10, Decimal(2))
    assert drawn(present("a", 0, 20), rules={"a": Rule(3600)}, policy=limited) == []


@given(
    st.lists(st.tuples(st.sampled_from("abc"), st.integers(0, 300), st.integers(1, 90)), min_size=1, max_size=12),
    st.integers(1, 90),
)
def test_what_is_shown_as_counted_is_what_is_credited(spans: list[tuple[str, int, int]], cap: int) -> None:
    rules = {name: Rule(cap * MINUTE) for name in "abc"}
    seen = [present(name, start, start + length) for name, start, length in spans]
    case = Case(POLICY, rules, seen)
    result = recompute(case)
    for name in "abc":
        shown = [one for day in drawn(*seen, rules=rules, of=name) for one in day.stretches]
        account = result.activities[name]
        assert sum(one.to_minute - one.from_minute for one in shown if one.kind == "counted") * MINUTE == account.credited_seconds
        assert sum(one.to_minute - one.from_minute for one in shown) * MINUTE == account.measured_seconds
