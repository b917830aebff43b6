"""Mix the files of the whole suite, so that its workers wait in some and compute in others at any one time.

In the order of their names, all workers would wait for browsers at once, and later none.
"""

from collections.abc import Sequence
from itertools import chain, zip_longest
from pathlib import Path
from typing import TypeVar

LONGEST = tuple(
    Path("tests") / name
    for name in (
        "browser/test_pages.py",
        "integration/benchmarks",
        "integration/docs",
        "browser/test_journey.py",
        "integration/crediting/test_worker.py",
        "browser/test_started.py",
        "integration/demo",
        "browser/test_offline.py",
        "integration/web/test_long_texts.py",
        "browser/test_ahead.py",
        "integration/bulk",
        "browser/test_whole_course.py",
        "integration/web/test_access.py",
        "browser/test_editor.py",
        "browser/test_scorm.py",
        "integration/crediting/test_bounds.py",
        "browser/test_cmi5_places.py",
        "browser/test_frames.py",
        "browser/test_life.py",
    )
)
BROWSER = Path("tests/browser")

Item = TypeVar("Item")


def mixed(tests: Sequence[tuple[Path, Item]]) -> list[Item]:
    """Return the tests, each given with its file, in the order in which workers take files.

    First come the longest files, so that no worker is left with one at the end; then those that drive a browser, spread evenly among the others. Within a file nothing changes.
    """
    files: dict[Path, list[Item]] = {}
    for path, item in tests:
        files.setdefault(path, []).append(item)
    first = [path for longest in LONGEST for path in files if path.is_relative_to(longest)]
    browser = [path for path in files if path.is_relative_to(BROWSER) and path not in first]
    others = [path for path in files if path not in {*first, *browser}]
    share = len(others) // (len(browser) + 1) + 1
    parts = [others[start : start + share] for start in range(0, len(others), share)]
    spread = chain.from_iterable([*([one] if one else []), *part] for one, part in zip_longest(browser, parts, fillvalue=()))
    return [item for path in (*first, *spread) for item in files[path]]
