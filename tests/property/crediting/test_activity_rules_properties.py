"""Can films of any length be played to their end and be worth their time, and would these tests notice a fault?"""

import json
import types
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from courses.outline import Activity, Text
from courses.strict_json.loading import load_json
from lms.crediting import activity_rules
from lms.hours import Case, Played, Policy, Present, RequirementRule, Result, TrackRules, dump, parse, recompute
from tests.property.planting import Fault

POLICY = Policy(45, Decimal("0.1"), "Asia/Shanghai", None, Decimal(2))
LENGTHS = st.one_of(st.integers(2_000, 10_000), st.integers(2_000, 70_000), st.integers(2_000, 7_200_000)).map(
    lambda milliseconds: milliseconds / 1000
)
SHARES = st.sampled_from([0.5, 0.9, 0.99, 0.999, 1])


def film(seconds: float, share: float) -> Activity:
    minutes = int(-(-seconds // 60))
    return Activity("film", Text("片", "film"), "video", minutes, "media/film.mp4", {"coverage": share}, seconds)


def watched(rules: types.ModuleType, one: Activity, holes_ms: int, times: int = 1) -> Result:
    """Play a film for as long as it lasts, without so many milliseconds in `times` equal holes, the last of them at its end."""
    whole = round((one.media_seconds or 0) * 1000)
    hole, piece = holes_ms // times, whole // times
    played = [Played("c:film", "s", 0, n * piece, (whole if n == times - 1 else (n + 1) * piece) - hole, 1) for n in range(times)]
    seen = [*played, Present("c:film", "s", "", 0, int(one.media_seconds or 0) + 1)]
    rule = rules.rule_of(one)
    track = TrackRules({"general": RequirementRule("courses", Decimal(1))}, courses={"c": True})
    return recompute(Case(POLICY, {"c:film": replace(rule, course="c")}, seen, track=track))


def what_any_browser_plays_opens_the_gate_and_finishes_the_course(rules: types.ModuleType, one: Activity, times: int) -> None:
    """A second may be missing, or a tenth of a film of less than ten seconds, in one piece or in several."""
    result = watched(rules, one, min(1000, int((one.media_seconds or 0) * 100)), times)
    assert result.activities["c:film"].gate.open
    assert one.seconds_left(result.credited_seconds) == 0
    assert result.track is not None
    assert result.track.courses_done == {"c"}


def nobody_is_excused_from_more(rules: types.ModuleType, one: Activity, times: int) -> None:
    asked, seconds = one.requires["coverage"], one.media_seconds or 0
    missing = max(seconds * (1 - asked), min(1.0, seconds / 10))
    result = watched(rules, one, int(missing * 1000) + 10 * times, times)
    assert not result.activities["c:film"].gate.open


def an_auditor_reads_the_same_rule_in_the_bundle(rules: types.ModuleType, one: Activity, _times: int) -> None:
    rule = rules.rule_of(one)
    written, problems = load_json(json.dumps(dump(Case(POLICY, {"c:film": rule}, []))))
    assert problems == []
    case = parse(written)
    assert isinstance(case, Case)
    assert case.activities["c:film"] == rule


PROPERTIES = [
    what_any_browser_plays_opens_the_gate_and_finishes_the_course,
    nobody_is_excused_from_more,
    an_auditor_reads_the_same_rule_in_the_bundle,
]


@pytest.mark.parametrize("holds", PROPERTIES, ids=lambda one: one.__name__)
@settings(max_examples=150, deadline=None)
@given(seconds=LENGTHS, share=SHARES, times=st.integers(1, 5))
def test_every_film_can_be_played_to_its_end(holds: types.FunctionType, seconds: float, share: float, times: int) -> None:
    holds(activity_rules, film(seconds, share), times)


FAULTS = [
    Fault("minutes are rounded up", "activity_rules", "cap_seconds=activity.worth_seconds", "cap_seconds=activity.minutes * 60"),
    Fault("every millisecond is asked for", "activity_rules", "asked = min(asked, ", "asked = max(asked, "),
    Fault("coverage is not asked for", "activity_rules", "coverage=asked", "coverage=None"),
    Fault("a share of four places is asked for", "activity_rules", 'Decimal("0.000001")', 'Decimal("0.01")'),
    Fault("a share is rounded up", "activity_rules", "whole.quantize(STEP, ROUND_DOWN)", "whole.quantize(Decimal('0.01'), 'ROUND_UP')"),
]


@pytest.mark.parametrize("fault", FAULTS, ids=lambda one: one.name)
def test_a_planted_fault_breaks_a_promise(fault: Fault) -> None:
    module = types.ModuleType("planted")
    exec(compile(fault.planted(Path(activity_rules.__file__).read_text(encoding="utf-8")), "planted", "exec"), vars(module))  # noqa: S102 - our own source

    @settings(max_examples=150, derandomize=True, database=None, deadline=None, report_multiple_bugs=False)
    @given(seconds=LENGTHS, share=SHARES, times=st.integers(1, 5))
    def promises(seconds: float, share: float, times: int) -> None:
        for holds in PROPERTIES:
            holds(module, film(seconds, share), times)

    with pytest.raises(AssertionError):
        promises()
