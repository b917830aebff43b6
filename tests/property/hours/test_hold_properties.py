"""Do holds only delay hours, and would the suite notice if they did not?"""

import os
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from random import Random
from types import ModuleType

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import lms.hours as core
from lms.hours import Case
from tests.property.hours.faults import core_with
from tests.property.hours.hold_properties import PROPERTIES, Property, held_cases
from tests.property.planting import Fault

EXAMPLES = int(os.environ.get("HOURS_EXAMPLES", "60"))
TRIED = 60
FAULTS = (
    Fault("an open hold holds nothing", "holds", 'if one.state == "open"}', 'if one.state == "none"}'),
    Fault("a refusal is ignored", "holds", 'elif hold.state == "partly":', 'elif hold.state == "none":'),
    Fault("the first decision counts", "holds", "decisions[max(decisions)]", "decisions[min(decisions)]"),
    Fault(
        "a refused session counts",
        "holds",
        "    if parts is None:\n        return\n",
        "    if parts is None:\n        yield seen\n        return\n",
    ),
    Fault(
        "only the time of a held session is held",
        "holds",
        "not in held] if held",
        "not in held or not isinstance(seen, Present | Reported)] if held",
    ),
    Fault(
        "held time takes seconds from what counts",
        "allocation",
        "network.send(names + bit, cap - credited[name])",
        "network.send(names + bit, cap)",
    ),
    Fault("the caps of held time are those without it", "decide", "list(possible.caps.values())", "list(counting.caps.values())"),
    Fault("measured time loses what was refused", "decide", "(whole, possible), allocation", "(possible, possible), allocation"),
    Fault("bundles lose the ends of refused parts", "writing", '("to", seen.end)', '("to", None)'),
    Fault("bundles lose decisions", "writing", "for seen in case.reviews", "for seen in case.reviews[:0]"),
    Fault("an explanation forgets held time", "explain", '(Uncounted("held", account.held_seconds),', '(Uncounted("held", 0),'),
)


@pytest.mark.parametrize("holds", PROPERTIES, ids=lambda one: one.__name__)
def test_a_property_of_holds_holds_on_realistic_evidence(holds: Property) -> None:
    @settings(max_examples=EXAMPLES, derandomize=True, deadline=None)
    @given(held_cases(), st.integers(0, 1 << 30))
    def try_it(case: Case, seed: int) -> None:
        holds(core, case, Random(seed))

    try_it()


@cache
def examples() -> Sequence[Case]:
    """Return the first cases that the properties are tried on; the same ones every time."""
    drawn: list[Case] = []

    @settings(max_examples=TRIED, derandomize=True, deadline=None, database=None)
    @given(held_cases())
    def draw(case: Case) -> None:
        drawn.append(case)

    draw()
    return [case for case in drawn if core.recompute(case).holds]


def caught(planted: ModuleType) -> bool:
    """Say whether some property notices that this core is wrong."""
    for holds in PROPERTIES:
        for number, case in enumerate(examples()):
            try:
                holds(planted, case, Random(number))
            except Exception:
                return True
    return False


def test_the_core_as_it_is_raises_no_alarm(tmp_path: Path) -> None:
    with core_with(None, tmp_path) as planted:
        assert not caught(planted)


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.name)
def test_a_planted_fault_of_holds_is_caught(fault: Fault, tmp_path: Path) -> None:
    with core_with(fault, tmp_path) as planted:
        assert caught(planted)
