"""A test that fails, or whose setup fails, is run once more and named at the end of the output.

One test in thousands must not refuse a change: on a shared machine one of many steps in browsers, servers and threads always comes too
late. This has a price: a fault of the product that shows once in many runs, such as a race, passes too. So each test named at the end
is a question to answer, not noise: find out why it failed.

Property tests have no second look: their examples are the same in every run, and Hypothesis itself repeats one that fails. A property
that fails only once depends on something that it must not depend on.
"""

from collections.abc import Iterable

import pytest
from _pytest.terminal import TerminalReporter
from hypothesis import is_hypothesis_test

SECONDS_BETWEEN = 3  # what kept the machine busy may have passed by then


def allow(items: Iterable[pytest.Item]) -> None:
    """Give each test its second look."""
    for item in items:
        if not is_hypothesis_test(getattr(item, "obj", None)):
            item.add_marker(pytest.mark.flaky(reruns=1, reruns_delay=SECONDS_BETWEEN))


def report(reporter: TerminalReporter) -> None:
    """Name the tests that needed a second look, near the end of the output."""
    needed = sorted({look.nodeid for look in reporter.stats.get("rerun", [])})
    if needed:
        reporter.section("tests that failed at first and were run again: find out why", yellow=True)
        for name in needed:
            reporter.write_line(name)
