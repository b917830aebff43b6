"""Does the core keep its rules in edge cases that neither solved nor random cases cover?"""

from decimal import Decimal

import pytest

from lms.hours import Case, Flag, Played, Policy, Present, Rule, hours_of, recompute
from lms.hours.evidence import Evidence
from lms.hours.gate import gate

POLICY = Policy(45, Decimal("0.1"), "Asia/Shanghai", None, Decimal(2))


@pytest.mark.parametrize(
    ("seconds", "step", "hours"),
    [
        (8100, "0.7", "2.8"),
        (8099, "0.1", "2.9"),
        (8100, "0.25", "3.00"),
        (8099, "0.25", "2.75"),
        (270_000, "7", "98"),
        (8100, "0.70", "2.80"),
        (8100, "20", "0"),
    ],
)
def test_hours_are_the_greatest_multiple_of_the_step_that_fits(seconds: int, step: str, hours: str) -> None:
    policy = Policy(45, Decimal(step), "Asia/Shanghai", None, Decimal(2))
    assert str(hours_of(seconds, policy)) == hours


def test_a_share_of_media_whose_length_nobody_knows_is_never_reached() -> None:
    found = gate(Rule(2700, coverage=Decimal(0)), Evidence(media=[(0, 10_000)]))
    assert found.missing == ("coverage",)


def test_an_unnamed_device_and_an_empty_stretch_raise_no_flag_beside_two_devices_at_once() -> None:
    presents = [
        Present("page", "on the computer", "pc", 0, 600),
        Present("page", "on the phone", "phone", 300, 900),
        Present("page", "unnamed", "", 0, 900),
        Present("page", "empty", "pc", 400, 400),
        Present("page", "before", "pc", 0, 300),
        Present("page", "after", "phone", 600, 900),
    ]
    result = recompute(Case(POLICY, {"page": Rule(2700)}, presents))
    assert result.flags == (Flag("devices", "page", "on the computer"), Flag("devices", "page", "on the phone"))


def test_two_sessions_of_one_device_are_not_two_devices() -> None:
    presents = [Present("page", "one", "pc", 0, 600), Present("page", "two", "pc", 300, 900)]
    assert recompute(Case(POLICY, {"page": Rule(2700)}, presents)).flags == ()


def test_media_that_runs_for_half_a_second_more_is_covered_to_the_half_second() -> None:
    film = {"film": Rule(2700, Decimal("10.5"), coverage=Decimal(1))}
    played = [Played("film", "s", 0, 0, 10_499, Decimal(1))]
    assert recompute(Case(POLICY, film, played)).activities["film"].gate.missing == ("coverage",)
    assert recompute(Case(POLICY, film, [*played, Played("film", "s", 0, 10_499, 10_500, Decimal(1))])).activities["film"].gate.open


def test_what_one_day_has_left_below_its_limit_serves_no_other_day() -> None:
    hour = 3600
    policy = Policy(45, Decimal("0.1"), "UTC", 60, Decimal(2))
    activities = {"long": Rule(10 * hour), "short": Rule(hour // 4)}
    presents = [
        Present(name, "s", "pc", day * 24 * hour, (day * 24 + 2) * hour) for day, name in enumerate(("short", "long", "short", "short"))
    ]
    result = recompute(Case(policy, activities, presents))
    assert {name: one.credited_seconds for name, one in result.activities.items()} == {"long": hour, "short": hour // 4}
