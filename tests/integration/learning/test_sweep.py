"""What happens to a silent launch, to one whose person signed out, and to time when the machine's clock jumps?"""

import uuid
from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import select

from lms import vocabulary as v
from lms.learning.models import Launch
from lms.learning.stating import iso
from lms.learning.tasks import MOST_AT_ONCE
from tests.factories import BEGIN, World
from tests.integration.learning.conftest import Page, statements, stretches, sweep_now

WEEK = 7 * 86400


def test_a_silent_stretch_is_closed_at_its_last_beat(player: Page) -> None:
    player.stay(60)
    player.world.clock.advance(120)
    assert sweep_now(player.world) == 1
    assert stretches(player.world) == [(0, 60, "PT60S")]


@pytest.mark.parametrize(("silent", "stated"), [(45, 0), (46, 1)])
def test_a_stretch_that_a_beat_may_still_extend_is_left_open(player: Page, silent: int, stated: int) -> None:
    player.stay(60)
    player.world.clock.advance(silent)
    assert sweep_now(player.world) == stated


def test_sweeping_again_states_nothing_more(player: Page) -> None:
    player.stay(60)
    player.world.clock.advance(120)
    assert [sweep_now(player.world) for _ in range(3)] == [1, 0, 0]


def test_a_person_who_returns_after_a_sweep_continues_in_a_new_stretch(player: Page) -> None:
    player.stay(60)
    player.world.clock.advance(120)
    sweep_now(player.world)
    assert player.stay(30)["counted_seconds"] == 90
    player.beat(last=True)
    assert stretches(player.world) == [(0, 60, "PT60S"), (180, 210, "PT30S")]


def test_a_beat_that_comes_before_the_sweep_leaves_it_nothing(player: Page) -> None:
    player.stay(60)
    player.world.clock.advance(120)
    player.beat()
    assert sweep_now(player.world) == 0
    assert stretches(player.world) == [(0, 60, "PT60S")]


def test_a_lone_beat_is_closed_and_nothing_is_stated(player: Page) -> None:
    player.beat()
    player.world.clock.advance(120)
    assert sweep_now(player.world) == 0
    assert player.stay(15)["counted_seconds"] == 15


def test_a_launch_ends_twelve_hours_after_it_was_last_heard_of(player: Page) -> None:
    player.stay(15)
    player.beat(last=True)
    player.world.clock.advance(12 * 3600)
    sweep_now(player.world)
    assert _ended(player.world) == [False]
    player.world.clock.advance(1)
    sweep_now(player.world)
    assert _ended(player.world) == [True]
    assert player.try_beat().status_code == 410


def test_a_launch_that_never_beat_ends_after_twelve_hours(player: Page) -> None:
    player.world.clock.advance(12 * 3600 + 1)
    sweep_now(player.world)
    assert _ended(player.world) == [True]


def test_a_long_day_of_learning_is_not_ended(player: Page) -> None:
    for _ in range(14):
        player.stay(60)
        player.world.clock.advance(3600)
        sweep_now(player.world)
    assert _ended(player.world) == [False]


def test_one_launch_that_cannot_be_swept_keeps_no_other_from_it(player: Page, world: World) -> None:
    """The learner used the id of the future statement for another statement."""
    ticket = world.app.extensions["launch_tickets"].read(player.token)
    ends = [iso(BEGIN + timedelta(seconds=second)) for second in (0, 60)]
    player.say({"id": str(uuid.uuid5(ticket.launch_id, f"present/{ends[0]}/{ends[1]}"))})
    player.stay(60)
    other = _open_stretch(world, world.registration(), 100)
    world.act(lambda session: session.add(other))
    world.clock.advance(3600)
    assert sweep_now(world) == 1
    assert stretches(world) == [(100, 110, "PT10S")]


def test_more_silent_launches_than_are_swept_at_once_are_all_swept(player: Page, world: World) -> None:
    registration = world.registration()
    launches = [_open_stretch(world, registration, number) for number in range(MOST_AT_ONCE + 5)]
    world.act(lambda session: session.add_all(launches))
    world.clock.advance(3600)
    assert sweep_now(world) == MOST_AT_ONCE + 5


# ── Signing out ──


def test_signing_out_states_what_was_measured_on_every_device(player: Page, elsewhere: Callable[..., Page]) -> None:
    player.stay(30)
    other = elsewhere("gated").open()
    other.stay(45)
    assert player.client.post("/logout", data={"csrf_token": player.csrf()}).status_code == 302
    assert _ended(player.world) == [True, True]
    assert [one[2] for one in stretches(player.world)] == ["PT30S", "PT45S"]
    assert other.try_beat().status_code == 410


# ── A clock that jumps ──


@pytest.mark.parametrize("jump", [-WEEK, -3600, -60, 60, 3600, WEEK])
def test_a_clock_that_jumps_neither_adds_nor_loses_time(player: Page, jump: int) -> None:
    player.stay(600)
    player.world.clock.advance(jump)
    if player.try_beat().status_code == 410:  # ahead for longer than a launch lives: the page offers to begin again
        player.open()
    assert player.stay(600)["counted_seconds"] == 1200
    player.beat(last=True)
    assert sum(until - since for since, until, _ in stretches(player.world)) == 1200
    assert all(since < until for since, until, _ in stretches(player.world))
    player.world.credit()
    assert player.world.credited() == {"c1:reading": 1200 if abs(jump) > 600 else 1200 - max(0, -jump)}


@pytest.mark.parametrize("jump", [-WEEK, WEEK])
def test_a_clock_that_jumps_and_comes_back_leaves_the_account_right(player: Page, jump: int) -> None:
    player.stay(300)
    player.world.clock.advance(jump)
    if player.try_beat().status_code == 410:
        player.open()
    player.stay(300)
    player.world.clock.advance(-jump)
    player.stay(300)
    player.beat(last=True)
    player.world.credit()
    assert player.world.credited() == {"c1:reading": 900}


def test_what_was_measured_before_the_clock_was_set_back_is_stated_though_nobody_comes_back(player: Page) -> None:
    player.stay(60)
    player.world.clock.advance(-WEEK)
    assert sweep_now(player.world) == 1
    assert stretches(player.world) == [(0, 60, "PT60S")]


def test_a_sweep_under_a_clock_set_back_a_little_leaves_who_is_learning_alone(player: Page) -> None:
    player.stay(60)
    player.world.clock.advance(-10)
    assert sweep_now(player.world) == 0
    assert len(statements(player.world, v.PRESENT)) == 0


def _ended(world: World) -> list[bool]:
    found: list[bool] = world.act(lambda session: [one is not None for one in session.scalars(select(Launch.ended_at))])
    return found


def _open_stretch(world: World, registration: uuid.UUID, second: int) -> Launch:
    """Return a launch with ten seconds measured from `second` after the test's begin, left open."""
    return Launch(
        registration_id=registration,
        enrolment_id=world.enrolment_id,
        person_id=world.person_id,
        course_version_id=world.course_version_id,
        activity="reading",
        device="pc-00000000",
        opened_at=BEGIN,
        live=False,
        stretch_from=BEGIN + timedelta(seconds=second),
        last_beat=BEGIN + timedelta(seconds=second + 10),
    )
