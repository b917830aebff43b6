"""Would the suite notice if requirements were judged wrongly? Every planted fault must be caught by a solved case or a property."""

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
from tests.property.hours.faults import Fault, core_with
from tests.property.hours.realistic_tracks import track_cases
from tests.property.hours.track_faults import TRACK_FAULTS
from tests.property.hours.track_properties import TRACK_PROPERTIES
from tests.unit.hours.solved_requirements import CASES, judged

SOLVED = [json.loads(path.read_text(encoding="utf-8")) for path in CASES]
EXAMPLES = 60


@cache
def examples() -> Sequence[Case]:
    """Return the first cases that the property suite tries; the same ones every time."""
    drawn: list[Case] = []

    @settings(max_examples=EXAMPLES, derandomize=True, deadline=None, database=None)
    @given(track_cases())
    def draw(case: Case) -> None:
        drawn.append(case)

    draw()
    return drawn


def agrees(core: ModuleType, solved: dict[str, Any]) -> bool:
    result, problems = core.recompute_file(json.dumps(solved["case"]))
    if result is None or "refused" in solved:
        return [line.partition(": ")[0] for line in problems] == solved.get("refused")
    found = result | judged(result)
    return bool({key: found[key] for key in solved["expect"]} == solved["expect"])


def catcher(core: ModuleType) -> str | None:
    """Return the first property, or else the first solved case, that notices that this core is wrong."""
    for holds in TRACK_PROPERTIES:
        for number, case in enumerate(examples()):
            try:
                holds(core, case, Random(number))
            except Exception:
                return holds.__name__
    return next((solved["why"] for solved in SOLVED if not agrees(core, solved)), None)


def test_the_core_as_it_is_raises_no_alarm(tmp_path: Path) -> None:
    with core_with(None, tmp_path) as core:
        assert catcher(core) is None


@pytest.mark.parametrize("fault", TRACK_FAULTS, ids=lambda fault: fault.name)
def test_a_planted_fault_is_caught(fault: Fault, tmp_path: Path) -> None:
    with core_with(fault, tmp_path) as core:
        assert catcher(core) is not None
