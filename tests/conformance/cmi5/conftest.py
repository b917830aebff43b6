"""The clock of the application's tests (those of the record store have another), and a course of one unit being played."""

from pathlib import Path

import pytest

from tests.conformance.cmi5.structures import block, unit
from tests.conformance.cmi5.units import MORE, PlayedUnit, UnitsOfClass, publish_units
from tests.factories import DrivenClock, World


@pytest.fixture
def clock() -> DrivenClock:
    """A clock that the test moves."""
    return DrivenClock()


@pytest.fixture
def course(world: World, tmp_path: Path) -> UnitsOfClass:
    """A course of one unit in a block."""
    return publish_units(world, tmp_path, block("https://school.example/block", unit(more=MORE.format("CompletedAndPassed"))))


@pytest.fixture
def played(course: UnitsOfClass) -> PlayedUnit:
    """That unit, begun."""
    return course.launch().begin()
