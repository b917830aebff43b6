"""Which activities can a person open? Only those of their own enrolment, while studying, and only those of the class."""

from typing import Any

import pytest

from lms.accounts.models import OFFICE, TEACHER, Person
from lms.accounts.people import add_person
from lms.classes.models import LEARNING, Enrolment
from tests.course_factories import add_course
from tests.factories import World, signed_in
from tests.integration.learning.conftest import Page, statements, stretches

NOT_LEARNING = ("nominated", "withdrawn", "dismissed", "absent", "not-completed")


def set_status(world: World, status: str) -> None:
    world.act(lambda session: setattr(session.get_one(Enrolment, world.enrolment_id), "status", status))


@pytest.fixture
def stranger(world: World) -> World:
    """A teacher outside of the class, with the ids of one inside."""
    person_id = world.act(lambda session: add_person(session, "stranger", "陈建国", (TEACHER,), password=None).id)
    return World(world.app, world.clock, person_id, world.enrolment_id, world.course_version_id, world.class_id, username="stranger")


def test_somebody_elses_enrolment_is_not_there(stranger: World, world: World) -> None:
    page = Page(stranger.client(), stranger)
    assert page.client.get(page.address).status_code == 404
    own = Page(world.client(), world)
    foreign = Page(own.client, world)
    assert foreign.ask_to_open(own.csrf(), enrolment=world.enrolment_id + 1).status_code == 404


@pytest.mark.parametrize("role", [OFFICE])
def test_an_office_cannot_learn_in_a_teachers_place(world: World, role: str) -> None:
    world.act(lambda session: add_person(session, "clerk", "李静", (role,), password=None))
    assert signed_in(world.app, "clerk").get(Page(world.client(), world).address).status_code == 404


@pytest.mark.parametrize(
    "changes",
    [
        {"activity": "absent"},
        {"activity": "../reading"},
        {"activity": "reading\0"},
        {"version": 999},
        {"enrolment": 999},
    ],
)
def test_what_is_not_there_cannot_be_opened(world: World, changes: dict[str, Any]) -> None:
    page = Page(world.client(), world)
    assert page.ask_to_open(page.csrf(), **changes).status_code == 404


@pytest.mark.parametrize(
    "changes",
    [
        {"enrolment": 10**30},
        {"enrolment": 2**63},
        {"enrolment": -1},
        {"version": "1"},
        {"version": None},
        {"activity": 7},
        {"take": "no"},
    ],
)
def test_a_place_that_no_page_would_send_is_refused_in_words(world: World, changes: dict[str, Any]) -> None:
    page = Page(world.client(), world)
    answer = page.ask_to_open(page.csrf(), **changes)
    assert answer.status_code == 400
    assert next(iter(changes)) in answer.get_json()["problems"][0]


@pytest.mark.parametrize("address", ["/learn/99999999999999999999/1/reading", "/learn/1/99999999999999999999/reading", "/learn/1/1/%00"])
def test_an_address_with_absurd_numbers_is_not_there(world: World, address: str) -> None:
    assert world.client().get(address).status_code == 404


def test_a_course_that_the_class_does_not_study_cannot_be_opened(world: World) -> None:
    other = world.act(lambda session: add_course(session, "c2", {"reading": {}}).id)
    page = Page(world.client(), world)
    assert page.ask_to_open(page.csrf(), version=other).status_code == 404


@pytest.mark.parametrize("status", LEARNING)
def test_a_person_who_is_studying_may_open_an_activity(world: World, status: str) -> None:
    set_status(world, status)
    assert Page(world.client(), world).open().token


@pytest.mark.parametrize("status", NOT_LEARNING)
def test_a_person_who_is_not_in_training_is_told_so_and_opens_nothing(world: World, status: str) -> None:
    page = Page(world.client(), world)
    csrf = page.csrf()
    set_status(world, status)
    answer = page.ask_to_open(csrf)
    assert answer.status_code == 403
    assert "班级工作人员" in answer.get_json()["detail"]
    assert page.client.get(page.address).status_code == 403


def test_a_person_who_leaves_training_with_an_open_page_is_counted_for_at_most_five_minutes(player: Page) -> None:
    player.stay(60)
    set_status(player.world, "withdrawn")
    said = []
    for _ in range(40):
        player.world.clock.advance(15)
        said.append(player.try_beat().status_code)
    assert set(said[20:]) == {410}
    assert sum(until - since for since, until, _ in stretches(player.world)) <= 360


def test_a_closed_account_stops_counting_within_five_minutes(player: Page) -> None:
    player.stay(60)
    player.world.act(lambda session: setattr(session.get_one(Person, player.world.person_id), "active", False))
    for _ in range(30):
        player.world.clock.advance(15)
        last = player.try_beat().status_code
    assert last == 410
    assert player.say({}).status_code == 401


def test_showing_the_page_opens_nothing(world: World) -> None:
    page = Page(world.client(), world)
    page.csrf()
    assert statements(world) == []
    assert page.open().opened["counted_seconds"] == 0


def test_opening_needs_a_session_and_a_form_of_ours(world: World) -> None:
    page = Page(world.client(), world)
    assert page.ask_to_open("").status_code == 400
    csrf = page.csrf()
    assert page.ask_to_open(csrf).status_code == 200
    page.client.delete_cookie("session")
    assert page.ask_to_open(csrf).status_code == 401


def test_the_browsers_id_is_kept_by_the_browser_and_a_forged_one_replaced(world: World) -> None:
    page = Page(world.client(), world)
    page.csrf()
    first = page.client.get_cookie("device")
    assert first is not None
    assert first.http_only
    page.csrf()
    assert page.client.get_cookie("device").value == first.value  # type: ignore[union-attr]
    page.client.set_cookie("device", "<script>")
    page.csrf()
    assert len(page.client.get_cookie("device").value) == 8  # type: ignore[union-attr]
