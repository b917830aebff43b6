"""A teacher's office, and a rule."""

import pytest
from sqlalchemy.orm import Session

from lms.accounts.models import OFFICE, Organisation, Person
from lms.accounts.people import add_organisation, add_person
from lms.lifetime import rules
from tests.factories import World


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """SQLite: these pages hold no SQL of their own that differs."""
    return sqlite_url


@pytest.fixture
def offices(world: World) -> World:
    """Two people of the teacher's office, and one of another."""

    def people(session: Session) -> None:
        rules.import_toml(session, rules.example(), world.clock())
        own = session.query(Organisation).filter_by(code="p1").one()
        other = add_organisation(session, "o2", "别处办公室", "office")
        for name, place in (("first", own), ("second", own), ("stranger", other)):
            add_person(session, name, name, (OFFICE,), password=None, organisation=place)
        session.get_one(Person, world.person_id).role_names = "teacher,office"

    world.act(people)
    return world
