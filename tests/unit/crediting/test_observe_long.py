"""Does reading a statement take linear time, with any texts?"""

import time
from collections.abc import Iterator
from typing import Any

import pytest

from lms import vocabulary as v
from lms.crediting.observe import LONGEST_SEGMENTS, Ignored, observe
from tests.unit.crediting.statements import IRI, OPEN, TRUST, segments, statement

LONG = 300_000
QUICK_S = 1.0  # a linear reading takes some milliseconds; what grows with the square takes minutes
TEXTS = ["1", "1.", "1[.]", "[", "1[.]2[,]", "P1", "0.", "9e", "+", "\u0301", "२"]


def hostile(text: Any) -> Iterator[dict[str, Any]]:
    """A statement with a text in each place that observing reads, one at a time."""
    yield segments(text)
    yield segments("0[.]10", **{v.SPEED: text})
    yield segments("0[.]10", **{v.OPENED: text})
    yield segments("0[.]10", **{v.LAUNCH: text})
    yield segments("0[.]10", **{v.DEVICE: text})
    for ends in ("", "D", "S"):
        yield statement(v.TERMINATED, "provider", result={"duration": f"P{text}{ends}" if isinstance(text, str) else ends})
    yield statement(v.TERMINATED, "provider", result={"duration": "PT5M"}, **{v.LAUNCH: text})


@pytest.mark.parametrize("text", TEXTS)
def test_no_text_takes_a_time_that_grows_with_its_square_or_fails(text: str) -> None:
    begun = time.thread_time()
    for one in hostile(text * (LONG // len(text))):
        observe(one, OPEN, TRUST)
    assert time.thread_time() - begun < QUICK_S


@pytest.mark.parametrize("value", [{"a": 1}, [1], True, 10**4000, -1.5, 1e300, None])
def test_a_value_that_is_not_a_text_fails_nothing(value: Any) -> None:
    for one in hostile(value):
        observe(one, OPEN, TRUST)


def test_segments_that_are_too_long_to_be_read_prove_nothing_and_say_so() -> None:
    most = "0[.]10[,]" + "x" * (LONGEST_SEGMENTS - 9)
    assert [seen.kind for seen in observe(segments(most), OPEN, TRUST)] == ["played"]  # type: ignore[union-attr]
    assert observe(segments(most + "x"), OPEN, TRUST) == Ignored("too-long")
    completed = statement(v.COMPLETED, result={"extensions": {v.PLAYED_SEGMENTS: most + "x"}})
    assert [seen.kind for seen in observe(completed, OPEN, TRUST)] == ["completed"]  # type: ignore[union-attr]


def test_positions_are_never_read_from_the_middle_of_a_number() -> None:
    for text in ("1234567890[.]20", "0[.]1234567890", "3.1234567890.5[.]7"):
        assert isinstance(observe(segments(text), OPEN, TRUST), Ignored)


@pytest.mark.parametrize("opened", ["yesterday", "2026-13-01T00:00:00Z", "9" * 50, "0001-01-01T00:00:00+23:59"])
def test_an_opening_time_that_is_not_an_instant_is_ignored(opened: str) -> None:
    (found,) = observe(segments("0[.]10", **{v.OPENED: opened}), OPEN, TRUST)  # type: ignore[misc]
    assert found.since is None or opened.startswith("0001")


def test_names_longer_than_the_database_has_room_for_name_nothing() -> None:
    (found,) = observe(segments("0[.]10", **{v.LAUNCH: "x" * 37, v.DEVICE: "phone\0"}), OPEN, TRUST)  # type: ignore[misc]
    assert (found.session, found.device) == ("", "")
    (found,) = observe(segments("0[.]10", **{v.LAUNCH: "x" * 36, v.DEVICE: "x" * 20}), OPEN, TRUST)  # type: ignore[misc]
    assert (found.session, found.device) == ("x" * 36, "x" * 20)


def test_the_address_of_what_is_not_an_activity_of_ours_is_not_taken_for_one() -> None:
    for one in (statement(v.COMPLETED, about=IRI + "x" * LONG), statement(v.COMPLETED, about="x" * LONG)):
        assert observe(one, OPEN, TRUST) == Ignored("part-of-activity")
