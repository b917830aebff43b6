"""Are the hours of a large class recredited in steps after its dates change, even if workers die, compete, or the dates change again?"""

import threading
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from lms.accounts.models import TEACHER, Organisation
from lms.accounts.people import add_person
from lms.classes.models import Enrolment, TrainingClass
from lms.classes.setup import enrol, locked_class
from lms.crediting import ripening, tasks, windows
from lms.crediting.models import LedgerEntry
from lms.crediting.tasks import follow
from lms.crediting.windows import Following
from tests.factories import World
from tests.integration.crediting.closing import clean, close, reopen

PEOPLE = 7


def joined(world: World, number: int) -> World:
    """Return the world from the view of an additional teacher of its class."""

    def add(session: Session) -> tuple[int, int]:
        provider = session.scalars(select(Organisation).where(Organisation.code == "p1")).one()
        person = add_person(session, f"teacher{number}", "李强", (TEACHER,), password=None, organisation=provider)
        return person.id, enrol(session, locked_class(session, world.class_id), person, "primary", "in-training").id

    person_id, enrolment_id = world.act(add)
    return replace(world, person_id=person_id, enrolment_id=enrolment_id, username=f"teacher{number}", registrations={})


@pytest.fixture
def everybody(world: World, monkeypatch: pytest.MonkeyPatch) -> list[World]:
    """Seven people who studied for ten minutes; two are decided at a time; the clock is in the middle of the study."""
    monkeypatch.setattr(windows, "AT_ONCE", 2)
    people = [world, *(joined(world, number) for number in range(1, PEOPLE))]
    began = world.clock()
    for one in people:
        world.clock.at = began
        one.study("reading", 600)
    world.credit()
    world.clock.at = began + timedelta(seconds=300)
    return people


def credited(everybody: list[World]) -> list[int]:
    return [sum(one.credited().values()) for one in everybody]


def entries(world: World) -> int:
    count: int = world.act(lambda session: session.scalar(select(func.count()).select_from(LedgerEntry)))
    return count


def stands(world: World) -> Following:
    found: Following = world.act(lambda session: windows.following(session, session.get_one(TrainingClass, world.class_id)))
    return found


def go_on(world: World) -> bool:
    more: bool = world.act(lambda session: windows.go_on_somewhere(session, world.clock()))
    return more


def work(world: World) -> None:
    with world.app.app_context():
        follow.run()


def work_to_the_end(world: World) -> None:
    """Run as many turns as a busy machine needs."""
    while stands(world).working:
        work(world)


def test_at_every_moment_each_account_is_what_its_own_window_gives(world: World, everybody: list[World]) -> None:
    assert close(world)
    for done in (2, 4, 6):
        assert stands(world) == Following(PEOPLE, PEOPLE - done, working=True)
        assert credited(everybody) == [300] * done + [600] * (PEOPLE - done)
        assert clean(world)
        assert go_on(world)
    assert stands(world) == Following(PEOPLE, 0, working=False)
    assert credited(everybody) == [300] * PEOPLE
    assert clean(world)
    assert not go_on(world)


def test_a_worker_that_dies_half_way_leaves_the_rest_to_the_next(
    world: World, everybody: list[World], monkeypatch: pytest.MonkeyPatch
) -> None:
    close(world)
    recredit, done = windows.recredit, []

    def dying(session: Session, ids: list[int], now: object) -> int:
        if done:
            raise KeyboardInterrupt
        done.append(recredit(session, ids, now))  # type: ignore[arg-type]
        return 0

    monkeypatch.setattr(windows, "recredit", dying)
    with pytest.raises(KeyboardInterrupt):
        work(world)
    monkeypatch.setattr(windows, "recredit", recredit)
    assert stands(world) == Following(PEOPLE, PEOPLE - 4, working=True)
    assert clean(world)
    work(world)
    assert credited(everybody) == [300] * PEOPLE
    assert entries(world) == 2 * PEOPLE, "a credit and a correction each"
    assert clean(world)


def test_two_workers_at_once_decide_nobody_twice(world: World, everybody: list[World]) -> None:
    close(world)
    start, failed = threading.Barrier(2), []

    def at_once() -> None:
        start.wait(30)
        try:
            work(world)
        except Exception as error:
            failed.append(error)

    threads = [threading.Thread(target=at_once) for _ in range(2)]
    for one in threads:
        one.start()
    for one in threads:
        one.join(60)
    work(world)  # one worker may have found the other's lease
    assert failed == []
    assert credited(everybody) == [300] * PEOPLE
    assert entries(world) == 2 * PEOPLE
    assert clean(world)


def test_if_the_days_change_again_the_last_change_applies_to_everybody(world: World, everybody: list[World]) -> None:
    close(world)
    go_on(world)
    assert reopen(world)
    assert credited(everybody) == [600, 600, 300, 300, 600, 600, 600]
    late = joined(world, PEOPLE)
    work(world)
    assert credited(everybody) == [600] * PEOPLE
    assert stands(world) == Following(PEOPLE + 1, 0, working=False)
    assert entries(late) == PEOPLE + 2 * 4, "accounts that lost nothing were left alone"
    assert clean(world)


def test_a_person_who_cannot_be_decided_delays_nobody_and_is_tried_again_with_the_next_change(
    world: World, everybody: list[World], monkeypatch: pytest.MonkeyPatch
) -> None:
    odd, recredit = everybody[3].enrolment_id, windows.recredit

    def faulty(session: Session, ids: list[int], now: object) -> int:
        count = recredit(session, ids, now)  # type: ignore[arg-type]
        if odd in ids:
            raise ValueError("a case that nobody thought of")
        return count

    monkeypatch.setattr(windows, "recredit", faulty)
    close(world)
    work_to_the_end(world)
    assert credited(everybody) == [300, 300, 300, 600, 300, 300, 300]
    assert stands(world) == Following(PEOPLE, 1, working=False)
    assert world.act(lambda session: session.get_one(Enrolment, odd)).window_to is None
    assert clean(world)
    monkeypatch.undo()
    close(world)
    assert credited(everybody) == [300] * PEOPLE
    assert stands(world) == Following(PEOPLE, 0, working=False)


def test_at_night_everybody_without_a_verdict_is_decided_whoever_cannot_be_and_whoever_has_no_rules(
    world: World, everybody: list[World], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ripening, "AT_ONCE", 2)
    first, second, odd = (everybody[at].enrolment_id for at in (0, 1, 3))
    recredit = ripening.recredit
    without = {"track": "no such track"}
    world.act(lambda session: session.execute(update(Enrolment).where(Enrolment.id.in_([first, second])).values(without)))
    world.act(lambda session: session.execute(update(Enrolment).values(verdict="")))

    def faulty(session: Session, ids: list[int], now: object) -> int:
        if odd in ids:
            raise ValueError("a case that nobody thought of")
        return recredit(session, ids, now)  # type: ignore[arg-type]

    monkeypatch.setattr(ripening, "recredit", faulty)
    world.clock.at = datetime(2026, 3, 2, 16, 30, tzinfo=UTC)  # half past midnight in Shanghai
    with world.app.app_context():
        tasks.ripen.run()
    verdicts = world.act(lambda session: session.scalars(select(Enrolment.verdict).order_by(Enrolment.id)).all())
    assert verdicts == ["", "", "short", "", "short", "short", "short"]
