"""Is a bundle with wrong requirements refused, and is every mistake named by its JSON path?"""

import json
from copy import deepcopy
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lms.hours import recompute_file
from lms.hours.attestation_reading import ATTESTED

GONE = object()
FROM, TO = "2026-03-02T00:30:00Z", "2026-03-02T03:30:00Z"
BUNDLE: dict[str, Any] = {
    "as_of": "2026-06-15T00:00:00Z",
    "policy": {
        "hour_minutes": 45,
        "round_to": "0.1",
        "time_zone": "Asia/Shanghai",
        "max_rate": 2,
        "finished_share": "0.8",
        "attended_share": "0.8",
    },
    "activities": {"page": {"minutes": 45, "counts_to": "companion", "course": "ethics"}, "talk": {"minutes": 90}},
    "courses": {"ethics": {"compulsory": True}},
    "sessions": {
        "am": {"counts_to": "topics", "from": FROM, "to": TO, "half_days": 1},
        "pm": {"counts_to": "topics", "from": TO, "to": "2026-03-02T09:00:00Z", "half_days": 1},
    },
    "replacements": {"plan-b": {"sessions": ["am"], "activities": ["talk"]}},
    "requirements": {
        "companion": {"kind": "hours", "target": "30"},
        "general": {"kind": "courses"},
        "topics": {"kind": "days", "target": "8"},
        "practice": {"kind": "months", "target": "3", "starts": "2026-03-15", "logs_a_month": 1},
        "homework": {"kind": "tasks", "target": "4"},
    },
    "observations": [
        {"kind": "attended", "place": "am", "in": "2026-03-02T00:29:10Z", "out": "2026-03-02T03:31:00Z", "statement": "x"},
        {"kind": "logged", "requirement": "practice", "log": "l1", "on": "2026-04-02"},
        {"kind": "accepted", "requirement": "homework", "task": "t1", "at": "2026-04-01T00:00:00Z"},
        {"kind": "waived", "id": "w1", "requirement": "topics", "amount": "1"},
    ],
}
ATTENDED, LOGGED, ACCEPTED, WAIVED = (("observations", number) for number in range(4))
AT_ATTENDED, AT_LOGGED, AT_ACCEPTED, AT_WAIVED = (f"$.observations[{number}]" for number in range(4))
AM, PLAN = '$.sessions["am"]', '$.replacements["plan-b"]'
SHARE = 'must be a decimal text above 0 and at most 1, such as "0.8"'
AMOUNT = 'must be a decimal text above 0, such as "7.5", with at most nine digits on each side'
DATE = "must be a date, such as 2026-03-15"
INSTANT = "must be an instant with its zone, such as 2026-03-01T10:00:00Z"
TEXT = "must be a text of at most 500 characters"
KINDS = "must be one of hours, days, months, tasks, courses"
Way = tuple[str | int, ...]


def bundle_with(way: Way, value: Any) -> dict[str, Any]:
    """Return the bundle with another value at a path, or without it."""
    changed = deepcopy(BUNDLE)
    at: Any = changed
    for step in way[:-1]:
        at = at[step]
    if value is GONE:
        del at[way[-1]]
    else:
        at[way[-1]] = value
    return changed


def problems_of(document: Any) -> list[str]:
    return recompute_file(json.dumps(document))[1]


def requirement(name: str, *key: str) -> Way:
    return ("requirements", name, *key)


def test_the_bundle_that_is_changed_here_is_a_sound_one() -> None:
    result, problems = recompute_file(json.dumps(BUNDLE))
    assert problems == []
    assert result is not None
    assert result["requirements"]["topics"] == {"earned": "1.5", "waived": "1", "target": "8", "missing": "6.5", "met": False}
    assert result["met"] is False


@pytest.mark.parametrize(
    ("way", "value", "problems"),
    [
        (("requirement",), {}, ["$.requirement: is not known here"]),
        (("policy", "attended_share"), "0", [f"$.policy.attended_share: {SHARE}"]),
        (("policy", "attended_share"), "1.1", [f"$.policy.attended_share: {SHARE}"]),
        (("policy", "attended_share"), 0.8, [f"$.policy.attended_share: {SHARE}"]),
        (("policy", "finished_share"), "-0.8", [f"$.policy.finished_share: {SHARE}"]),
        (("policy", "finished_share"), "８", [f"$.policy.finished_share: {SHARE}"]),
        (("as_of",), GONE, ["$.as_of: is missing: it says up to when months have passed"]),
        (("as_of",), "2026-06-15", [f"$.as_of: {INSTANT}"]),
        (("activities", "page", "counts_to"), "topics", ["$.activities.page.counts_to: 'topics' is a requirement of days, not of hours"]),
        (("activities", "page", "counts_to"), "x", ["$.activities.page.counts_to: 'x' is not among the requirements"]),
        (("activities", "page", "counts_to"), 7, [f"$.activities.page.counts_to: {TEXT}"]),
        (("activities", "page", "course"), "x", ["$.activities.page.course: 'x' is not among the courses"]),
        (("courses",), [], ["$.courses: must be an object"]),
        (("courses", "ethics", "compulsory"), "yes", ['$.courses["ethics"].compulsory: must be true or false']),
        (("courses", "ethics", "title"), "x", ['$.courses["ethics"].title: is not known here']),
        (("courses", "ethics", "compulsory"), False, ['$.requirements["general"]: demands all compulsory courses, and there are none']),
        (("sessions", "am", "counts_to"), "companion", [f"{AM}.counts_to: 'companion' is a requirement of hours, not of days"]),
        (("sessions", "am", "counts_to"), "t", [f"{AM}.counts_to: 't' is not among the requirements"]),
        (("sessions", "am", "counts_to"), GONE, [f"{AM}.counts_to: is missing"]),
        (("sessions", "am", "from"), TO, [f"{AM}.from: does not lie before 'to'"]),
        (("sessions", "am", "from"), "2026-03-02T04:00:00Z", [f"{AM}.from: lies after 'to'"]),
        (("sessions", "am", "to"), "noon", [f"{AM}.to: {INSTANT}"]),
        (("sessions", "am", "to"), "2026-03-02T03:30:01Z", ["$.sessions[\"pm\"]: overlaps the session 'am'"]),
        (("sessions", "am", "half_days"), -1, [f"{AM}.half_days: must be a whole number from 0 to 1000"]),
        (("sessions", "am", "half_days"), 0.5, [f"{AM}.half_days: must be a whole number from 0 to 1000"]),
        (("sessions", "am", "place"), "hall", [f"{AM}.place: is not known here"]),
        (("sessions", "n" * 501), BUNDLE["sessions"]["am"] | {"to": "2026-03-02T00:30:01Z"}, None),
        (("replacements", "plan-b", "sessions"), "am", [f"{PLAN}.sessions: must be an array"]),
        (("replacements", "plan-b", "sessions", 0), "x", [f"{PLAN}.sessions[0]: 'x' is not among the sessions"]),
        (("replacements", "plan-b", "activities", 0), "x", [f"{PLAN}.activities[0]: 'x' is not among the activities"]),
        (
            ("replacements", "plan-b", "activities", 0),
            "page",
            [f"{PLAN}.activities[0]: 'page' replaces a session and may not have 'counts_to' or 'course'"],
        ),
        (
            ("replacements", "c"),
            {"sessions": [], "activities": ["talk"]},
            ["$.replacements[\"c\"].activities[0]: 'talk' belongs to the replacement 'plan-b' already"],
        ),
        (("replacements", "plan-b", "from"), FROM, [f"{PLAN}.from: is not known here"]),
        (requirement("homework"), 4, ['$.requirements["homework"]: must be an object']),
        (requirement("homework", "kind"), "task", [f'$.requirements["homework"].kind: {KINDS}']),
        (requirement("homework", "kind"), GONE, ['$.requirements["homework"].kind: is missing']),
        (requirement("homework", "kind"), ["tasks"], [f'$.requirements["homework"].kind: {KINDS}']),
        (requirement("homework", "target"), "0", [f'$.requirements["homework"].target: {AMOUNT}']),
        (requirement("homework", "target"), "-1", [f'$.requirements["homework"].target: {AMOUNT}']),
        (requirement("homework", "target"), 4, [f'$.requirements["homework"].target: {AMOUNT}']),
        (requirement("homework", "target"), "1e3", [f'$.requirements["homework"].target: {AMOUNT}']),
        (requirement("homework", "target"), "9" * 10, [f'$.requirements["homework"].target: {AMOUNT}']),
        (requirement("homework", "starts"), "2026-03-15", ['$.requirements["homework"].starts: is not known here']),
        (requirement("homework", "logs_a_month"), 1, ['$.requirements["homework"].logs_a_month: is not known here']),
        (requirement("practice", "starts"), GONE, ['$.requirements["practice"].starts: is missing']),
        (requirement("practice", "starts"), "2026-02-30", [f'$.requirements["practice"].starts: {DATE}']),
        (requirement("practice", "starts"), "20260315", [f'$.requirements["practice"].starts: {DATE}']),
        (requirement("practice", "starts"), "1969-12-31", [f'$.requirements["practice"].starts: {DATE}']),
        (requirement("practice", "logs_a_month"), 0, ['$.requirements["practice"].logs_a_month: must be a whole number from 1 to 1000']),
        ((*ATTENDED, "place"), "x", [f"{AT_ATTENDED}.place: 'x' is not among the sessions"]),
        ((*ATTENDED, "in"), "2026-03-02T03:31:01Z", [f"{AT_ATTENDED}.in: lies after 'out'"]),
        ((*ATTENDED, "out"), None, [f"{AT_ATTENDED}.out: {INSTANT}"]),
        ((*ATTENDED, "from"), FROM, [f"{AT_ATTENDED}.from: is not known here"]),
        ((*ATTENDED, "kind"), "attend", None),
        ((*LOGGED, "requirement"), "homework", [f"{AT_LOGGED}.requirement: 'homework' is a requirement of tasks, not of months"]),
        ((*LOGGED, "on"), "2026-04-02T00:00:00Z", [f"{AT_LOGGED}.on: {DATE}"]),
        ((*ACCEPTED, "requirement"), "practice", [f"{AT_ACCEPTED}.requirement: 'practice' is a requirement of months, not of tasks"]),
        ((*ACCEPTED, "requirement"), "x", [f"{AT_ACCEPTED}.requirement: 'x' is not among the requirements"]),
        ((*ACCEPTED, "at"), "2026-04-01", [f"{AT_ACCEPTED}.at: {INSTANT}"]),
        ((*ACCEPTED, "task"), 1, [f"{AT_ACCEPTED}.task: {TEXT}"]),
        ((*WAIVED, "requirement"), "x", [f"{AT_WAIVED}.requirement: 'x' is not among the requirements"]),
        ((*WAIVED, "amount"), "0", [f"{AT_WAIVED}.amount: {AMOUNT}"]),
        ((*WAIVED, "amount"), 1, [f"{AT_WAIVED}.amount: {AMOUNT}"]),
        ((*WAIVED, "amount"), "0.75", [f"{AT_WAIVED}.amount: 0.75 is not a whole number of half-days"]),
        (
            (*LOGGED, "kind"),
            "waived",
            [
                f"{AT_LOGGED}.amount: is missing",
                f"{AT_LOGGED}.id: is missing",
                f"{AT_LOGGED}.log: is not known here",
                f"{AT_LOGGED}.on: is not known here",
            ],
        ),
    ],
)
def test_a_mistake_is_named_by_its_place_and_nothing_else_is(way: Way, value: Any, problems: list[str] | None) -> None:
    found = problems_of(bundle_with(way, value))
    if problems is None:
        assert found
    else:
        assert found == problems


@pytest.mark.parametrize("kind", ATTESTED)
def test_nothing_that_an_attestation_needs_may_be_missing(kind: str) -> None:
    index = next(number for number, seen in enumerate(BUNDLE["observations"]) if seen["kind"] == kind)
    for name in sorted(ATTESTED[kind] - {"kind"}):
        assert problems_of(bundle_with(("observations", index, name), GONE)) == [f"$.observations[{index}].{name}: is missing"]


@pytest.mark.parametrize(
    ("way", "value"),
    [
        (("policy", "attended_share"), GONE),
        (("policy", "attended_share"), "1"),
        (("policy", "finished_share"), "0.000000001"),
        (("courses", "ethics"), {}),
        (("sessions", "am", "half_days"), 0),
        (("replacements", "plan-b", "activities"), []),
        (("replacements", "c"), {"sessions": ["am"], "activities": []}),
        (requirement("homework", "target"), None),
        (requirement("homework", "target"), GONE),
        (requirement("homework", "target"), "4.0"),
        (requirement("homework", "target"), "999999999.999999999"),
        (requirement("general", "target"), "1"),
        (requirement("practice", "logs_a_month"), GONE),
        (requirement("practice", "starts"), "9999-12-31"),
        ((*ATTENDED, "out"), GONE),
        ((*ATTENDED, "in"), "2026-03-02T03:31:00Z"),
        ((*LOGGED, "on"), "1970-01-01"),
        ((*LOGGED, "on"), "9999-12-31"),
        ((*WAIVED, "amount"), "0.5"),
        (("observations",), []),
    ],
)
def test_what_just_fits_is_taken(way: Way, value: Any) -> None:
    assert problems_of(bundle_with(way, value)) == []


def test_a_months_last_day_in_the_last_year_is_judged() -> None:
    late = bundle_with(requirement("practice", "starts"), "9998-12-31") | {"as_of": "9998-12-31T23:59:59Z"}
    late["observations"][1]["on"] = "9999-12-31"
    assert problems_of(late) == []


def test_every_mistake_is_named_at_once() -> None:
    wrong = bundle_with(("sessions", "am", "from"), TO)
    wrong["requirements"]["practice"]["starts"] = "soon"
    wrong["policy"]["attended_share"] = "2"
    wrong["observations"][3]["amount"] = "much"
    assert [line.partition(": ")[0] for line in problems_of(wrong)] == [
        "$.policy.attended_share",
        f"{AM}.from",
        '$.requirements["practice"].starts',
        f"{AT_WAIVED}.amount",
    ]


def test_the_same_waiver_with_another_amount_is_refused() -> None:
    twice = bundle_with(WAIVED, BUNDLE["observations"][3])
    twice["observations"].append(BUNDLE["observations"][3] | {"amount": "2"})
    assert problems_of(twice) == ["$.observations[4].id: 'w1' waives something else as well"]


def test_sessions_that_overlap_are_all_named_whatever_lies_between() -> None:
    sessions = {
        "day": {"counts_to": "topics", "from": FROM, "to": "2026-03-02T09:00:00Z", "half_days": 2},
        "short": {"counts_to": "topics", "from": "2026-03-02T01:00:00Z", "to": "2026-03-02T02:00:00Z", "half_days": 1},
        "late": {"counts_to": "topics", "from": "2026-03-02T08:00:00Z", "to": "2026-03-02T10:00:00Z", "half_days": 1},
    }
    found = problems_of(BUNDLE | {"sessions": sessions, "replacements": {}, "observations": []})
    assert found == ["$.sessions[\"short\"]: overlaps the session 'day'", "$.sessions[\"late\"]: overlaps the session 'day'"]


def test_without_requirements_the_result_is_what_it_was() -> None:
    bare = {key: BUNDLE[key] for key in ("policy", "activities", "courses")} | {"observations": []}
    bare["activities"] = {"page": {"minutes": 45, "course": "ethics"}, "talk": {"minutes": 90}}
    result, problems = recompute_file(json.dumps(bare))
    assert problems == []
    assert result is not None
    assert set(result) == {"measured_seconds", "credited_seconds", "hours", "activities", "flags"}


def ways(value: Any, way: Way = ()) -> list[Way]:
    """Return the paths of everything in a document, except the document itself."""
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    found = [ways(one, (*way, key)) for key, one in inner]
    return [*([way] if way else []), *(one for below in found for one in below)]


VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=20)
    | st.sampled_from([FROM, "am", "0.1", "topics", "2026-03-15"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)


@settings(max_examples=400)
@given(st.sampled_from(ways(BUNDLE)), VALUES)
def test_any_value_anywhere_gives_a_result_or_problems_that_say_where(way: Way, value: Any) -> None:
    result, problems = recompute_file(json.dumps(bundle_with(way, value)))
    assert (result is None) == bool(problems)
    assert all(line.startswith("$") and "\n" not in line for line in problems)
