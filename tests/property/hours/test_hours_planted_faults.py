"""Would the suite notice if the core were wrong? Every planted fault must be caught by a solved case or a property."""

import json
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from random import Random
from types import ModuleType
from typing import Any

import pytest
from hypothesis import given, settings

from lms.hours import Case
from tests.property.hours.dense_cases import dense_cases
from tests.property.hours.faults import FAULTS, Fault, core_with
from tests.property.hours.properties import PROPERTIES
from tests.property.hours.realistic import cases

SOLVED = [json.loads(path.read_text(encoding="utf-8")) for path in sorted((Path(__file__).parents[2] / "cases" / "hours").glob("*.json"))]
EXAMPLES = 40


@cache
def examples() -> Sequence[Case]:
    """Return the first cases that the property suite tries; the same ones every time."""
    drawn: list[Case] = []

    @settings(max_examples=EXAMPLES, derandomize=True, deadline=None, database=None)
    @given(cases(), dense_cases())
    def draw(realistic: Case, dense: Case) -> None:
        drawn.extend((realistic, dense))

    draw()
    return drawn


def catchers(core: ModuleType) -> list[str]:
    """Return which solved cases (the first that does) and which properties notice that this core is wrong."""
    wrong = next((solved["why"] for solved in SOLVED if not agrees(core, solved)), None)
    found = [] if wrong is None else [wrong]
    for holds in PROPERTIES:
        for number, case in enumerate(examples()):
            try:
                holds(core, case, Random(number))
            except Exception:
                found.append(holds.__name__)
                break
        if found:  # one is enough
            break
    return found


def agrees(core: ModuleType, solved: dict[str, Any]) -> bool:
    result, _ = core.recompute_file(json.dumps(solved["case"]))
    if result is None:
        return False
    activities = solved["expect"].pop("activities") if "activities" in solved["expect"] else {}
    solved["expect"]["activities"] = activities
    flags = solved.get("expect_flags", solved.get("expect_flags_of_kind_rate_or_claim"))
    shown = [flag for flag in result["flags"] if "expect_flags" in solved or flag["kind"] != "devices"]
    figures = {key: result[key] for key in ("measured_seconds", "credited_seconds", "hours")}
    return (
        figures == {key: solved["expect"][key] for key in figures}
        and all(value == result["activities"][name][key] for name, own in activities.items() for key, value in own.items())
        and shown == flags
    )


def test_the_core_as_it_is_raises_no_alarm(tmp_path: Path) -> None:
    with core_with(None, tmp_path) as core:
        assert catchers(core) == []


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.name)
def test_a_planted_fault_is_caught(fault: Fault, tmp_path: Path) -> None:
    with core_with(fault, tmp_path) as core:
        assert catchers(core) != []
