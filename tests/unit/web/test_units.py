"""Has a unit one form after 1, and the other after everything else?"""

from decimal import Decimal

import pytest

from lms.i18n import UNITS_OF_ONE, unit_after
from lms.programmes.values import UNITS


@pytest.mark.parametrize(
    ("amount", "unit"),
    [
        ("1", "course"),
        (Decimal(1), "course"),
        ("+1", "course"),
        ("-1", "course"),
        ("0", "courses"),
        ("0.5", "courses"),
        ("1.0", "courses"),
        ("11", "courses"),
    ],
)
def test_english_has_one_form_after_1(amount: object, unit: str) -> None:
    assert unit_after("courses", amount) == unit


def test_chinese_has_one_form() -> None:
    assert unit_after("门", 1) == "门"


def test_every_unit_of_a_requirement_has_its_form_after_1() -> None:
    assert {unit.en for unit in UNITS.values()} <= UNITS_OF_ONE.keys()
