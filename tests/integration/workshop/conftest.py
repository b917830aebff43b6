"""The workshop's pages and drafts are tested on SQLite: their SQL is the same on both databases."""

from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from courses.samples import SAMPLES
from lms.accounts.models import TRAINER, Person
from lms.accounts.people import add_organisation, add_person
from lms.catalogue.models import CourseVersion
from lms.catalogue.publish import publish
from lms.catalogue.uploads import check
from lms.db import transaction
from lms.storage import Storage, storage
from tests.factories import BEGIN, World, signed_in
from tests.integration.workshop.editing import post


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """The test's own database on SQLite."""
    return sqlite_url


@pytest.fixture
def maker(app: Flask) -> FlaskClient:
    with app.app_context(), transaction() as session:
        organisation = add_organisation(session, "p", "承训单位", "provider")
        for name in ("maker", "helper"):
            add_person(session, name, "课程师", (TRAINER,), password=None, organisation=organisation)
    return signed_in(app, "maker")


@pytest.fixture
def place(maker: FlaskClient) -> str:
    """The address of a new draft."""
    location: str = post(maker, "/workshop/drafts").location
    return location


@pytest.fixture
def published(app: Flask, maker: FlaskClient) -> CourseVersion:
    """A sample course that the maker's organisation has published."""
    with app.app_context(), transaction() as session:
        return publish_sample(session, SAMPLES[0])


def publish_sample(session: Session, folder: Path) -> CourseVersion:

    package = check(folder, own_hosts=True).package
    assert package is not None
    by = session.scalars(select(Person).where(Person.username == "maker")).one()
    return publish(session, storage(), package, by, BEGIN)


@pytest.fixture
def store(world: World) -> Storage:
    """The file store of the world's site."""
    found: Storage = world.app.extensions["storage"]
    return found
