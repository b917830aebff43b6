"""Helpers for tests of attendance: the room of tests/integration/office, run by an office's clerk."""

import pytest

from lms.migrations import guards
from tests.factories import World, signed_in
from tests.integration.office.conftest import Desk, add_offices
from tests.integration.office.room import Room


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """Pages are tested on one database: no SQL here differs."""
    return sqlite_url


@pytest.fixture
def room(world: World) -> Room:
    """Return the room on the day after its session, on a database with its guards."""
    with world.app.extensions["db"].engine.begin() as connection:
        guards.install(connection)
    world.act(add_offices)
    return Room(Desk(world, signed_in(world.app, "clerk")))
