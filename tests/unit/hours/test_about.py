"""Is a bundle's part about itself read, and is a wrong one refused with its path?"""

import json
from copy import deepcopy
from typing import Any

import pytest

from lms.hours import recompute_file

BUNDLE: dict[str, Any] = {
    "policy": {"hour_minutes": 45, "round_to": "0.1", "time_zone": "Asia/Shanghai", "max_rate": 2},
    "activities": {},
    "observations": [],
    "about": {
        "format": 2,
        "person": "a" * 64,
        "enrolment": 17,
        "class": "k1",
        "rules": {
            "programme": {"code": "rural-lead", "year": 2020, "version": 1, "sha256": "b" * 64},
            "courses": {"c1": {"version": 3, "sha256": "c" * 64}},
        },
        "statements": ["7f1a5d0e-0000-4000-8000-000000000001"],
    },
}


def changed(place: list[str], value: object) -> dict[str, Any]:
    bundle = deepcopy(BUNDLE)
    inside = bundle["about"]
    for name in place[:-1]:
        inside = inside[name]
    inside[place[-1]] = value
    return bundle


def test_whom_a_bundle_is_about_is_in_the_result() -> None:
    answer, problems = recompute_file(json.dumps(BUNDLE))
    assert problems == []
    assert answer is not None
    assert answer["about"] == {name: value for name, value in BUNDLE["about"].items() if name != "statements"}


def test_an_old_bundle_says_nothing_about_itself_and_is_recomputed_all_the_same() -> None:
    answer, problems = recompute_file(json.dumps({name: value for name, value in BUNDLE.items() if name != "about"}))
    assert problems == []
    assert answer is not None
    assert "about" not in answer


@pytest.mark.parametrize(
    ("place", "value", "told"),
    [
        (["format"], 3, "$.about.format"),
        (["person"], "A" * 64, "$.about.person"),
        (["person"], 7, "$.about.person"),
        (["enrolment"], 0, "$.about.enrolment"),
        (["class"], "x" * 501, "$.about.class"),
        (["rules"], None, "$.about.rules"),
        (["rules", "programme", "sha256"], "b", "$.about.rules.programme.sha256"),
        (["rules", "programme", "version"], "1", "$.about.rules.programme.version"),
        (["rules", "courses"], [], "$.about.rules.courses"),
        (["rules", "courses", "c1"], {"version": 1}, "$.about.rules.courses[0].sha256"),
        (["statements"], {}, "$.about.statements"),
        (["statements"], ["x" * 36], "$.about.statements[0]"),
        (["somebody"], "else", "$.about.somebody"),
    ],
)
def test_what_is_wrong_about_it_is_refused_with_its_place(place: list[str], value: object, told: str) -> None:
    answer, problems = recompute_file(json.dumps(changed(place, value)))
    assert answer is None
    assert [one.partition(": ")[0] for one in problems] == [told]
