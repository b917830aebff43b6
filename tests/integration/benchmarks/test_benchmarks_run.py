"""Does every benchmark still run? The measurement is so small that its numbers mean nothing."""

from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import pytest

from tests.benchmarks import picture
from tests.benchmarks.__main__ import NAMES, main
from tests.benchmarks.measuring import TINY
from tests.benchmarks.places import Places

pytestmark = [pytest.mark.services, pytest.mark.timeout(600)]  # starts whole installations


@pytest.fixture(scope="module")
def places() -> Iterator[Places]:
    """The shared resources of the benchmarks: PostgreSQL, Valkey, a served installation, and the floor beside it."""
    with Places(TINY) as found:
        yield found


@pytest.mark.parametrize("name", NAMES)
def test_it_runs_and_prints_a_table(
    name: str, places: Places, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(picture, "FOLDER", tmp_path)
    import_module(f"tests.benchmarks.bench_{name}").main(places)
    assert len(capsys.readouterr().out.splitlines()) > 2


def test_a_benchmark_that_there_is_not_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["nothing"]) == 2
    assert "There is no benchmark 'nothing'" in capsys.readouterr().err
