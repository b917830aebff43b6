"""Do the properties of the requirements contract hold, and does a slow, independent reference agree?"""

from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

import lms.hours as core
from lms.hours import Case
from tests.property.hours.dense_cases import steady
from tests.property.hours.properties import Property
from tests.property.hours.realistic_tracks import track_cases
from tests.property.hours.track_properties import TRACK_PROPERTIES


@pytest.mark.parametrize("holds", TRACK_PROPERTIES, ids=lambda one: one.__name__)
def test_a_property_holds_on_a_whole_track(holds: Property) -> None:
    @steady
    @given(track_cases(), st.integers(0, 1 << 30))
    def try_it(case: Case, seed: int) -> None:
        holds(core, case, Random(seed))

    try_it()
