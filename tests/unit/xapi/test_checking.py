"""What does a credential add to a statement, and does its text stay as it came?"""

import json
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xapi.errors import BadRequest, Forbidden, XapiError
from xapi.rules.auth import Credential, pin
from xapi.rules.checking import check_received, complete
from xapi.rules.statement_json import compose, lay_over, read, received

ANNA = {"mbox": "mailto:anna@example.org"}
REGISTRATION = UUID("5c6c8f0e-9d0a-4f67-9d43-5ef7f8d7a6b1")
FREE = Credential("free", ANNA, frozenset({"all"}))
PINNED = Credential(
    "launch",
    ANNA,
    frozenset(),
    actor=ANNA,
    registration=REGISTRATION,
    activity="http://a.example/1",
    context_extensions={"http://l.example": 7},
)
SAID: dict[str, Any] = {"actor": ANNA, "verb": {"id": "http://v.example"}, "object": {"id": "http://a.example/1"}}
NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)

json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inside: st.lists(inside, max_size=3) | st.dictionaries(st.text(max_size=5), inside, max_size=3),
    max_leaves=8,
)


def test_a_free_credential_adds_nothing() -> None:
    assert pin(SAID, FREE, "statement") == {}


def test_a_pinned_credential_adds_what_is_missing() -> None:
    own = pin({"verb": SAID["verb"], "object": SAID["object"]}, PINNED, "statement")
    assert own == {"actor": ANNA, "context": {"registration": str(REGISTRATION), "extensions": {"http://l.example": 7}}}


@pytest.mark.parametrize("actor", [{"mbox": "mailto:bo@example.org"}, {}, {**ANNA, "openid": "http://x.example"}])
def test_another_actor_is_forbidden(actor: dict[str, Any]) -> None:
    with pytest.raises(Forbidden) as refused:
        pin({**SAID, "actor": actor}, PINNED, "statement")
    assert refused.value.path == "statement.actor"


def test_the_pinned_actor_takes_the_place_of_the_same_one_by_another_name() -> None:
    assert pin({**SAID, "actor": {**ANNA, "name": "<script>"}}, PINNED, "statement")["actor"] == ANNA


@given(st.dictionaries(st.sampled_from(["actor", "object", "context", "verb", "id", "result"]), json_values))
def test_whatever_is_said_a_launch_speaks_for_its_own_learner_or_is_refused(said: dict[str, Any]) -> None:
    taken, _ = read(json.dumps(said).encode())
    try:
        (one,) = check_received(taken, PINNED, "1.0.3")
    except XapiError:
        return
    text = json.loads(complete([one], NOON)[0])
    assert (text["actor"], text["authority"], text["context"]["registration"]) == (ANNA, ANNA, str(REGISTRATION))


def test_owners_differ_by_what_is_pinned() -> None:
    def owner(**pins: Any) -> UUID:
        return Credential("n", ANNA, frozenset(), **pins).owner

    owners = {
        owner(),
        owner(actor=ANNA),
        owner(registration=REGISTRATION),
        owner(activity="http://a.example"),
        owner(actor=ANNA, activity="http://a.example"),
    }
    assert len(owners) == 5
    assert owner(actor=ANNA) == owner(actor={**ANNA, "name": "Anna"})


# ── The text ──

extensions = st.dictionaries(st.sampled_from(["http://e.example/1", "http://e.example/2"]), json_values, min_size=1)


@given(extensions, st.text(), st.booleans(), st.booleans())
def test_what_is_composed_reads_as_what_came_and_what_the_store_sets(
    given_extensions: Any, response: str, escaped: bool, pinned: bool
) -> None:
    said = {**SAID, "result": {"response": response, "extensions": given_extensions}, "context": {"extensions": given_extensions}}
    taken, _ = read(json.dumps(said, ensure_ascii=escaped, indent=1).encode())
    (one,) = check_received(taken, PINNED if pinned else FREE, "1.0.3")
    text = json.loads(complete([one], NOON)[0])
    assert text["result"] == said["result"]
    added = {"http://l.example": 7} if pinned else {}
    assert text["context"]["extensions"] == {**given_extensions, **added}
    assert text["stored"] == text["timestamp"] == "2026-03-01T12:00:00.000000Z"


@given(st.dictionaries(st.text(max_size=4), json_values), st.dictionaries(st.sampled_from(["id", "actor", "new"]), json_values))
def test_composing_and_laying_over_agree(said: dict[str, Any], own: dict[str, Any]) -> None:
    taken = read(json.dumps(said).encode())[0][0]
    assert json.loads(compose(taken, own)) == lay_over(said, own)


@given(st.lists(st.dictionaries(st.text(max_size=3), json_values, max_size=3), max_size=4), st.sampled_from([None, 2]))
def test_reading_agrees_with_the_standard_library(statements: list[dict[str, Any]], indent: int | None) -> None:
    body = json.dumps(statements, indent=indent).encode()
    found, many = read(body)
    assert many
    assert [one.parsed for one in found] == statements
    assert [{name: json.loads(text) for name, text in one.raw.items()} for one in found] == statements


@given(st.text(alphabet='[]{},:"\\a1 \n\t'))
def test_reading_refuses_what_the_standard_library_refuses(text: str) -> None:
    try:
        expected = json.loads(text)
    except ValueError:
        expected = None
    try:
        found, _ = read(text.encode())
    except BadRequest:
        found = None
    if not isinstance(expected, dict | list):
        assert found is None
    elif found is not None:
        assert [one.parsed for one in found] == (expected if isinstance(expected, list) else [expected])


def test_the_hosts_own_statement_is_written_as_json() -> None:
    (one,) = check_received([received({**SAID, "result": {"score": {"raw": 1.5}}})], FREE, "2.0.0")
    text = json.loads(complete([one], NOON)[0])
    assert (text["result"], text["version"]) == ({"score": {"raw": 1.5}}, "2.0.0")


@pytest.mark.parametrize(
    ("said", "kept"),
    [("2026-03-01T10:00:00.123Z", "2026-03-01T10:00:00.123Z"), ("2026-03-01T10:00:00.123+08:00", "2026-03-01T02:00:00.123000Z")],
)
def test_2_0_keeps_timestamps_in_utc(said: str, kept: str) -> None:
    (one,) = check_received([received({**SAID, "timestamp": said})], FREE, "2.0.0")
    assert json.loads(complete([one], NOON)[0])["timestamp"] == kept


def test_an_attachment_without_data_needs_an_address() -> None:
    attachment = {"usageType": "http://u.example", "display": {}, "contentType": "a/b", "length": 1, "sha2": "a" * 64}
    with pytest.raises(BadRequest, match="fileUrl"):
        check_received([received({**SAID, "attachments": [attachment]})], FREE, "1.0.3")


CLOCKS = [
    ("2036-11-29T00:00:00Z", "2026-03-01T12:00:00.000000Z"),  # later than its receipt
    ("2006-11-29T00:00:00Z", "2026-01-01T00:00:00.000000Z"),  # before anything that may have waited
    ("2026-03-01T11:59:00+00:00", "2026-03-01T11:59:00+00:00"),
    ("2026-03-01T19:59:00+08:00", "2026-03-01T19:59:00+08:00"),
]


@pytest.mark.parametrize(("said", "kept"), CLOCKS)
def test_a_timestamp_by_a_wrong_clock_becomes_a_likely_one_and_is_the_same_statement_when_it_comes_again(said: str, kept: str) -> None:
    credential = replace(FREE, clock_from=datetime(2026, 1, 1, tzinfo=UTC))
    (one,) = check_received([received({**SAID, "timestamp": said})], credential, "1.0.3")
    assert json.loads(complete([one], NOON)[0])["timestamp"] == kept
    (plain,) = check_received([received({**SAID, "timestamp": said})], FREE, "1.0.3")
    assert json.loads(complete([plain], NOON)[0])["timestamp"] == said
    assert one.digest == plain.digest


LEAPS = ["2016-12-31T23:59:60Z", "2016-12-31T23:59:60.5Z", "2017-01-01T07:59:60+08:00", "20161231T235960Z", "1972-06-30T23:59:60Z"]
NO_LEAPS = ["2016-12-31T23:58:60Z", "2016-12-31T23:59:61Z", "2016-12-31T23:59:60+08:00", "2016-12-30T23:59:60Z", "2016-12-31T24:59:60Z"]


@pytest.mark.parametrize("version", ["1.0.3", "2.0.0"])
def test_a_leap_second_is_taken_where_one_can_be_and_kept_as_it_was_written(version: str) -> None:
    for said in LEAPS if version == "1.0.3" else LEAPS[:2]:
        (one,) = check_received([received({**SAID, "timestamp": said})], FREE, version)
        assert json.loads(complete([one], NOON)[0])["timestamp"] == said
    for said in NO_LEAPS:
        with pytest.raises(BadRequest):
            check_received([received({**SAID, "timestamp": said})], FREE, version)
