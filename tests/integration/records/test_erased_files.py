"""Do the files of an erased person go after the commit, and only then?"""

from contextlib import suppress

import pytest
from flask import Flask
from sqlalchemy import select

from lms.accounts.models import Person
from lms.db import transaction
from lms.jobs import queue
from lms.privacy.erasure import person as erasure
from lms.privacy.erasure.models import Erasure
from lms.privacy.erasure.tasks import go_on
from lms.storage import storage
from tests.factories import PUBLIC_URL, World

pytestmark = pytest.mark.usefixtures("guarded")


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """No SQL here differs."""
    return sqlite_url


def test_an_erasure_that_is_rolled_back_or_killed_loses_no_file_and_leaves_none(world: World, app: Flask) -> None:
    """A file goes only after the commit, and then it goes even if the process that began the erasure is dead."""
    with app.app_context():
        with transaction() as session:
            job = queue.enqueue(session, "transcripts", world.person_id, {"class_id": 1}, world.clock())
            job.state, job.result_object = "done", "jobs/own.zip"
            storage().put("jobs/own.zip", b"PK")
        with suppress(ZeroDivisionError), transaction() as session:
            erasure.begin(session, session.get_one(Person, world.person_id), None, PUBLIC_URL, world.clock())
            raise ZeroDivisionError
        assert storage().size("jobs/own.zip") == 2
        with transaction() as session:
            erasure.begin(session, session.get_one(Person, world.person_id), None, PUBLIC_URL, world.clock())
        assert storage().size("jobs/own.zip") == 2
        assert go_on()
        assert storage().size("jobs/own.zip") is None
    assert world.act(lambda session: session.scalars(select(Erasure.files)).one()) == []
