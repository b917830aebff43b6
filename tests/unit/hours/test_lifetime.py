"""Solved by hand: hours of several years against a rule of five years."""

import json
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from courses.strict_json.canonical import digest_of
from lms.hours import (
    Case,
    Completed,
    Elsewhere,
    LifetimeCase,
    LifetimeRule,
    Policy,
    Present,
    Replacement,
    RequirementRule,
    Rule,
    SessionRule,
    TrackRules,
    judge_lifetime,
    recompute_any_file,
)
from lms.hours.lifetime import judge_lines
from lms.hours.lifetime_values import LifetimeKind, LifetimeLine, Words

NAME = Words("名称", "name")
HOUR = 45 * 60
RULE = LifetimeRule(
    "five-years",
    NAME,
    years=5,
    first_year=2021,
    hour_minutes=45,
    round_to=Decimal("0.1"),
    time_zone="Asia/Shanghai",
    same_activity="once-a-period",
    target=10,
    a_year=2,
    elsewhere_at_most=4,
    kinds=(
        LifetimeKind("online", NAME, "online", target=3),
        LifetimeKind("days", NAME, "days", hours_a_day=6),
        LifetimeKind("school", NAME),
    ),
)
TODAY = date(2026, 6, 1)


def at(*when: int) -> int:
    return int(datetime(*when, tzinfo=ZoneInfo("Asia/Shanghai")).timestamp())  # type: ignore[arg-type]


def online(enrolment: int, name: str, start: int, seconds: int) -> LifetimeLine:
    return LifetimeLine(enrolment, name, "online", name, ((start, start + seconds),))


def test_an_hour_over_new_year_is_split_at_local_midnight() -> None:
    result = judge_lines(RULE, [online(1, "a:x", at(2025, 12, 31, 23, 30), HOUR)], [], TODAY)
    assert [one.first for one in result.periods] == [2021, 2026]
    years = {year.year: year.whole.seconds for period in result.periods for year in period.years if year.whole.seconds}
    assert years == {2025: 1800, 2026: HOUR - 1800}


def test_44_minutes_three_times_are_converted_once() -> None:
    lines = [online(1, f"a:{n}", at(2026, 3, n + 1, 10), 44 * 60) for n in range(3)]
    assert judge_lines(RULE, lines, [], TODAY).periods[-1].whole.measured == Decimal("2.9")


def test_an_activity_of_an_earlier_period_counts_again_unless_the_rule_says_once() -> None:
    lines = [online(1, "a:x", at(2025, 3, 1, 10), HOUR), online(2, "a:x", at(2026, 3, 1, 10), 2 * HOUR)]
    assert [one.whole.measured for one in judge_lines(RULE, lines, [], TODAY).periods] == [1, 2]
    once = judge_lines(replace(RULE, same_activity="once"), lines, [], TODAY)
    assert [one.whole.measured for one in once.periods] == [2]
    assert (once.lines[0].repeated_seconds, once.lines[0].instead) == (HOUR, (2,))


def test_of_equal_enrolments_the_first_counts() -> None:
    lines = [online(number, "a:x", at(2026, 3, number, 10), HOUR) for number in (3, 2)]
    assert [(one.line.enrolment, sum(one.counted.values())) for one in judge_lines(RULE, lines, [], TODAY).lines] == [(2, HOUR), (3, 0)]


def test_two_classes_that_each_claim_a_whole_day_of_one_date_count_as_one_day() -> None:
    morning, afternoon = at(2026, 3, 2, 8), at(2026, 3, 2, 14)
    lines = [
        LifetimeLine(number, f"day-{number}", "days", None, ((start, start + 4 * 3600),))
        for number, start in ((1, afternoon), (2, morning))
    ]
    result = judge_lines(RULE, lines, [], TODAY)
    assert result.periods[-1].whole.measured == 6, "hours_a_day, although 8 hours of 60 minutes passed"
    counted = [(one.line.enrolment, sum(one.counted.values()), one.limited_seconds) for one in result.lines]
    assert counted == [(1, 1800, 4 * 3600 - 1800), (2, 4 * 3600, 0)], "the earliest time of the day counts first"


def test_a_session_beyond_a_full_day_takes_nothing_from_the_online_study_at_the_same_time() -> None:
    morning, evening = at(2026, 3, 2, 8), at(2026, 3, 2, 19)
    full = LifetimeLine(1, "day-1", "days", None, ((morning, morning + 6 * 3600),))
    online = LifetimeLine(2, "c:film", "online", "c:film", ((evening, evening + 3600),))
    more = LifetimeLine(1, "day-2", "days", None, ((evening, evening + 3600),))
    before = judge_lines(RULE, [full, online], [], TODAY).periods[-1].whole
    after = judge_lines(RULE, [full, online, more], [], TODAY)
    assert before.seconds == after.periods[-1].whole.seconds
    found = {one.line.name: (sum(one.counted.values()), one.overlap_seconds, one.beside) for one in after.lines}
    assert (found["c:film"], found["day-2"]) == ((3600, 0, ()), (0, 3600, (2,))), "counted for the online study"


def test_hours_from_elsewhere_fill_the_target_only_up_to_the_most() -> None:
    elsewhere = [Elsewhere("e1", "school", Decimal("3.5"), None, date(2026, 2, 1)), Elsewhere("e2", "days", None, Decimal("0.5"), TODAY)]
    period = judge_lines(RULE, [online(1, "a:x", at(2026, 3, 1, 10), HOUR)], elsewhere, TODAY).periods[-1]
    assert (period.whole.elsewhere, period.elsewhere_left_out, period.whole.missing) == (4, Decimal("2.5"), 5)
    assert (period.kinds["school"].elsewhere, period.kinds["days"].elsewhere) == (Decimal("3.5"), 3)
    assert period.years[0].whole.together == Decimal("7.5")


def test_a_day_of_a_kind_without_a_value_counts_nothing_and_is_named() -> None:
    result = judge_lines(
        RULE, [], [Elsewhere("e1", "school", None, Decimal(2), TODAY), Elsewhere("e2", "gone", Decimal(1), None, TODAY)], TODAY
    )
    assert result.unconverted == ("e1", "e2")
    assert result.periods[-1].whole.elsewhere == 0


def test_a_minimum_of_a_year_that_has_not_begun_is_not_missed_yet() -> None:
    lines = [online(1, f"a:{n}", at(2026, 3, n + 1, 8), HOUR) for n in range(10)]
    assert judge_lines(RULE, lines, [], TODAY).periods[-1].met
    assert not judge_lines(RULE, lines, [], date(2027, 1, 1)).periods[-1].met


def record(**changes: Any) -> dict[str, Any]:
    case = {
        "policy": {"hour_minutes": 45, "round_to": "0.1", "time_zone": "Asia/Shanghai", "max_rate": 2},
        "activities": {"a:x": {"minutes": 45}},
        "observations": [
            {"kind": "present", "activity": "a:x", "session": "s", "from": "2026-03-01T10:00:00Z", "to": "2026-03-01T11:00:00Z"}
        ],
    }
    rule = {
        "schema": 1,
        "code": "r",
        "name": {"zh": "规则", "en": "rule"},
        "period": {"years": 5, "first_year": 2021},
        "counting": {"hour_minutes": 45, "round_to": "0.1", "time_zone": "Asia/Shanghai", "same_activity": "once"},
        "total": {"target": 360},
        "kinds": [{"key": "online", "name": {"zh": "网络", "en": "online"}, "measured": "online"}],
    }
    return {"lifetime": 1, "as_of": "2026-06-01", "rule": rule, "enrolments": {"7": case}, "elsewhere": []} | changes


def test_a_record_is_recomputed_from_its_file_alone() -> None:
    result, problems = recompute_any_file(json.dumps(record()))
    assert result is not None, problems
    assert result["periods"][0]["measured"] == "1"
    assert result["lines"] == [
        {
            "enrolment": 7,
            "name": "a:x",
            "source": "online",
            "counted_seconds": {"2026": HOUR},
            "overlap_seconds": 0,
            "beside": [],
            "repeated_seconds": 0,
            "instead": [],
            "limited_seconds": 0,
        }
    ]


def test_a_record_whose_rule_was_rewritten_is_refused() -> None:
    written = record(rule_sha256=digest_of(record()["rule"]))
    assert recompute_any_file(json.dumps(written))[1] == []
    written["rule"]["total"]["target"] = 36
    assert recompute_any_file(json.dumps(written)) == (
        None,
        ["$.rule_sha256: is not the SHA-256 of the rule in this record: it was changed"],
    )


def studied(day: int, *, replaces: bool) -> Case:
    """Return a case with one hour of the same activity, which stands for half a day or counts as online study."""
    start = at(2026, 3, day, 10)
    sessions = {"s": SessionRule("topics", start, start + HOUR, 1)} if replaces else {}
    replacements = {"moved": Replacement(frozenset({"s"}), frozenset({"c:x"}))} if replaces else {}
    requirements = {"topics": RequirementRule("days", Decimal(1)), "online": RequirementRule("hours", Decimal(1))}
    return Case(
        policy=Policy(45, Decimal("0.1"), "Asia/Shanghai", None, Decimal(2)),
        activities={"c:x": Rule(HOUR, counts_to=None if replaces else "online")},
        observations=[Present("c:x", "p", "", start, start + HOUR), Completed("c:x", "p", start + HOUR)],
        as_of=at(2026, 6, 1),
        track=TrackRules(requirements, sessions, replacements, {}),
    )


def test_the_same_activity_counts_once_where_it_replaces_sessions_and_where_it_is_online() -> None:
    cases = {1: studied(3, replaces=True), 2: studied(4, replaces=False), 3: studied(5, replaces=True)}
    for number, case in cases.items():
        alone = judge_lifetime(LifetimeCase(RULE, {number: case}, [], TODAY)).periods[-1].whole.measured
        assert alone == 1, number
    together = judge_lifetime(LifetimeCase(RULE, cases, [], TODAY))
    assert together.periods[-1].whole.measured == 1
    assert [(one.repeated_seconds, one.instead) for one in together.lines] == [(0, ()), (HOUR, (1,)), (HOUR, (1,))]


ITEM = {
    "id": "1",
    "kind": "online",
    "from": "2026-01-02",
    "until": "2026-01-01",
    "provider": "p",
    "title": "t",
    "document": "d",
    "statement": "s",
    "approved_at": "2026-01-03",
}


@pytest.mark.parametrize(
    ("changes", "paths"),
    [
        ({"lifetime": 2}, ["$.lifetime"]),
        ({"as_of": "today"}, ["$.as_of"]),
        ({"rule": []}, ["$.rule"]),
        ({"rule_sha256": "0" * 64}, ["$.rule_sha256"]),
        ({"rule_sha256": 7}, ["$.rule_sha256"]),
        ({"enrolments": {"seven": record()["enrolments"]["7"]}}, ["$.enrolments.seven"]),
        ({"enrolments": {"7": {"evidence_erased": "2026"}}}, ["$.enrolments.7.evidence_erased"]),
        ({"enrolments": {"7": record()["enrolments"]["7"] | {"observatoins": []}}}, ["$.enrolments.7.observatoins"]),
        ({"elsewhere": [ITEM]}, ["$.elsewhere[0]", "$.elsewhere[0].from"]),
        ({"elsewhere": [ITEM | {"hours": 3, "until": "2026-01-09"}]}, ["$.elsewhere[0].hours"]),
        ({"elsewhere": [ITEM] * 5001}, ["$.elsewhere"]),
        ({"more": 1}, ["$.more"]),
    ],
)
def test_a_bad_record_names_each_problem_by_its_path(changes: dict[str, Any], paths: list[str]) -> None:
    result, problems = recompute_any_file(json.dumps(record(**changes)))
    assert result is None
    assert [one.partition(": ")[0] for one in problems] == paths


def test_a_record_needs_all_its_parts() -> None:
    result, problems = recompute_any_file('{"lifetime": 1}')
    assert result is None
    assert [one.partition(": ")[0] for one in problems] == ["$.as_of", "$.elsewhere", "$.enrolments", "$.rule"]


def test_utc_is_a_time_zone_too() -> None:
    line = online(1, "a:x", int(datetime(2025, 12, 31, 23, 59, tzinfo=UTC).timestamp()), 120)
    years = {y.year for p in judge_lines(replace(RULE, time_zone="UTC"), [line], [], TODAY).periods for y in p.years if y.whole.seconds}
    assert years == {2025, 2026}
