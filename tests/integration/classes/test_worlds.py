"""Is a test's world the same, whether it was made or copied from rows that were kept (tests/worlds.py)?"""

import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import inspect, text

from lms.accounts.models import TEACHER
from lms.accounts.people import add_person
from lms.app import create_app
from lms.db import transaction
from tests.factories import DrivenClock, World, settings_for
from tests.servers import TEMPLATE
from tests.worlds import world_of

NEVER_KEPT_BEFORE = {"worlds": {"minutes": 7}}


def everything(app: Flask) -> dict[str, list[Any]]:
    """Return the rows of every table as the database writes them."""
    with app.extensions["db"].engine.connect() as connection:
        names = inspect(connection).get_table_names()
        whole = "CAST(one AS text)" if connection.dialect.name == "postgresql" else "one.*"
        return {name: sorted(map(repr, connection.execute(text(f"SELECT {whole} FROM {name} AS one")))) for name in names}


def the_next_person(world: World) -> int:
    with world.app.app_context(), transaction() as session:
        return add_person(session, "next", "周明", (TEACHER,), password=None).id


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.services)])
def two_sites(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[Flask, Flask]]:
    """Two sites, each with an empty database of its own, both of one kind."""
    if request.param == "postgresql":
        server = request.getfixturevalue("postgres")
        urls = [server.create(TEMPLATE) for _ in range(2)]
    else:
        template = request.getfixturevalue("sqlite_template")
        urls = [f"sqlite:///{shutil.copy(template, tmp_path / name)}" for name in ("one", "two")]
    made = [create_app(settings_for(url, tmp_path)) for url in urls]
    yield made[0], made[1]
    for site, url in zip(made, urls, strict=True):
        site.extensions["db"].dispose()
        if request.param == "postgresql":
            server.drop(url)


def test_a_world_that_is_copied_has_every_row_of_the_one_that_was_made(two_sites: tuple[Flask, Flask]) -> None:
    first, second = two_sites
    made, copied = (world_of(site, DrivenClock(), NEVER_KEPT_BEFORE) for site in two_sites)
    assert replace(copied, app=first) == replace(made, clock=copied.clock)
    rows = everything(first)
    assert everything(second) == rows
    assert len([name for name, found in rows.items() if found]) > 8
    assert the_next_person(copied) == the_next_person(made)


def test_in_a_database_that_is_not_empty_a_world_is_made_anew(two_sites: tuple[Flask, Flask]) -> None:
    first, second = two_sites
    kept = world_of(first, DrivenClock())
    with second.app_context(), transaction() as session:
        person = add_person(session, "earlier", "周明", (TEACHER,), password=None).id
    beside = world_of(second, DrivenClock())
    assert (beside.person_id, beside.enrolment_id) == (person + 1, kept.enrolment_id)
