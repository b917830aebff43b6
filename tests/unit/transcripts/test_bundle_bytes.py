"""Has a bundle that is written quickly the same bytes, so that no fingerprint ever changes?"""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from courses.strict_json.canonical import canonical
from lms.transcripts.transcript import quickly_canonical

NUMBERS = st.integers(-(10**30), 10**30) | st.floats(allow_nan=False, allow_infinity=False)
VALUES = st.recursive(
    st.none() | st.booleans() | NUMBERS | st.text(max_size=12),
    lambda some: st.lists(some, max_size=4) | st.dictionaries(st.text(max_size=6), some, max_size=4),
    max_leaves=12,
)


@given(st.dictionaries(st.text(max_size=6), VALUES, max_size=4))
def test_any_bundle_has_the_bytes_of_the_slow_writer(bundle: dict[str, Any]) -> None:
    assert quickly_canonical(bundle) == canonical(bundle)


@pytest.mark.parametrize("number", [1e-5, 1.5e-7, -1e-5, 0.0001, 5e-324, 1e15, 1e16, -1.5e22, 1e300, 0.1, -0.0])
def test_very_small_and_very_large_numbers_have_the_bytes_of_the_slow_writer(number: float) -> None:
    for bundle in ({"a": number}, {"a": [number]}, {"a": [1, number]}, {"a": {"b": number, "c": ",1e5"}}):
        assert quickly_canonical(bundle) == canonical(bundle)
