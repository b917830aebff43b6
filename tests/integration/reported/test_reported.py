"""Does each input that somebody reported about another program come out right here? One case a file in tests/cases/reported.

A new kind of input (h5p, film, package, pdf, statement …) is a module beside this one whose EXPECTED is added to KINDS.
"""

from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from tests.factories import World
from tests.integration.reported import contents, papers, rosters, statements

FOLDER = Path(__file__).parents[2] / "cases" / "reported"
KINDS: tuple[Mapping[str, Callable[[World, Path], None]], ...] = (rosters.EXPECTED, contents.EXPECTED, statements.EXPECTED, papers.EXPECTED)
EXPECTED = {name: check for kind in KINDS for name, check in kind.items()}


def test_every_reported_file_has_an_expectation() -> None:
    assert sorted(EXPECTED) == sorted(one.name for one in FOLDER.iterdir() if one.name != "README.md")


@pytest.mark.parametrize("name", sorted(EXPECTED))
def test_what_somebody_reported_comes_out_right(world: World, name: str) -> None:
    EXPECTED[name](world, FOLDER / name)
