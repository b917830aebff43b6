"""Does the C parser read exactly as the careful parser does, or leave the text to it?"""

import json
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from xapi.errors import XapiError
from xapi.rules.statement_json import _carefully, _quickly, read

SIGNS = [
    "a",
    "ü",
    "答",
    '\\"',
    "\\\\",
    '\\":',
    "\\u0022",
    "\\u0022:",
    "\\u003a",
    "\\u0061",
    "\\ud83d",
    "\\ude00",
    "\\n",
    "\\u0000",
    ":",
    "\t",
]
strings = st.lists(st.sampled_from(SIGNS), max_size=4).map(lambda signs: f'"{"".join(signs)}"')
numbers = st.sampled_from(
    ["0", "-0", "-0.0", "1.10", "1e2", "1e999", "18446744073709551616", "-9223372036854775809", "01", "NaN", "5e-324"]
)
spaces = st.sampled_from(["", "", "", " ", "\n\t", "\r", "\x0c", "\u00a0"])
plain = strings | numbers | st.sampled_from(["true", "null", "nul"])


def array_of(inside: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return st.lists(inside, max_size=3).map(lambda items: f"[{','.join(items)}]")


def object_of(inside: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    members = st.tuples(strings, spaces, inside, spaces).map(lambda one: f"{one[0]}{one[1]}:{one[2]}{one[3]}")
    return st.lists(members, max_size=3).map(lambda found: f"{{{','.join(found)}}}")


values = st.recursive(plain, lambda inside: array_of(inside) | object_of(inside), max_leaves=6)
bodies = st.tuples(spaces, object_of(values) | array_of(object_of(values)) | values, spaces).map("".join)


def carefully(body: bytes) -> Any:
    try:
        return _carefully(body)
    except XapiError as error:
        return error


@settings(max_examples=500)
@given(bodies)
@example('[{"a":1,"a":2}]')
@example('{"a" :1,"a" :2,"b":"\\":"}')
@example('{"a":{"b":1,"\\u0062":2}}')
@example('{"a":1,"a":2,"b":"\\u0022\\u0022"}')
@example('[{"a":1},{"b":"\\ud800"}]')
def test_what_is_read_in_c_is_read_as_carefully(text: str) -> None:
    body = text.encode()
    quick, careful = _quickly(body), carefully(body)
    assert quick is None or repr(quick) == repr(careful)  # 1 is not 1.0 there, nor 0.0 -0.0


@pytest.mark.parametrize("escaped", [True, False])
@pytest.mark.parametrize("indent", [None, 1])
def test_what_is_common_is_read_in_c(escaped: bool, indent: int | None) -> None:
    said = [{"id": "1", "result": {"response": 'er sagte: "答":', "score": {"raw": 1.5}, "success": True}}, {"id": "2"}]
    body = json.dumps(said, ensure_ascii=escaped, indent=indent).encode()
    assert _quickly(body) == _carefully(body)


def test_the_text_of_each_statement_and_of_each_property_is_kept() -> None:
    found, _ = read(b' [ {"a" : 1.10 , "b":{ "c": [] }}\n, {"\\u0061":"\\/"} ] ')
    assert [one.text for one in found] == ['{"a" : 1.10 , "b":{ "c": [] }}', '{"\\u0061":"\\/"}']
    assert [one.raw for one in found] == [{"a": "1.10", "b": '{ "c": [] }'}, {"a": '"\\/"'}]
