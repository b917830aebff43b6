"""Does the core judge requirements as people did by hand? Each file of tests/cases/requirements is one case with its result."""

import json
from pathlib import Path

import pytest

from lms.hours import recompute_file
from tests.unit.hours.solved_requirements import CASES, judged


def test_there_are_cases() -> None:
    assert len(CASES) >= 100


@pytest.mark.parametrize("path", CASES, ids=lambda path: path.stem)
def test_a_solved_case_comes_to_its_answer(path: Path) -> None:
    solved = json.loads(path.read_text(encoding="utf-8"))
    result, problems = recompute_file(json.dumps(solved["case"]))
    if "refused" in solved:
        assert [line.partition(": ")[0] for line in problems] == solved["refused"]
        return
    assert not problems
    assert result is not None
    found = result | judged(result)
    assert {key: found[key] for key in solved["expect"]} == solved["expect"]
