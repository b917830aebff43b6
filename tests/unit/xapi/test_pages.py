"""Is a page of another store split without losing or changing anything, and refused if it is malformed?"""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xapi.rules.pages import NoPage, StatementPage, cut

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inside: st.lists(inside, max_size=4) | st.dictionaries(st.text(), inside, max_size=4),
    max_leaves=20,
)


@given(st.lists(st.dictionaries(st.text(), JSON, max_size=4), max_size=5), st.text(), st.booleans(), st.sampled_from([None, 1]))
def test_whatever_the_statements_are_each_comes_out_as_it_is(statements: list[object], more: str, plain: bool, indent: int | None) -> None:
    body = json.dumps({"more": more, "statements": statements}, ensure_ascii=plain, indent=indent).encode("utf-8", "surrogatepass")
    found = cut(body)
    assert [json.loads(one) for one in found.statements] == statements
    assert found.more == more
    assert all(one in body for one in found.statements)


def test_a_statement_that_is_not_json_hides_no_other() -> None:
    body = b'{"statements": [{"a": 1}, {"a": tru}, {"b": "],\\"{"}, \xff, ' + b'{"x":' * 9000 + b"1" + b"}" * 9000 + b"]}"
    found = cut(body)
    assert found.statements[:4] == [b'{"a": 1}', b'{"a": tru}', b'{"b": "],\\"{"}', b"\xff"]
    assert len(found.statements) == 5


@pytest.mark.parametrize("body", [b'{"statements":[]}', b' {"statements" : [ ] , "more" : null } ', b'{"statements":[],"more":""}'])
def test_an_empty_page_is_a_page(body: bytes) -> None:
    assert cut(body) == StatementPage([], "")


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<html></html>",
        b"[]",
        b"null",
        b"{}",
        b'{"more":""}',
        b'{"statements":{}}',
        b'{"statements":[],"more":7}',
        b'{"statements":[{"id":"1"},{"id":"2"',
        b'{"statements":[{"id":"1"}],"mo',
        b'{"statements":[]} and more',
        b'{"statements" []}',
        b'{,"statements":[]}',
    ],
)
def test_a_response_that_is_not_a_page_is_refused(body: bytes) -> None:
    with pytest.raises(NoPage):
        cut(body)
