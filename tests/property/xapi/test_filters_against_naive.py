"""Do filters, pages and voiding agree with a naive reading of the specification, for random statements and queries?"""

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.integration.xapi.conftest import Store
from tests.property.xapi.agreement import agrees

EXAMPLES = min(settings().max_examples, 25) if settings().derandomize else settings().max_examples


@settings(max_examples=EXAMPLES, suppress_health_check=list(HealthCheck))
@given(st.integers(0, 2**32))
def test_every_question_is_answered_as_the_naive_reading_says(store: Store, seed: int) -> None:
    agrees(store, seed)
