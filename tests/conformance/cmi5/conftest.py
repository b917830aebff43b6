"""The clock of the application's tests; those of the record store have another."""

import pytest

from tests.factories import DrivenClock


@pytest.fixture
def clock() -> DrivenClock:
    """A clock that the test moves."""
    return DrivenClock()
