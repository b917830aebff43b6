"""Would the comparison notice if the record store were wrong? Every planted fault must be caught."""

from pathlib import Path

import pytest

from tests.integration.xapi.conftest import Store, TestClock, open_engine
from tests.property.xapi.agreement import agrees
from tests.property.xapi.faults import FAULTS, Fault, package_with

HISTORIES = 25


def notices(fault: Fault | None, url: str, folder: Path) -> bool:
    """Say whether a history shows that the record store with this fault is wrong."""
    with package_with(fault, folder) as package:
        engine = open_engine(url)
        store = Store(engine, TestClock(), package)
        try:
            for seed in range(HISTORIES):
                agrees(store, seed)
        except Exception:
            return True
        finally:
            engine.dispose()
    return False


def test_the_record_store_as_it_is_raises_no_alarm(sqlite_url: str, tmp_path: Path) -> None:
    assert not notices(None, sqlite_url, tmp_path)


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.name)
def test_a_planted_fault_is_caught(fault: Fault, sqlite_url: str, tmp_path: Path) -> None:
    assert notices(fault, sqlite_url, tmp_path)
