"""Against which record store is the specification held? The one of the record store's own tests."""

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

import xapi.models
from tests.integration.xapi.conftest import Store, clock, local_store, open_engine, postgres_store, session, store

__all__ = ["clock", "every_test_store", "local_store", "postgres_store", "session", "store"]


@pytest.fixture(scope="module")
def every_test_store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    """A record store on SQLite that all tests of a module share: for many small cases that do not look at each other's statements."""
    engine = open_engine(f"sqlite:///{tmp_path_factory.mktemp('store') / 'store.sqlite3'}")
    xapi.models.Base.metadata.create_all(engine)
    yield Store(engine, lambda: datetime.now(UTC))
    engine.dispose()
