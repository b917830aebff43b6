"""What can a launch token do with the record store's documents, and what after its launch has ended?"""

import json
import uuid
from collections.abc import Callable
from typing import Any

import pytest
from werkzeug.test import TestResponse

from lms import vocabulary as v
from lms.accounts.models import TEACHER, Person
from lms.accounts.people import add_person
from lms.classes import setup
from lms.classes.models import TrainingClass
from tests.factories import PUBLIC_URL, World
from tests.integration.learning.conftest import Page, statements

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

IRI = v.activity_iri(PUBLIC_URL, "c1", "reading")
METHODS = ("PUT", "POST", "GET", "DELETE")


def account(world: World) -> str:
    found: str = world.act(lambda session: session.get_one(Person, world.person_id).account)
    return found


def state(page: Page, method: str, content: Any = None, *, by: Page | None = None, **other: Any) -> TestResponse:
    """Send a request about a state with the page's token; by default it is of the page's own learner and activity."""
    place = {"activityId": IRI, "agent": json.dumps(v.actor_of(PUBLIC_URL, account(page.world))), "stateId": "bookmark", **other}
    headers = {"Authorization": f"Bearer {(by or page).token}", "X-Experience-API-Version": "1.0.3"}
    body = {"json": content} if content is not None else {}
    return page.world.app.test_client().open("/xapi/activities/state", method=method, query_string=place, headers=headers, **body)


def everything(page: Page) -> list[int]:
    """Use a launch's token on statements and documents in every way."""
    documents = [state(page, method, {"page": 9} if method[0] == "P" else None).status_code for method in METHODS]
    headers = {"X-Experience-API-Version": "1.0.3"}
    read = page.world.app.test_client().get("/xapi/statements", headers={**headers, "Authorization": f"Bearer {page.token}"})
    return [*documents, page.say({}).status_code, read.status_code]


@pytest.fixture
def colleague(world: World) -> Page:
    """Another teacher's page of the same activity, opened."""

    def add(session: Any) -> tuple[int, int]:
        person = add_person(session, "colleague", "陈建国", (TEACHER,), password=None)
        enrolment = setup.enrol(session, session.get_one(TrainingClass, world.class_id), person, "primary", "in-training")
        return person.id, enrolment.id

    ids = world.act(add)
    other = World(world.app, world.clock, *ids, world.course_version_id, world.class_id, username="colleague")
    return Page(other.client(), other).open()


def test_a_launch_keeps_states_of_its_own_and_the_next_launch_finds_them(player: Page, elsewhere: Callable[..., Page]) -> None:
    assert state(player, "PUT", {"page": 3}).status_code == 204
    assert state(player, "POST", {"note": "later"}, registration=str(player.world.registration())).status_code == 204
    again = elsewhere().open()
    assert state(player, "GET", by=again).json == {"page": 3, "note": "later"}
    assert state(player, "DELETE", by=again).status_code == 204
    assert state(player, "GET").status_code == 404


ELSEWHERE = [
    {"activityId": v.activity_iri(PUBLIC_URL, "c1", "gated")},
    {"activityId": v.course_iri(PUBLIC_URL, "c1")},
    {"registration": str(uuid.uuid4())},
    {"agent": json.dumps(v.actor_of(PUBLIC_URL, "somebody-else"))},
]


@pytest.mark.parametrize("elsewhere", ELSEWHERE, ids=[str(next(iter(one))) + str(n) for n, one in enumerate(ELSEWHERE)])
@pytest.mark.parametrize("method", METHODS)
def test_a_launch_reaches_no_state_of_somebody_or_something_else(player: Page, method: str, elsewhere: dict[str, str]) -> None:
    assert state(player, method, {"page": 9} if method[0] == "P" else None, **elsewhere).status_code == 403


def test_a_colleagues_token_reaches_neither_ones_states_nor_their_list(player: Page, colleague: Page) -> None:
    assert state(player, "PUT", {"page": 3}).status_code == 204
    for method in METHODS:
        assert state(player, method, {"page": 9} if method[0] == "P" else None, by=colleague).status_code == 403
    assert state(colleague, "GET").status_code == 404
    assert state(player, "GET").json == {"page": 3}


def test_a_token_dies_with_its_launch_for_statements_and_documents_and_no_other_does(player: Page, colleague: Page) -> None:
    assert state(player, "PUT", {"page": 3}).status_code == 204
    assert player.say({}).status_code == 200
    assert player.client.post("/logout", data={"csrf_token": player.csrf()}).status_code == 302
    assert everything(player) == [401] * 6
    assert state(player, "GET", by=colleague).status_code == 403
    assert everything(colleague) == [204, 204, 200, 204, 200, 200]
    assert len(statements(player.world)) == 2


def test_what_a_dead_launch_kept_is_there_for_the_next(player: Page, world: World) -> None:
    assert state(player, "PUT", {"page": 3}).status_code == 204
    player.world.clock.advance(12 * 3600 + 1)
    assert everything(player) == [401] * 6
    next_page = Page(world.client(), world).open()
    assert state(next_page, "GET").json == {"page": 3}
