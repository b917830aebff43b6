"""Fixtures for tests of reported inputs. SQLite: databases do not differ here."""

import pytest


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    return sqlite_url
