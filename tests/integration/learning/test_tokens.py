"""What can a launch token do, and what not: in its own launch, after its end, and for other people?"""

import json
import uuid
from typing import Any

import pytest
from werkzeug.test import TestResponse

from lms import vocabulary as v
from lms.accounts.models import TEACHER, Person
from lms.accounts.people import add_person
from lms.classes import setup
from lms.classes.models import TrainingClass
from lms.learning.tickets import Ticket, Tickets
from tests.factories import PUBLIC_URL, World, signed_in
from tests.integration.learning.conftest import Page, statements

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

VERSION = {"X-Experience-API-Version": "1.0.3"}
IRI = v.activity_iri(PUBLIC_URL, "c1", "reading")


@pytest.fixture
def colleague(world: World) -> World:
    """The same class as another teacher sees it."""

    def add(session: Any) -> tuple[int, int]:
        person = add_person(session, "colleague", "陈建国", (TEACHER,), password=None)
        enrolment = setup.enrol(session, session.get_one(TrainingClass, world.class_id), person, "primary", "in-training")
        return person.id, enrolment.id

    person_id, enrolment_id = world.act(add)
    return World(world.app, world.clock, person_id, enrolment_id, world.course_version_id, world.class_id, username="colleague")


def endpoints(page: Page, token: str) -> dict[str, TestResponse]:
    """Use a token everywhere that one is taken."""
    return {
        "beat": page.send("/learn/beat", {"nonce": page.nonce}, token=token),
        "state": page.send("/learn/state", {"body": {"at": 1}}, token=token),
        "answers": page.send("/learn/answers", {"id": str(uuid.uuid4()), "answers": {}}, token=token),
        "statements": page.say({}, token=token),
    }


@pytest.mark.parametrize("token", ["", "nonsense", "0" * 32 + ".1.signature", "纸船"])
def test_a_token_that_is_not_ours_is_refused_everywhere(player: Page, token: str) -> None:
    token = token.encode().decode("latin-1")
    assert {name: answer.status_code for name, answer in endpoints(player, token).items()} == dict.fromkeys(
        ("beat", "state", "answers", "statements"), 401
    )


def test_a_token_of_another_installations_key_is_refused_everywhere(player: Page) -> None:
    ours: Tickets = player.world.app.extensions["launch_tickets"]
    ticket = ours.read(player.token)
    assert ticket is not None
    forged = Tickets("another installation's secret key, long enough").issue(ticket)
    assert {answer.status_code for answer in endpoints(player, forged).values()} == {401}


def test_a_token_whose_lease_was_changed_by_hand_is_refused(player: Page) -> None:
    launch, _, signature = player.token.split(".")
    assert player.send("/learn/beat", {"nonce": player.nonce}, token=f"{launch}.2.{signature}").status_code == 401


def test_a_token_of_a_launch_that_is_not_there_is_refused(player: Page) -> None:
    tickets: Tickets = player.world.app.extensions["launch_tickets"]
    answers = endpoints(player, tickets.issue(Ticket(uuid.uuid4(), 1)))
    assert {name: answer.status_code for name, answer in answers.items()} == {"beat": 410, "state": 401, "answers": 401, "statements": 401}


def test_signing_out_kills_the_tokens_of_every_device(player: Page, world: World) -> None:
    other = Page(signed_in(world.app, "teacher"), world, "gated").open()
    player.open().stay(30)
    assert player.client.post("/logout", data={"csrf_token": player.csrf()}).status_code == 302
    for page in (player, other):
        answers = endpoints(page, page.token)
        assert {name: answer.status_code for name, answer in answers.items()} == {
            "beat": 410,
            "state": 401,
            "answers": 401,
            "statements": 401,
        }
        assert answers["beat"].get_json()["code"] == "ended"
    assert [one["result"]["duration"] for one in statements(world, v.PRESENT)] == ["PT30S"]


@pytest.mark.parametrize("path", ["/learn/beat", "/learn/state", "/learn/answers"])
def test_a_session_is_not_a_token(player: Page, path: str) -> None:
    assert player.client.post(path, json={"nonce": player.nonce}).status_code == 401


def test_a_token_is_not_a_session(player: Page) -> None:
    bearer = {"Authorization": f"Bearer {player.token}"}
    for path in ("/home", player.address, "/transcript/"):
        assert player.world.app.test_client().get(path, headers=bearer).status_code in {302, 401}


@pytest.mark.parametrize(
    "forged",
    [
        {"actor": {"account": {"homePage": PUBLIC_URL, "name": "somebody-else"}}},
        {"actor": {"mbox": "mailto:teacher@example.org"}},
        {"context": {"registration": str(uuid.uuid4())}},
        {"object": {"id": v.activity_iri(PUBLIC_URL, "c1", "gated")}},
        {"object": {"id": v.course_iri(PUBLIC_URL, "c1")}},
        {"object": {"id": f"{IRI}-more"}},
        {"object": {"objectType": "StatementRef", "id": str(uuid.uuid4())}, "verb": {"id": v.VOIDED}},
    ],
)
def test_the_record_store_refuses_what_a_launch_says_of_somebody_or_something_else(player: Page, forged: dict[str, Any]) -> None:
    answer = player.say(forged)
    assert answer.status_code == 403, answer.text
    assert statements(player.world) == []


def test_the_record_store_sets_who_where_and_by_whom(player: Page) -> None:
    forged = {"account": {"homePage": PUBLIC_URL, "name": "lms"}}
    claimed = {"extensions": {v.OPENED: "2020-01-01T00:00:00.000Z", v.DEVICE: "pc-ffffffff", v.LAUNCH: str(uuid.uuid4())}}
    assert player.say({"object": {"id": f"{IRI}/page-2"}, "authority": forged, "context": claimed}).status_code == 200
    (said,) = statements(player.world)
    assert said["authority"] == v.player_authority(PUBLIC_URL)
    assert said["context"]["registration"] == str(player.world.registration())
    assert said["context"]["extensions"][v.OPENED].startswith("2026-03-02T02:00:00")
    assert said["context"]["extensions"][v.DEVICE] != "pc-ffffffff"


def test_presence_that_a_page_states_itself_earns_nothing(player: Page) -> None:
    ends = {"from": "2026-03-02T01:00:00.000Z", "to": "2026-03-02T01:30:00.000Z"}
    said = {"verb": {"id": v.PRESENT}, "result": {"duration": "PT1800S"}, "context": {"extensions": {v.STRETCH: ends}}}
    assert player.say(said).status_code == 200
    player.world.credit()
    assert player.world.credited() == {}


def test_a_token_reads_its_own_statements_and_nobody_elses(player: Page, colleague: World) -> None:
    other = Page(colleague.client(), colleague).open()
    assert other.say({}).status_code == 200
    assert player.say({}).status_code == 200
    player.stay(15)
    player.beat(last=True)
    read = player.world.app.test_client().get("/xapi/statements", headers={**VERSION, "Authorization": f"Bearer {player.token}"})
    found = read.get_json()["statements"]
    account = player.world.act(lambda session: session.get_one(Person, player.world.person_id).account)
    assert [one["actor"]["account"]["name"] for one in found] == [account]
    theirs = next(one["id"] for one in statements(player.world) if one["actor"]["account"]["name"] != account)
    one = player.world.app.test_client().get(
        f"/xapi/statements?statementId={theirs}", headers={**VERSION, "Authorization": f"Bearer {player.token}"}
    )
    assert one.status_code == 404


def test_another_learners_token_moves_only_the_other_learners_clock(player: Page, colleague: World) -> None:
    other = Page(colleague.client(), colleague).open()
    player.stay(30)
    stolen = player.send("/learn/beat", {"nonce": player.nonce}, token=other.token)
    assert stolen.get_json()["state"] == "again"
    assert other.beat()["counted_seconds"] == 0
    assert player.beat()["counted_seconds"] == 30


def test_a_silent_launchs_token_dies_after_twelve_hours_for_beats_too(player: Page) -> None:
    player.stay(15)
    player.world.clock.advance(12 * 3600 + 1)
    answers = endpoints(player, player.token)
    assert {name: answer.status_code for name, answer in answers.items()} == {"beat": 410, "state": 401, "answers": 401, "statements": 401}


def test_a_token_names_the_launch_and_nobody(player: Page) -> None:
    assert "teacher" not in player.token
    assert "王秀兰" not in json.dumps(player.opened, ensure_ascii=False)
