"""The record store for conformance tests. It answers early when it can.

Its own tests send everything through Flask; `tests/integration/xapi/test_fast_path.py` checks that both ways give the same.
"""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime

import pytest
from sqlalchemy import Engine

import xapi.storage.models
from tests.integration.xapi.conftest import Store, clock, local_store, open_engine, postgres_store, session, store

__all__ = ["clock", "every_test_store", "local_store", "mounted", "postgres_store", "session", "store"]


@pytest.fixture(scope="session")
def mounted() -> Callable[[Engine, Callable[[], datetime]], Store]:
    """Mount a record store so that it answers early."""

    def mount(engine: Engine, clock: Callable[[], datetime]) -> Store:
        made = Store(engine, clock)
        xapi.answer_early(made.app)
        return made

    return mount


@pytest.fixture(scope="module")
def every_test_store(tmp_path_factory: pytest.TempPathFactory, mounted: Callable[..., Store]) -> Iterator[Store]:
    """A record store on SQLite that all tests of a module share: for many small cases that do not look at each other's statements."""
    engine = open_engine(f"sqlite:///{tmp_path_factory.mktemp('store') / 'store.sqlite3'}")
    xapi.storage.models.Base.metadata.create_all(engine)
    yield mounted(engine, lambda: datetime.now(UTC))
    engine.dispose()
