"""Does a lifetime record count the time of several programmes and years once, in each order of the evidence?"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from fractions import Fraction
from zoneinfo import ZoneInfo

from hypothesis import assume, given
from hypothesis import strategies as st

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
    recompute,
)
from lms.hours.intervals import length, union
from lms.hours.lifetime import counted_lines, cut_by_year, judge_lines
from lms.hours.lifetime_values import LifetimeKind, LifetimeLine, Words
from lms.hours.placing import lines_of, placed_seconds
from tests.property.hours.dense_cases import steady
from tests.property.hours.realistic_tracks import track_cases

NAME = Words("名称", "name")
RULE = LifetimeRule(
    "five-years",
    NAME,
    years=5,
    first_year=2021,
    hour_minutes=45,
    round_to=Decimal("0.1"),
    time_zone="Asia/Shanghai",
    same_activity="once-a-period",
    target=360,
    a_year=40,
    elsewhere_at_most=100,
    kinds=(LifetimeKind("online", NAME, "online"), LifetimeKind("days", NAME, "days", hours_a_day=6), LifetimeKind("school", NAME)),
)
NEW_YEAR_2026 = int(datetime(2026, 1, 1, tzinfo=ZoneInfo("Asia/Shanghai")).timestamp())  # a period ends here
starts = st.integers(-40, 40).map(lambda one: NEW_YEAR_2026 + one * 10)
spans = st.lists(st.tuples(starts, st.integers(1, 200)), max_size=4).map(lambda own: tuple(union((at, at + long) for at, long in own)))
rules = st.sampled_from([RULE, replace(RULE, same_activity="once")])


@st.composite
def some_lines(draw: st.DrawFn) -> list[LifetimeLine]:
    """Draw lines of up to three enrolments; within one enrolment, no second is in two lines, as the engine gives them."""
    found: list[LifetimeLine] = []
    for enrolment in range(1, 4):
        taken: list[tuple[int, int]] = []
        for name in ("ethics:page", "ethics:film", "day-1"):
            own = draw(spans)
            alone = tuple(one for one in own if length(union([*taken, one])) == length(taken) + one[1] - one[0])
            taken = union([*taken, *alone])
            day = name == "day-1"
            found.append(LifetimeLine(enrolment, name, "days" if day else "online", None if day else name, alone))
    return found


@steady
@given(some_lines(), rules)
def test_no_second_counts_twice(lines: list[LifetimeLine], rule: LifetimeRule) -> None:
    counted = sum(sum(one.counted.values()) for one in counted_lines(rule, lines))
    assert counted <= length(union(span for line in lines for span in line.spans))


@steady
@given(some_lines(), rules)
def test_every_credited_second_is_counted_or_explained(lines: list[LifetimeLine], rule: LifetimeRule) -> None:
    for one in counted_lines(rule, lines):
        assert sum(one.counted.values()) + one.overlap_seconds + one.repeated_seconds + one.limited_seconds == length(one.line.spans)
        assert bool(one.overlap_seconds) <= bool(one.beside)
        assert bool(one.repeated_seconds) == bool(one.instead)


@steady
@given(some_lines(), rules)
def test_time_in_two_programmes_is_counted_once_and_not_lost(lines: list[LifetimeLine], rule: LifetimeRule) -> None:
    sessions = [line for line in lines if line.same is None]
    counted = sum(sum(one.counted.values()) for one in counted_lines(rule, sessions))
    assert counted == length(union(span for line in sessions for span in line.spans))


@steady
@given(some_lines(), rules)
def test_an_activity_counts_once_as_the_programme_that_credited_most_of_it(lines: list[LifetimeLine], rule: LifetimeRule) -> None:
    film = [line for line in lines if line.name == "ethics:film"]
    apart = [replace_spans(line, shifted) for line, shifted in zip(film, _apart(film), strict=True)]
    counted = sum(sum(one.counted.values()) for one in counted_lines(rule, apart))
    most = [sum(most_of(apart, first, rule)) for first in ((2021, 2026) if rule.same_activity == "once-a-period" else (None,))]
    assert counted == sum(most)


def most_of(lines: Sequence[LifetimeLine], first: int | None, rule: LifetimeRule) -> list[int]:
    """Return the most that one enrolment credited in a period (or at all)."""
    sums = [
        sum(end - start for year, (start, end) in cut_by_year(line.spans, rule.time_zone) if first in (None, rule.period_of(year)))
        for line in lines
    ]
    return [max(sums, default=0)]


def replace_spans(line: LifetimeLine, spans: tuple[tuple[int, int], ...]) -> LifetimeLine:
    return line._replace(spans=spans)


def _apart(lines: Sequence[LifetimeLine]) -> list[tuple[tuple[int, int], ...]]:
    """Move the time of each line outside of the others', without leaving its year."""
    found = []
    for number, line in enumerate(lines):
        moved = [(a + (number * 10_000 if a >= NEW_YEAR_2026 else -number * 10_000), b) for a, b in line.spans]
        found.append(tuple((a, a + b - old) for (a, b), (old, _) in zip(moved, line.spans, strict=True)))
    return found


@steady
@given(some_lines(), rules, st.randoms())
def test_order_and_repetition_make_no_difference(lines: list[LifetimeLine], rule: LifetimeRule, chance: object) -> None:
    elsewhere = [Elsewhere(str(n), "school", Decimal(n), None, date(2024 + n, 5, 1)) for n in range(1, 4)]
    mixed, others = [*lines, *lines[:2]], [*elsewhere, elsewhere[0]]
    chance.shuffle(mixed)  # type: ignore[attr-defined]
    chance.shuffle(others)  # type: ignore[attr-defined]
    assert judge_lines(rule, lines, elsewhere, date(2026, 6, 1)) == judge_lines(rule, mixed, others, date(2026, 6, 1))


@steady
@given(some_lines(), rules)
def test_parts_make_the_whole_and_elsewhere_is_never_mixed_in(lines: list[LifetimeLine], rule: LifetimeRule) -> None:
    elsewhere = [Elsewhere("e1", "school", Decimal(7), None, date(2026, 2, 1)), Elsewhere("e2", "days", None, Decimal(2), date(2025, 2, 1))]
    result = judge_lines(rule, lines, elsewhere, date(2026, 6, 1))
    without = judge_lines(rule, lines, [], date(2026, 6, 1))
    counted = sum(sum(one.counted.values()) for one in result.lines)
    assert sum(one.whole.seconds for one in result.periods) == counted
    for period in result.periods:
        assert period.whole.seconds == sum(year.whole.seconds for year in period.years)
        assert period.whole.seconds == sum(kind.seconds for kind in period.kinds.values())
        assert period.whole.elsewhere == sum(kind.elsewhere for kind in period.kinds.values())
    assert {one.first: one.whole.measured for one in result.periods if one.whole.seconds} == {
        one.first: one.whole.measured for one in without.periods if one.whole.seconds
    }
    assert sum(one.whole.elsewhere for one in result.periods) == 7 + 12


@steady
@given(track_cases())
def test_exactly_the_credited_seconds_are_placed_in_measured_time_and_none_twice(case: Case) -> None:
    result = recompute(case)
    credited = {name: one.credited_seconds for name, one in result.activities.items()}
    placed = placed_seconds(case, credited)
    assert {name: length(own) for name, own in placed.items()} == {name: seconds for name, seconds in credited.items() if seconds}
    for name, own in placed.items():
        assert length(union([*own, *result.activities[name].measured])) == result.activities[name].measured_seconds
    together = [span for own in placed.values() for span in own]
    assert length(union(together)) == length(together)


@steady
@given(st.lists(track_cases(), min_size=1, max_size=3))
def test_a_record_is_never_longer_than_what_its_enrolments_credit_or_than_time_that_passed(cases: list[Case]) -> None:
    judged = judge_lifetime(LifetimeCase(RULE, dict(enumerate(cases, 1)), [], date(2026, 6, 1)))
    counted = sum(one.whole.seconds for one in judged.periods)
    lines = [line for number, case in enumerate(cases, 1) for line in lines_of(number, case, Decimal(6 * 45 * 60))]  # type: ignore[arg-type]
    assert counted <= length(union(span for line in lines for span in line.spans))
    for number, case in enumerate(cases, 1):
        online = sum(sum(one.counted.values()) for one in judged.lines if one.line.enrolment == number and one.line.source == "online")
        assert online <= recompute(case).credited_seconds


@st.composite
def replaced_sessions(draw: st.DrawFn) -> Case:
    """Draw a case whose only session was replaced by finished activities, measured at times that may overlap."""
    names = sorted(draw(st.sets(st.sampled_from(["c:a", "c:b", "c:c"]), min_size=1)))
    times = [(name, draw(starts), draw(st.integers(40, 200))) for name in names for _ in range(draw(st.integers(1, 3)))]
    seen = [Present(name, f"{number}", "", at, at + long) for number, (name, at, long) in enumerate(times)]
    session = SessionRule("topics", NEW_YEAR_2026 - 9000, NEW_YEAR_2026 - 8000, draw(st.sampled_from([1, 2])))
    return Case(
        policy=Policy(1, Decimal("0.1"), "Asia/Shanghai", None, Decimal(2)),
        activities={name: Rule(draw(st.sampled_from([30, 50]))) for name in names},
        observations=[*seen, *(Completed(name, "s", NEW_YEAR_2026 + 9000) for name in names)],
        as_of=NEW_YEAR_2026 + 90_000,
        track=TrackRules(
            {"topics": RequirementRule("days", Decimal(1))}, {"s": session}, {"moved": Replacement(frozenset({"s"}), frozenset(names))}, {}
        ),
    )


@steady
@given(replaced_sessions(), st.sampled_from([40, 150, 6 * 45 * 60]))
def test_time_of_a_replaced_session_is_divided_among_the_activities_in_which_it_passed(case: Case, day_seconds: int) -> None:
    assert case.track is not None
    result = recompute(case)
    assume(result.track is not None and result.track.sessions["s"].replaced_by)
    placed = placed_seconds(case, {name: one.credited_seconds for name, one in result.activities.items()})
    lines = lines_of(1, case, Fraction(day_seconds))
    assert [(line.name, line.source) for line in lines] == [(f"moved/{line.same}", "days") for line in lines]
    for line in lines:
        assert line.same is not None
        assert length(union([*line.spans, *placed[line.same]])) == length(placed[line.same])
    whole = sum(length(own) for own in placed.values())
    assert sum(length(line.spans) for line in lines) == min(whole, day_seconds * case.track.sessions["s"].half_days // 2)


@steady
@given(spans)
def test_years_begin_at_local_midnight_and_lose_no_second(own: tuple[tuple[int, int], ...]) -> None:
    cut = list(cut_by_year(own, "Asia/Shanghai"))
    assert sum(end - start for _, (start, end) in cut) == length(own)
    for year, (start, end) in cut:
        for instant in (start, end - 1):
            assert datetime.fromtimestamp(instant, UTC).astimezone(ZoneInfo("Asia/Shanghai")).year == year
