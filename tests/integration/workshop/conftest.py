"""The workshop's pages and drafts are tested on SQLite: their SQL is the same on both databases."""

import pytest


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """The test's own database on SQLite."""
    return sqlite_url
