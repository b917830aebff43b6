"""Does the core give the results that people worked out by hand? Each file of tests/cases/hours is one case with its result."""

import json
from pathlib import Path
from typing import Any

import pytest

from lms.hours import recompute_file

CASES = sorted((Path(__file__).parents[2] / "cases" / "hours").glob("*.json"))


def test_there_are_cases() -> None:
    assert len(CASES) >= 32


@pytest.mark.parametrize("path", CASES, ids=lambda path: path.stem)
def test_a_solved_case_comes_to_its_answer(path: Path) -> None:
    solved = json.loads(path.read_text(encoding="utf-8"))
    result, problems = recompute_file(json.dumps(solved["case"]))
    assert not problems
    assert result is not None
    differences(solved["expect"], result)
    if "expect_flags" in solved:
        assert result["flags"] == solved["expect_flags"]
    else:
        assert [flag for flag in result["flags"] if flag["kind"] != "devices"] == solved["expect_flags_of_kind_rate_or_claim"]


def differences(expected: dict[str, Any], result: dict[str, Any]) -> None:
    """Compare what the answer names; the shared cases leave some figures open."""
    for key, value in expected.items():
        if isinstance(value, dict):
            differences(value, result[key])
        else:
            assert result[key] == value, key


def test_a_whole_case_file_is_taken_for_its_bundle() -> None:
    text = CASES[0].read_text(encoding="utf-8")
    assert recompute_file(text) == recompute_file(json.dumps(json.loads(text)["case"]))


def test_the_contracts_own_example_comes_to_the_printed_answer() -> None:
    policy = {"hour_minutes": 45, "round_to": "0.1", "time_zone": "Asia/Shanghai", "daily_limit_minutes": None, "max_rate": 2}
    activities = {
        "page": {"minutes": 45},
        "film": {"minutes": 45, "media_seconds": 2700, "requires": {"coverage": 0.9}},
        "quiz": {"minutes": 10, "requires": {"passed": True}},
    }
    day = "2026-03-01T"
    observations = [
        {"kind": "present", "activity": "page", "session": "s1", "device": "pc", "from": f"{day}10:00:00Z", "to": f"{day}10:45:00Z"},
        {"kind": "played", "activity": "film", "session": "s2", "at": f"{day}11:00:00Z", "from_s": 0, "to_s": 60, "rate": 1},
        {
            "kind": "reported",
            "activity": "page",
            "session": "s3",
            "opened": "2026-03-02T10:00:00Z",
            "at": "2026-03-02T10:12:00Z",
            "seconds": 36000,
        },
        {"kind": "completed", "activity": "film", "session": "s2", "at": f"{day}11:45:00Z"},
        {"kind": "passed", "activity": "quiz", "session": "s4", "at": f"{day}12:00:00Z"},
    ]
    window = {"from": "2026-03-01T00:00:00Z", "to": "2026-06-01T00:00:00Z"}
    bundle = {"policy": policy, "window": window, "activities": activities, "observations": observations}
    assert recompute_file(json.dumps(bundle))[0] == {
        "measured_seconds": 3420,
        "credited_seconds": 2700,
        "hours": "1.0",
        "activities": {
            "page": {"measured_seconds": 3420, "credited_seconds": 2700, "cap_seconds": 2700, "gate": "open"},
            "film": {"measured_seconds": 0, "credited_seconds": 0, "cap_seconds": 0, "gate": "closed"},
            "quiz": {"measured_seconds": 0, "credited_seconds": 0, "cap_seconds": 600, "gate": "open"},
        },
        "flags": [{"kind": "claim", "activity": "page", "session": "s3"}],
    }
