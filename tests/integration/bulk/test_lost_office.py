"""Can somebody who lost an office still download what its jobs made for them?"""

from collections.abc import Callable

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from lms.accounts.models import Organisation, Person
from lms.jobs import queue
from lms.jobs.models import DONE, Job
from tests.access import form_token
from tests.integration.bulk.conftest import Bulk

KINDS = ("bulk", "people", "transcripts", "statements", "roster")


def start_all(bulk: Bulk, clerk: FlaskClient) -> None:
    token = {"csrf_token": form_token(clerk)}
    requests = {
        "/office/bulk/": {"of": "area", "what": "transcripts"},
        "/office/people/export": {"format": "csv"},
        f"/office/classes/{bulk.world.class_id}/transcripts": {},
        "/records/export": {"format": "jsonl"},
    }
    for address, form in requests.items():
        assert clerk.post(address, data={**token, **form}).status_code == 302, address
    params = {"class_id": bulk.world.class_id, "class_code": "k1", "class_name": "k1", "rows": [], "problems": [], "locale": "zh"}
    bulk.world.act(lambda session: queue.enqueue(session, "roster", clerk_in(session).id, params, bulk.world.clock()))
    bulk.finish()


def answers(bulk: Bulk, clerk: FlaskClient) -> dict[str, int]:
    jobs = bulk.world.act(lambda session: session.scalars(select(Job)).all())
    assert {job.state for job in jobs} == {DONE}
    return {job.kind: clerk.get(f"/jobs/{job.id}/download").status_code for job in jobs}


def clerk_in(session: Session) -> Person:
    return session.scalars(select(Person).where(Person.username == "clerk")).one()


def lose_the_role(session: Session) -> None:
    clerk_in(session).role_names = "teacher"


def go_to_another_office(session: Session) -> None:
    clerk_in(session).organisation_id = session.scalars(select(Organisation.id).where(Organisation.code == "city2")).one()


def leave(session: Session) -> None:
    clerk_in(session).organisation_id = None


@pytest.mark.parametrize("lose", [lose_the_role, go_to_another_office, leave])
def test_who_lost_the_office_gets_none_of_its_files_any_more(bulk: Bulk, clerk: FlaskClient, lose: Callable[[Session], None]) -> None:
    start_all(bulk, clerk)
    assert answers(bulk, clerk) == dict.fromkeys(KINDS, 200)
    bulk.world.act(lose)
    assert answers(bulk, clerk) == dict.fromkeys(KINDS, 404)
