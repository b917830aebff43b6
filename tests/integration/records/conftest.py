"""Offices for tests of the record store: one above the teacher's provider, and one elsewhere."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from lms.accounts.models import ADMIN, OFFICE, Organisation
from lms.accounts.people import add_organisation, add_person
from tests.factories import World, signed_in
from tests.integration.records.imports import Importing
from tests.integration.records.otherstore import OtherStore, other_store


@pytest.fixture
def offices(world: World) -> World:
    """The world with three offices: of the province (at the root; it also runs the site), of the teacher's provider, of another provider."""

    def add(session: Session) -> None:
        root = add_organisation(session, "root", "省教育厅", "office")
        own = session.scalars(select(Organisation).where(Organisation.code == "p1")).one()
        own.parent_id, own.path = root.id, f"{root.path}{own.id}/"
        other = add_organisation(session, "p2", "另一机构", "provider", root)
        for username, organisation in (("province", root), ("office", own), ("elsewhere", other)):
            roles = (OFFICE, ADMIN) if username == "province" else (OFFICE,)
            add_person(session, username, f"办公室 {username}", roles, password=None, organisation=organisation)

    world.act(add)
    return world


@pytest.fixture
def province(offices: World) -> FlaskClient:
    """The office at the root."""
    return signed_in(offices.app, "province")


@pytest.fixture
def office(offices: World) -> FlaskClient:
    """The office of the teacher's provider."""
    return signed_in(offices.app, "office")


@pytest.fixture
def elsewhere(offices: World) -> FlaskClient:
    """The office of another provider."""
    return signed_in(offices.app, "elsewhere")


@pytest.fixture
def other(tmp_path: Path) -> Iterator[OtherStore]:
    """The other store."""
    with other_store(tmp_path) as found:
        yield found


@pytest.fixture
def importing(world: World, other: OtherStore) -> Importing:
    """An import of two statements a page."""
    return Importing(world, other)
