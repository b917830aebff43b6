"""Cases in which almost everything overlaps, and the settings of properties on them."""

import os
from decimal import Decimal

from hypothesis import settings
from hypothesis import strategies as st

from lms.hours import Case, Policy, Present, Rule

EXAMPLES = int(os.environ.get("HOURS_EXAMPLES", "60"))

steady = settings(max_examples=EXAMPLES, derandomize=True, deadline=None)

MIDNIGHT = 1772294400  # 2026-03-01T00:00 in Shanghai


@st.composite
def dense_cases(draw: st.DrawFn) -> Case:
    """Draw a case of a few minutes around a midnight in which almost everything overlaps."""
    activities = {name: Rule(draw(st.integers(0, 90))) for name in "abcd"}
    observations = []
    for number in range(draw(st.integers(1, 9))):
        start = MIDNIGHT + draw(st.integers(-100, 60))
        observations.append(Present(draw(st.sampled_from("abcd")), f"s{number}", "pc", start, start + draw(st.integers(0, 90))))
    policy = Policy(45, Decimal("0.1"), "Asia/Shanghai", draw(st.sampled_from([None, 1, 1])), Decimal(2))
    return Case(policy, activities, observations)
