"""Does what a package's units report become completion, success and a score as the standard says, and never more?"""

from typing import Any

import pytest

from courses.formats.format import Outcome, ReportTooLargeError, UnitReport
from courses.formats.scorm_manifest import ScormPackage, ScormUnit
from courses.formats.scorm_tracking import MOST_CHARACTERS, track

ONE = ScormPackage("1.2", "", (ScormUnit("a", "甲", href="a.html", sco=True),), None)
TWO = ScormPackage("2004", "", (*ONE.units, ScormUnit("b", "乙", href="b.html", sco=True), ScormUnit("c", "丙", href="c.html")), None)


def report(unit: str = "a", *, ended: bool = False, run: str = "r", number: int = 1, **values: Any) -> UnitReport:
    return UnitReport(unit, ended, run, number, {f"cmi.{name.replace('__', '.')}": value for name, value in values.items()})


def outcome(package: ScormPackage, *reports: UnitReport) -> Outcome:
    state: dict[str, Any] = {}
    found = Outcome()
    for one in reports:
        tracked = track(package, state, one)
        assert tracked is not None
        state, found = tracked.state, tracked.outcome
    return found


@pytest.mark.parametrize(
    ("status", "completed", "passed"),
    [
        ("passed", True, True),
        ("completed", True, None),
        ("failed", False, False),
        ("incomplete", False, None),
        ("browsed", False, None),
        ("not attempted", False, None),
        ("PASSED", False, None),
    ],
)
def test_the_lesson_status_of_1_2_says_both(status: str, completed: bool, passed: bool | None) -> None:
    assert outcome(ONE, report(core__lesson_status=status)) == Outcome(completed, passed, None)


@pytest.mark.parametrize(("ended", "completed"), [(True, True), (False, False)])
def test_a_unit_of_1_2_that_ends_without_a_word_is_completed(ended: bool, completed: bool) -> None:
    for values in ({}, {"core__lesson_status": "not attempted"}):
        assert outcome(ONE, report(ended=ended, **values)).completed is completed
    assert not outcome(ONE, report(ended=ended, core__lesson_status="incomplete")).completed


def test_2004_says_them_apart() -> None:
    only = ScormPackage("2004", "", ONE.units, None)
    assert outcome(only, report(completion_status="completed", success_status="failed")) == Outcome(True, False, None)
    assert outcome(only, report(completion_status="incomplete", success_status="unknown")) == Outcome(False, None, None)


@pytest.mark.parametrize(
    ("exit", "ended", "completed"), [("", True, True), ("normal", True, True), ("suspend", True, False), ("", False, False)]
)
def test_a_unit_of_2004_that_ends_without_a_word_is_completed(exit: str, ended: bool, completed: bool) -> None:
    only = ScormPackage("2004", "", ONE.units, None)
    assert outcome(only, report(ended=ended, exit=exit, completion_status="unknown")).completed is completed


@pytest.mark.parametrize(
    ("values", "score"),
    [
        ({"raw": "80"}, 0.8),
        ({"raw": "8", "max": "10"}, 0.8),
        ({"raw": "15", "min": "10", "max": "20"}, 0.5),
        ({"raw": 80}, 0.8),
        ({"raw": "99", "max": "1"}, None),
        ({"raw": "-1"}, None),
        ({"raw": "nan"}, None),
        ({"raw": "5", "min": "5", "max": "5"}, None),
        ({"raw": "١٢"}, None),
        ({"raw": "9" * 400}, None),
        ({}, None),
    ],
)
def test_a_score_lies_between_its_own_bounds_or_is_none(values: dict[str, Any], score: float | None) -> None:
    assert outcome(ONE, report(**{f"core__score__{name}": value for name, value in values.items()})).score == score


def test_an_activity_is_completed_by_all_its_units_that_report_and_passed_by_all_that_say_so() -> None:
    first = report("a", completion_status="completed", success_status="passed", score__scaled="1")
    assert outcome(TWO, first) == Outcome(False, None, 1.0)
    assert outcome(TWO, first, report("b", completion_status="completed")) == Outcome(True, True, 1.0)
    failed = report("b", completion_status="completed", success_status="failed", score__scaled="0.2")
    assert outcome(TWO, first, failed) == Outcome(True, False, 0.6)


def test_what_was_reached_once_is_not_lost_by_opening_the_unit_again() -> None:
    done = report(core__lesson_status="passed", core__score__raw="90")
    again = report(run="r2", core__lesson_status="incomplete", core__score__raw="10")
    assert outcome(ONE, done, again) == Outcome(True, True, 0.9)


def test_a_report_that_a_later_one_has_overtaken_changes_nothing() -> None:
    later = track(ONE, {}, report(number=3, core__lesson_location="7"))
    assert later is not None
    assert track(ONE, later.state, report(number=2, core__lesson_location="6")) is None
    assert track(ONE, later.state, report(number=1, run="another page", core__lesson_location="1")) is not None


@pytest.mark.parametrize("unit", ["c", "nobody", ""])
def test_a_unit_that_reports_nothing_by_nature_or_is_unknown_is_not_heard(unit: str) -> None:
    assert track(TWO, {}, report(unit, completion_status="completed")) is None


def test_place_and_suspend_data_come_back_as_they_were_written() -> None:
    text = "读到第七页\n🙂" * 100
    tracked = track(ONE, {}, report(core__lesson_location="7", suspend_data=text, core__exit="suspend", comments=None, objectives=""))
    assert tracked is not None
    assert tracked.state["units"]["a"]["cmi"] == {"cmi.core.lesson_location": "7", "cmi.suspend_data": text, "cmi.core.exit": "suspend"}
    assert tracked.state["last"] == "a"


def test_suspend_data_of_64000_characters_are_kept_and_no_more() -> None:
    assert track(ONE, {}, report(suspend_data="字" * 64_000)) is not None
    with pytest.raises(ReportTooLargeError):
        track(ONE, {}, report(suspend_data="字" * 64_001))
    with pytest.raises(ReportTooLargeError):
        track(ONE, {}, report(**{f"interactions__{n}__id": "x" for n in range(5001)}))


def test_all_units_together_are_bounded_too() -> None:
    units = tuple(ScormUnit(f"u{n}", "", href="a.html", sco=True) for n in range(40))
    package = ScormPackage("1.2", "", units, None)
    state: dict[str, Any] = {}
    fitting = MOST_CHARACTERS // 65_000
    for unit in units[:fitting]:
        tracked = track(package, state, report(unit.id, suspend_data="x" * 64_000))
        assert tracked is not None
        state = tracked.state
    with pytest.raises(ReportTooLargeError):
        track(package, state, report("u39", suspend_data="x" * 64_000))
