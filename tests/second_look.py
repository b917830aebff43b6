"""A browser test that fails is run once more. On a shared machine, one of many hundreds of steps in a browser always comes too late.

Only the tests in `tests/browser` have a second look: elsewhere nothing depends on how busy the machine is.
"""

from collections.abc import Iterable
from pathlib import Path

import pytest
from _pytest.terminal import TerminalReporter

BROWSER_TESTS = Path("tests", "browser")
SECONDS_BETWEEN = 3  # what kept the machine busy may have passed by then


def allow(items: Iterable[pytest.Item], root: Path) -> None:
    """Give each browser test its second look."""
    for item in items:
        if item.path.is_relative_to(root / BROWSER_TESTS):
            item.add_marker(pytest.mark.flaky(reruns=1, reruns_delay=SECONDS_BETWEEN))


def report(reporter: TerminalReporter) -> None:
    """Name the tests that needed a second look, near the end of the output."""
    needed = sorted({look.nodeid for look in reporter.stats.get("rerun", [])})
    if needed:
        reporter.section("browser tests that failed at first and were run again", yellow=True)
        for name in needed:
            reporter.write_line(name)
