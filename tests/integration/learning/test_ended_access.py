"""Do all open activities end in the transaction that ends a person's access? Every kind of access, with every way of ending it."""

import threading
import time
import uuid
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from lms import vocabulary as v
from lms.accounts.account_changes import By
from lms.accounts.models import LoginSession, Person
from lms.accounts.passwords import hand_out_initial_password, set_password
from lms.accounts.people import close_account
from lms.classes import membership
from lms.classes.models import Enrolment
from lms.clock import now
from lms.crediting import windows
from lms.db import database, transaction
from lms.learning.models import Launch
from lms.office import administration
from lms.privacy.erasure import person as erasure
from tests.factories import PUBLIC_URL, World, signed_in
from tests.integration.learning.conftest import Page, statements

pytestmark = pytest.mark.usefixtures("guarded")

Ending = Callable[[Session, World], Any]


def own(session: Session, world: World) -> Person:
    return session.get_one(Person, world.person_id)


def by() -> By:
    return By(None, now())


ENDINGS: dict[str, Ending] = {
    "new password": lambda session, world: set_password(own(session, world), "eine ganz andere Sache"),
    "initial password": lambda session, world: hand_out_initial_password(own(session, world)),
    "closed account": lambda session, world: close_account(session, own(session, world)),
    "erasure": lambda session, world: erasure.begin(session, own(session, world), None, PUBLIC_URL, now()),
    "withdrawal": lambda session, world: administration.withdraw(session, [session.get_one(Enrolment, world.enrolment_id)], by()),
    "closed class": lambda session, world: administration.close_class(session, world.class_id, by()),
}
OF_THE_ACCOUNT = ("new password", "initial password", "closed account", "erasure")


@pytest.mark.parametrize("name", ENDINGS)
def test_nothing_of_a_launch_works_after_access_has_ended(player: Page, world: World, name: str) -> None:
    player.stay(60)
    world.act(lambda session: ENDINGS[name](session, world))
    world.clock.advance(1)
    answers = {
        "beat": player.try_beat(),
        "last beat": player.try_beat(last=True),
        "state": player.send("/learn/state", {"body": {"at": 1}}),
        "answers": player.send("/learn/answers", {"id": str(uuid.uuid4()), "answers": {"q1": ["b"]}}),
        "statement": player.say({}),
        "resume": player.send("/xapi/activities/state", token=player.token, query_string={"stateId": "x"}),
    }
    assert {one.status_code for one in answers.values()} <= {401, 410}, {key: one.status_code for key, one in answers.items()}


@pytest.mark.parametrize("name", [name for name in ENDINGS if name != "erasure"])
def test_time_measured_before_the_end_is_credited_and_later_time_is_not(player: Page, world: World, name: str) -> None:
    player.stay(60)
    world.act(lambda session: ENDINGS[name](session, world))
    for _ in range(30):
        world.clock.advance(15)
        assert player.try_beat().status_code == 410
    world.credit()
    assert [one["result"]["duration"] for one in statements(world, v.PRESENT)] == ["PT60S"]
    assert world.credited() == {"c1:reading": 60}


@pytest.mark.parametrize("name", OF_THE_ACCOUNT)
def test_logins_end_with_the_account_s_access(world: World, name: str) -> None:
    client = world.client()
    world.act(lambda session: ENDINGS[name](session, world))
    assert client.get("/home").status_code == 302
    assert world.act(lambda session: session.scalars(select(LoginSession.id)).all()) == []


@pytest.mark.parametrize("name", ["withdrawal", "closed class"])
def test_a_person_who_leaves_a_class_stays_signed_in_and_is_told_why_nothing_opens(player: Page, world: World, name: str) -> None:
    token = player.csrf()
    world.act(lambda session: ENDINGS[name](session, world))
    assert player.client.get("/home").status_code == 200
    refused = player.ask_to_open(token)
    assert refused.status_code == 403
    assert ("本班已结束" if name == "closed class" else "班级工作人员") in refused.get_json()["detail"]
    assert player.client.get(player.address).status_code == 403


def test_a_change_that_fails_ends_nothing(player: Page, world: World) -> None:
    player.stay(15)

    def fails(session: Session) -> None:
        set_password(own(session, world), "eine ganz andere Sache")
        raise LookupError

    with pytest.raises(LookupError):
        world.act(fails)
    world.clock.advance(15)
    assert player.beat()["counted_seconds"] == 30
    assert player.client.get("/home").status_code == 200


def enrol_colleague(session: Session, world: World) -> Enrolment:
    colleague = Person(username="colleague", name="陈建国")
    session.add(colleague)
    session.flush()
    enrolment = Enrolment(class_id=world.class_id, person_id=colleague.id, track="primary", status="in-training")
    session.add(enrolment)
    session.flush()
    return enrolment


def test_other_peoples_launches_go_on(player: Page, world: World) -> None:
    colleague = world.act(lambda session: enrol_colleague(session, world)).person_id
    player.stay(15)
    world.act(lambda session: set_password(session.get_one(Person, colleague), "eine ganz andere Sache"))
    world.act(lambda session: close_account(session, session.get_one(Person, colleague)))
    assert player.beat()["state"] == "counting"


def test_a_request_sent_before_the_sign_out_opens_nothing_afterwards(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """The request was admitted by its cookie; then the password changes; then it tries to open a launch."""
    from lms.learning import views  # noqa: PLC0415 – the seam that the test waits at

    page = Page(world.client(), world)
    token = page.csrf()
    admitted = views._admitted

    def then_signed_out(place: Any) -> Any:
        found = admitted(place)
        world.act(lambda session: set_password(own(session, world), "eine ganz andere Sache"))
        return found

    monkeypatch.setattr(views, "_admitted", then_signed_out)
    assert page.ask_to_open(token).status_code == 401
    assert world.act(lambda session: session.scalars(select(Launch.id)).all()) == []


@pytest.mark.services
def test_a_withdrawal_beside_an_opening_leaves_no_launch_behind(world: World) -> None:
    """One of them waits for the other: the launch is either refused or ended."""
    for _ in range(5):
        world.act(lambda session: setattr(session.get_one(Enrolment, world.enrolment_id), "status", "in-training"))
        page = Page(signed_in(world.app, "teacher"), world)
        token = page.csrf()
        together = threading.Barrier(2)

        def withdraw(together: threading.Barrier = together) -> None:
            with world.app.app_context(), transaction() as session:
                enrolment = membership.locked(session, world.enrolment_id)
                together.wait()
                membership.withdraw(session, enrolment, by())

        thread = threading.Thread(target=withdraw)
        thread.start()
        together.wait()
        opened = page.ask_to_open(token)
        thread.join()
        with world.app.app_context(), database().reader() as session:
            running = session.scalars(select(Launch.id).where(Launch.ended_at.is_(None))).all()
        assert running == [], opened.text


@pytest.mark.services
def test_an_activity_opened_at_the_very_moment_its_class_closes_does_not_stay_open(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """The opening has found the class open; the class is closed before the launch is written, or waits for it.

    The hours are recomputed in the second batch, because otherwise something else would have locked the enrolment.
    """
    from lms.learning import launch  # noqa: PLC0415 – the seam that the test waits at

    monkeypatch.setattr(windows, "AT_ONCE", 1)
    theirs = replace(world, enrolment_id=world.act(lambda session: enrol_colleague(session, world)).id, username="colleague")
    page = Page(signed_in(world.app, "colleague"), theirs)
    token = page.csrf()
    still, closings = launch.may_still_study, []

    def close() -> None:
        world.act(lambda session: administration.close_class(session, world.class_id, by()))

    def then_it_closes(session: Session, enrolment_id: int) -> bool:
        found = still(session, enrolment_id)
        if session.get_bind().dialect.name == "postgresql":  # SQLite's writers are alone: nobody else closes anything
            closings.append(threading.Thread(target=close))
            closings[0].start()
            wait_until(lambda: not closings[0].is_alive() or bool(waiting_for_locks(world)))
        return found

    monkeypatch.setattr(launch, "may_still_study", then_it_closes)
    opened = page.ask_to_open(token)
    assert opened.status_code == 200
    for closing in closings:
        closing.join()
    running = world.act(lambda session: session.scalars(select(Launch.id).where(Launch.ended_at.is_(None))).all())
    assert bool(running) != bool(closings), opened.text


def waiting_for_locks(world: World) -> int:
    waiting = text("SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'")
    return world.act(lambda session: session.scalar(waiting)) or 0


def wait_until(done: Callable[[], bool]) -> None:
    end = time.monotonic() + 20
    while not done():
        assert time.monotonic() < end
        time.sleep(0.05)
