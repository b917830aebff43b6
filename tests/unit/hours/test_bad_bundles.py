"""Is a wrong bundle refused with every mistake named by its JSON path, without guessing?"""

import json
from copy import deepcopy
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lms.hours import recompute_file
from lms.hours.bundle import FIELDS

GONE = object()
DAY = "2026-03-01T10:00:00Z"
BUNDLE: dict[str, Any] = {
    "policy": {"hour_minutes": 45, "round_to": "0.1", "time_zone": "Asia/Shanghai", "daily_limit_minutes": 480, "max_rate": 2},
    "window": {"from": "2026-03-01T00:00:00Z", "to": "2026-06-01T00:00:00Z"},
    "activities": {
        "page": {"minutes": 45, "title": "第一课"},
        "film": {"minutes": 45, "media_seconds": 2700, "requires": {"coverage": 0.9, "completed": True, "passed": False}},
    },
    "observations": [
        {
            "kind": "present",
            "activity": "page",
            "session": "s1",
            "device": "pc",
            "from": DAY,
            "to": "2026-03-01T10:45:00Z",
            "statement": "x",
        },
        {"kind": "played", "activity": "film", "session": "s2", "at": DAY, "from_s": 0, "to_s": 60.5, "rate": 1.5},
        {"kind": "reported", "activity": "page", "session": "s3", "opened": DAY, "at": "2026-03-01T10:12:00Z", "seconds": 36000},
        {"kind": "completed", "activity": "film", "session": "s2", "at": DAY},
        {"kind": "passed", "activity": "film", "session": "s2", "at": DAY},
    ],
}
SEEN = "$.observations"
PRESENT, PLAYED, REPORTED, COMPLETED = (f"{SEEN}[{number}]" for number in range(4))
INSTANT = "must be an instant with its zone, such as 2026-03-01T10:00:00Z"
TEXT = "must be a text of at most 500 characters"
NUMBER, SOME = "must be a number from 0, at most 1000000000", "must be a number above 0, at most 1000000000"
KINDS = "must be one of present, played, reported, completed, passed, attended, accepted, logged, waived, released, refused"
STEP = 'must be a decimal text from "0.001" to "1000", such as "0.1"'
ZONE = "must be a time zone's name, such as Asia/Shanghai"
WHOLE_HOUR = "must be a whole number from 1 to 1440"
WHOLE_DAY = "must be a whole number from 0 to 1500"


def places(value: Any, path: str = "$") -> list[str]:
    """Return the JSON path of everything in a document."""
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    below = [places(one, f"{path}[{key}]" if isinstance(value, list) else f"{path}.{key}") for key, one in inner]
    return [path, *(one for found in below for one in found)]


def bundle_with(path: str, value: Any) -> Any:
    """Return the bundle with another value at a path, or without it."""
    *way, last = path.replace("[", ".").replace("]", "").split(".")[1:] or [""]
    if not last:
        return value
    changed = deepcopy(BUNDLE)
    at: Any = changed
    for step in way:
        at = at[int(step) if isinstance(at, list) else step]
    key: Any = int(last) if isinstance(at, list) else last
    if value is GONE:
        del at[key]
    else:
        at[key] = value
    return changed


def problems_of(document: Any) -> list[str]:
    return recompute_file(json.dumps(document))[1]


def test_the_bundle_that_is_changed_here_is_a_sound_one() -> None:
    result, problems = recompute_file(json.dumps(BUNDLE))
    assert problems == []
    assert result is not None
    assert result["credited_seconds"] == 2700


@pytest.mark.parametrize(
    ("path", "value", "problems"),
    [
        ("$", [], ["$: must be an object"]),
        ("$", None, ["$: is missing"]),
        ("$.policy", GONE, ["$.policy: is missing"]),
        ("$.activities", GONE, ["$.activities: is missing"]),
        ("$.observations", GONE, ["$.observations: is missing"]),
        ("$.extra", 1, ["$.extra: is not known here"]),
        ("$.a b", 1, ['$["a b"]: is not known here']),
        ("$.policy", [], ["$.policy: must be an object"]),
        ("$.policy.hour_minutes", GONE, ["$.policy.hour_minutes: is missing"]),
        ("$.policy.hour_minutes", 0, [f"$.policy.hour_minutes: {WHOLE_HOUR}"]),
        ("$.policy.hour_minutes", 1441, [f"$.policy.hour_minutes: {WHOLE_HOUR}"]),
        ("$.policy.hour_minutes", 45.5, [f"$.policy.hour_minutes: {WHOLE_HOUR}"]),
        ("$.policy.hour_minutes", "45", [f"$.policy.hour_minutes: {WHOLE_HOUR}"]),
        ("$.policy.hour_minutes", True, [f"$.policy.hour_minutes: {WHOLE_HOUR}"]),
        ("$.policy.round_to", 0.1, [f"$.policy.round_to: {STEP}"]),
        ("$.policy.round_to", "0", [f"$.policy.round_to: {STEP}"]),
        ("$.policy.round_to", "-0.1", [f"$.policy.round_to: {STEP}"]),
        ("$.policy.round_to", "0.0009", [f"$.policy.round_to: {STEP}"]),
        ("$.policy.round_to", "1000.1", [f"$.policy.round_to: {STEP}"]),
        ("$.policy.round_to", "NaN", [f"$.policy.round_to: {STEP}"]),
        ("$.policy.round_to", "Infinity", [f"$.policy.round_to: {STEP}"]),
        ("$.policy.round_to", "a tenth", [f"$.policy.round_to: {STEP}"]),
        ("$.policy.round_to", "0.10000000000000000000", [f"$.policy.round_to: {STEP}"]),
        ("$.policy.time_zone", "Asia/Nowhere", [f"$.policy.time_zone: {ZONE}"]),
        ("$.policy.time_zone", "../etc/passwd", [f"$.policy.time_zone: {ZONE}"]),
        ("$.policy.time_zone", "localtime", [f"$.policy.time_zone: {ZONE}"]),
        ("$.policy.time_zone", 8, [f"$.policy.time_zone: {ZONE}"]),
        ("$.policy.daily_limit_minutes", -1, [f"$.policy.daily_limit_minutes: {WHOLE_DAY}"]),
        ("$.policy.daily_limit_minutes", 1501, [f"$.policy.daily_limit_minutes: {WHOLE_DAY}"]),
        ("$.policy.max_rate", 0, [f"$.policy.max_rate: {SOME}"]),
        ("$.policy.max_rate", "2", [f"$.policy.max_rate: {SOME}"]),
        ("$.policy.max_rate", float("nan"), [f"$.policy.max_rate: {SOME}"]),
        ("$.policy.max_rate", float("inf"), [f"$.policy.max_rate: {SOME}"]),
        ("$.window", "always", ["$.window: must be an object"]),
        ("$.window.till", DAY, ["$.window.till: is not known here"]),
        ("$.window.from", "2026-06-01T00:00:01Z", ["$.window.from: lies after 'to'"]),
        ("$.window.from", "2026-03-01", [f"$.window.from: {INSTANT}"]),
        ("$.window", {"to": "soon"}, [f"$.window.to: {INSTANT}"]),
        ("$.activities", [], ["$.activities: must be an object"]),
        ("$.activities.page", 45, ["$.activities.page: must be an object"]),
        ("$.activities.page.minutes", GONE, ["$.activities.page.minutes: is missing"]),
        ("$.activities.page.minutes", -1, ["$.activities.page.minutes: must be a number from 0, at most 1000000"]),
        ("$.activities.page.minutes", True, ["$.activities.page.minutes: must be a number from 0, at most 1000000"]),
        ("$.activities.page.minutes", 1000001, ["$.activities.page.minutes: must be a number from 0, at most 1000000"]),
        ("$.activities.page.require", {}, ["$.activities.page.require: is not known here"]),
        ("$.activities.page.requires", {"coverage": 0.5}, ["$.activities.page.requires.coverage: needs media_seconds"]),
        ("$.activities.page.requires", {"pased": True}, ["$.activities.page.requires.pased: is not known here"]),
        ("$.activities.page.requires", True, ["$.activities.page.requires: must be an object"]),
        ("$.activities.film.media_seconds", -1, ["$.activities.film.media_seconds: must be a number from 0, at most 100000000"]),
        ("$.activities.film.requires.coverage", 1.01, ["$.activities.film.requires.coverage: must be a number from 0, at most 1"]),
        ("$.activities.film.requires.completed", 1, ["$.activities.film.requires.completed: must be true or false"]),
        ("$.activities.film.requires.passed", "no", ["$.activities.film.requires.passed: must be true or false"]),
        ("$.observations", {}, ["$.observations: must be an array"]),
        (PRESENT, None, [f"{PRESENT}: is missing"]),
        (PRESENT, "present", [f"{PRESENT}: must be an object"]),
        (f"{PRESENT}.kind", GONE, [f"{PRESENT}.kind: {KINDS}"]),
        (f"{PRESENT}.kind", "Present", [f"{PRESENT}.kind: {KINDS}"]),
        (f"{PRESENT}.kind", ["present"], [f"{PRESENT}.kind: {KINDS}"]),
        (f"{PRESENT}.activity", GONE, [f"{PRESENT}.activity: is missing"]),
        (f"{PRESENT}.activity", "quiz", [f"{PRESENT}.activity: 'quiz' is not among the activities"]),
        (f"{PRESENT}.activity", 5, [f"{PRESENT}.activity: {TEXT}"]),
        (f"{PRESENT}.session", "s" * 501, [f"{PRESENT}.session: {TEXT}"]),
        (f"{PRESENT}.session", "half \ud800", [f"{PRESENT}.session: {TEXT}"]),
        (f"{PRESENT}.device", 7, [f"{PRESENT}.device: {TEXT}"]),
        (f"{PRESENT}.seconds", 7, [f"{PRESENT}.seconds: is not known here"]),
        (f"{PRESENT}.from", "2026-03-01T10:45:01Z", [f"{PRESENT}.from: lies after 'to'"]),
        (f"{PRESENT}.from", "2026-03-01T10:00:00", [f"{PRESENT}.from: {INSTANT}"]),
        (f"{PRESENT}.from", "1969-12-31T23:59:59Z", [f"{PRESENT}.from: {INSTANT}"]),
        (f"{PRESENT}.to", "9999-12-31T23:59:59-14:00", [f"{PRESENT}.to: {INSTANT}"]),
        (f"{PRESENT}.to", 1772294400, [f"{PRESENT}.to: {INSTANT}"]),
        (f"$.activities.{'n' * 501}", {"minutes": 1}, [f"$.activities.{'n' * 501}: {TEXT}"]),
        (PLAYED, BUNDLE["observations"][1] | {"from_s": "0", "to_s": 0}, [f"{PLAYED}.from_s: {NUMBER}"]),
        (f"{PLAYED}.from_s", 61, [f"{PLAYED}.from_s: lies after 'to_s'"]),
        (f"{PLAYED}.from_s", -0.1, [f"{PLAYED}.from_s: {NUMBER}"]),
        (f"{PLAYED}.to_s", "60", [f"{PLAYED}.to_s: {NUMBER}"]),
        (f"{PLAYED}.rate", 0, [f"{PLAYED}.rate: {SOME}"]),
        (f"{PLAYED}.at", "yesterday", [f"{PLAYED}.at: {INSTANT}"]),
        (f"{REPORTED}.seconds", -1, [f"{REPORTED}.seconds: must be a number from 0, at most 1000000000000"]),
        (f"{REPORTED}.opened", "2026-03-01T10:12:01Z", [f"{REPORTED}.opened: lies after 'at'"]),
        (f"{COMPLETED}.at", GONE, [f"{COMPLETED}.at: is missing"]),
        (f"{COMPLETED}.to", DAY, [f"{COMPLETED}.to: is not known here"]),
        (
            "$.evidence_erased",
            True,
            ["$.evidence_erased: the evidence was erased on purpose: these hours can be verified in the ledger, but not recomputed"],
        ),
    ],
)
def test_a_mistake_is_named_by_its_place_and_nothing_else_is(path: str, value: Any, problems: list[str]) -> None:
    assert problems_of(bundle_with(path, value)) == problems


@pytest.mark.parametrize("kind", FIELDS)
def test_nothing_that_an_observation_needs_may_be_missing(kind: str) -> None:
    found = next(number for number, seen in enumerate(BUNDLE["observations"]) if seen["kind"] == kind)
    for name in sorted(FIELDS[kind] - {"kind"}):
        assert problems_of(bundle_with(f"{SEEN}[{found}].{name}", GONE)) == [f"{SEEN}[{found}].{name}: is missing"]


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("$.policy.hour_minutes", 1),
        ("$.policy.hour_minutes", 1440),
        ("$.policy.hour_minutes", 45.0),
        ("$.policy.round_to", "0.001"),
        ("$.policy.round_to", "1000"),
        ("$.policy.daily_limit_minutes", None),
        ("$.policy.daily_limit_minutes", GONE),
        ("$.policy.daily_limit_minutes", 0),
        ("$.policy.daily_limit_minutes", 1500),
        ("$.window", GONE),
        ("$.window", None),
        ("$.window", {}),
        ("$.window.from", GONE),
        ("$.window.to", None),
        ("$.window.from", "2026-06-01T00:00:00Z"),
        ("$.activities.page.minutes", 0),
        ("$.activities.page.minutes", 1000000),
        ("$.activities.film.media_seconds", 2700.5),
        ("$.activities.film.requires", None),
        ("$.activities.film.requires.coverage", 0),
        ("$.activities.film.requires.coverage", 1),
        ("$.observations", []),
        (f"{PRESENT}.device", None),
        (f"{PRESENT}.session", "s" * 500),
        (f"{PRESENT}.session", ""),
        (f"{PRESENT}.session", "第一次"),
        (f"{PRESENT}.from", "2026-03-01T10:45:00Z"),
        (f"{PRESENT}.from", "20260301T100000Z"),
        (f"{PRESENT}.from", "1970-01-01T00:00:00Z"),
        (f"{PRESENT}.to", "9998-12-31T23:59:59Z"),
        (f"{PLAYED}.from_s", 60.5),
    ],
)
def test_what_just_fits_is_taken(path: str, value: Any) -> None:
    assert problems_of(bundle_with(path, value)) == []


def test_every_mistake_is_named_at_once() -> None:
    wrong = bundle_with("$.policy.hour_minutes", "45")
    wrong["activities"]["page"]["minutes"] = None
    wrong["observations"][0]["to"] = "later"
    wrong["observations"][4]["activity"] = "quiz"
    assert [line.partition(":")[0] for line in problems_of(wrong)] == [
        "$.policy.hour_minutes",
        "$.activities.page.minutes",
        f"{PRESENT}.to",
        f"{SEEN}[4].activity",
    ]


@pytest.mark.parametrize(
    ("text", "problems"),
    [
        ("", ["$: is not JSON: Expecting value (line 1, column 1)"]),
        ('{"policy": }', ["$: is not JSON: Expecting value (line 1, column 12)"]),
        ("[" * 100_000, ["$: is nested too deeply"]),
        ('{"policy": 1, "policy": 2}', ["$.policy: is given more than once"]),
    ],
)
def test_input_that_is_not_a_document_is_refused(text: str, problems: list[str]) -> None:
    result, found = recompute_file(text)
    assert result is None
    assert found[: len(problems)] == problems


def test_a_key_given_twice_is_named_wherever_it_is_and_never_decided_by_the_last() -> None:
    text = json.dumps(BUNDLE)
    twice = text.replace('"minutes": 45, "title"', '"minutes": 45, "minutes": 90, "title"').replace(
        '"to_s": 60.5', '"to_s": 60.5, "to_s": 1'
    )
    assert recompute_file(twice) == (
        None,
        ["$.activities.page.minutes: is given more than once", f"{PLAYED}.to_s: is given more than once"],
    )


@pytest.mark.parametrize("number", ["1e400000000000000000000", "9" * 400, "9" * 5000, "NaN", "-Infinity", "1e-500"])
def test_a_number_beyond_all_bounds_is_refused(number: str) -> None:
    text = json.dumps(BUNDLE).replace('"max_rate": 2', f'"max_rate": {number}')
    assert recompute_file(text) == (None, [f"$.policy.max_rate: {SOME}"])


def test_a_bundle_may_begin_with_a_byte_order_mark() -> None:
    text = json.dumps(BUNDLE)
    assert recompute_file("\ufeff" + text) == recompute_file(text)


def test_problems_within_a_solved_case_are_named_by_their_place_in_the_file() -> None:
    assert problems_of({"why": "", "case": bundle_with("$.policy.max_rate", 0), "expect": {}}) == [f"$.case.policy.max_rate: {SOME}"]


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20) | st.sampled_from([DAY, "page", "0.1", "UTC"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)


@settings(max_examples=400)
@given(st.sampled_from(places(BUNDLE)), VALUES)
def test_any_value_anywhere_gives_a_result_or_problems_that_say_where(path: str, value: Any) -> None:
    result, problems = recompute_file(json.dumps(bundle_with(path, value)))
    assert (result is None) == bool(problems)
    assert all(line.startswith("$") and "\n" not in line for line in problems)
