"""Do the readers of numbers take only what people mean by a number: ASCII digits, and at most one point?

Python's own `int`, `float` and `Decimal` also read "1_0" as 10, digits of any script, "nan" and "1e5".
"""

import re
from collections.abc import Callable
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lms.classes.timetable_file import _clock
from lms.hours.value_reader import ValueReader
from lms.row_ids import row_id
from lms.web.amounts import read_amount, read_day, whole_number
from lms.workshop.gate_choices import read_gate

PLAIN = re.compile(r"[0-9]+(?:\.[0-9]+)?|0?\.[0-9]+")
ODD = ["1_0", "0.2_5", "１０", "٣", "0.٥", "²", "+1", "-1", "nan", "inf", "1e1", "1E-1", "1e-1", "0x1", "1.", ""]
NUMBER_LIKE = st.text(alphabet="0123456789._-+eEx １٣²nainf", max_size=12)


def decimal_text(said: str) -> object:
    reader = ValueReader()
    found = reader.decimal_text(said, "x")
    return None if reader.problems else found


def whole(said: str) -> object:
    with suppress(ValueError):
        return whole_number(said)
    return None


READERS: dict[str, Callable[[str], object]] = {
    "decimal_text": decimal_text,
    "amount": read_amount,
    "whole_number": whole,
    "row_id": row_id,
    "clock": _clock,
    "gate": lambda said: read_gate(f"coverage={said}"),
}


@pytest.mark.parametrize("name", READERS)
@pytest.mark.parametrize("said", ODD)
def test_what_only_python_calls_a_number_is_refused(name: str, said: str) -> None:
    assert READERS[name](said) is None, said


@pytest.mark.parametrize("name", READERS)
def test_each_reader_reads_a_plain_number(name: str) -> None:
    assert READERS[name]("5" if name in {"whole_number", "row_id"} else "0.5")


@given(NUMBER_LIKE)
def test_a_text_that_is_read_is_a_plain_number(said: str) -> None:
    for name, read in READERS.items():
        if read(said) is not None:
            assert PLAIN.fullmatch(said.strip()), name


@pytest.mark.parametrize(
    "said", ["2026-3-2", "20260302", "2026-W10-1", "2026-03-02T08:00", "2026-02-30", "２０２６-03-02", " 2026-03-02", ""]
)
def test_what_no_browser_sends_as_a_day_is_refused(said: str) -> None:
    assert read_day(said) is None


def test_a_day_that_a_browser_sends_is_read() -> None:
    assert str(read_day("2026-03-02")) == "2026-03-02"
