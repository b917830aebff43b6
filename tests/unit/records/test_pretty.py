"""Is JSON formatted for reading without changing a character?"""

import json

from hypothesis import given
from hypothesis import strategies as st

from lms.records.pretty import pretty

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
)


@given(VALUES, st.booleans())
def test_it_is_what_pythons_own_layout_is(value: object, ascii_only: bool) -> None:
    compact = json.dumps(value, ensure_ascii=ascii_only)
    assert pretty(compact) == json.dumps(value, ensure_ascii=ascii_only, indent=2)


def test_numbers_and_escapes_stay_as_they_were() -> None:
    text = '{"n":1.' + "1" * 60 + ',"half":"\\ud800","exp":1E+2}'
    assert "1." + "1" * 60 in pretty(text)
    assert "\\ud800" in pretty(text)
    assert "1E+2" in pretty(text)
