"""What do tests of reported inputs begin with? SQLite: no SQL differs here."""

import pytest


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    return sqlite_url
