"""Is a long job done once and completely, even if its workers die?"""

import threading
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import IO

import pytest

from lms.accounts.models import TEACHER
from lms.accounts.people import add_person
from lms.jobs import queue, tasks
from lms.jobs.kinds import JobKind, JobOrder
from lms.jobs.models import CANCELLED, DONE, FAILED, QUEUED, RUNNING, Job
from lms.jobs.queue import JobTurn
from lms.lease import TurnLost
from lms.storage import storage
from tests.factories import World, signed_in
from tests.integration.jobs.conftest import KIND, PEOPLE, Counting, Killed, ask, job_of, turn


def claim(world: World) -> JobTurn | None:
    claimed: JobTurn | None = world.act(lambda session: queue.claim(session, world.clock()))
    return claimed


def result_of(world: World, number: int) -> bytes:
    return world.client().get(f"/jobs/{number}/download").data


def stored(world: World, number: int) -> list[str]:
    folder = storage_folder(world) / "jobs" / str(number)
    return sorted(path.name.partition("-")[0] for path in folder.iterdir()) if folder.exists() else []


def storage_folder(world: World):  # type: ignore[no-untyped-def]
    with world.app.app_context():
        return storage().folder


def test_a_job_is_done_piece_by_piece_and_joined(world: World, counting: Counting) -> None:
    number = ask(world)
    assert turn(world.app)
    job = job_of(world, number)
    assert (job.state, job.done, job.total) == (DONE, PEOPLE, PEOPLE)
    assert result_of(world, number) == b"[1, 2] of 02:00; [3, 4] of 02:00; [5] of 02:00"
    assert not turn(world.app), "nothing is left to do"


def test_joining_renews_the_lease_too(world: World, counting: Counting) -> None:
    seen: list[int] = []

    def join(order: JobOrder, _pieces: Iterable[bytes], out: IO[bytes]) -> str:
        order.report(3, PEOPLE)
        seen.append(job_of(world, number).done)
        return "counted.txt"

    kinds = world.app.extensions["job_kinds"]
    world.app.extensions["job_kinds"] = {**kinds, KIND: JobKind(lambda _params: "数数", counting.plan, counting.make, join)}
    number = ask(world)
    assert turn(world.app)
    assert seen == [3]


def test_a_turn_ends_after_its_seconds_and_the_next_goes_on(world: World, counting: Counting, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tasks, "TURN_SECONDS", -1)
    first, second = ask(world, a=1), ask(world, a=2)
    states = []
    for _ in range(3):
        world.clock.advance(1)
        assert turn(world.app)
        states.append((job_of(world, first).done, job_of(world, second).done))
    assert states == [(2, 0), (2, 2), (4, 2)], "two jobs take turns"
    while turn(world.app):
        world.clock.advance(1)
    assert job_of(world, first).state == job_of(world, second).state == DONE
    assert counting.made.count([1, 2]) == 2, "no piece was made twice"


def test_after_a_killed_worker_the_next_goes_on_with_the_piece_that_is_missing(world: World, counting: Counting) -> None:
    number = ask(world)
    counting.before[3] = Killed()
    with pytest.raises(Killed):
        turn(world.app)
    assert not turn(world.app), "for all we know somebody is at it"
    counting.before.clear()
    world.clock.advance(queue.LEASE_TIMEOUT.total_seconds() + 1)
    assert turn(world.app)
    assert job_of(world, number).state == DONE
    assert counting.made == [[1, 2], [3, 4], [5]]
    assert result_of(world, number) == b"[1, 2] of 02:00; [3, 4] of 02:00; [5] of 02:00"


def test_a_worker_given_up_for_lost_changes_nothing_when_it_comes_back(world: World, counting: Counting) -> None:
    number = ask(world)
    lost = claim(world)
    assert lost is not None
    world.clock.advance(queue.LEASE_TIMEOUT.total_seconds() + 1)
    assert turn(world.app)
    before = result_of(world, number)
    with world.app.app_context(), pytest.raises(TurnLost):
        tasks._take(lost)
    with world.app.app_context(), pytest.raises(TurnLost):
        tasks._join(lost, 3)
    world.act(lambda session: queue.give_back(session, lost, world.clock(), "a problem of long ago"))
    assert job_of(world, number).state == DONE
    assert result_of(world, number) == before
    assert stored(world, number).count("result") == 1


def test_what_fails_is_tried_again_and_then_given_up_and_said(world: World, counting: Counting) -> None:
    number = ask(world)
    counting.before[3] = ValueError("no such thing")
    for expected in (RUNNING, RUNNING, FAILED):
        assert turn(world.app)
        assert job_of(world, number).state == expected
    assert job_of(world, number).message == "ValueError"
    page = world.client().get("/jobs/").text
    assert "系统多次出错，任务已停止" in page
    assert "2 / 5" in page, "what was done until then"
    assert not turn(world.app)


def test_a_piece_finished_gives_new_tries(world: World, counting: Counting) -> None:
    number = ask(world)
    for ids in (1, 3, 5):
        for _ in range(queue.MOST_TRIES - 1):
            counting.before = {ids: ValueError("for now")}
            assert turn(world.app)
    counting.before = {}
    assert turn(world.app)
    assert job_of(world, number).state == DONE


def test_asked_for_twice_it_is_one_job_until_it_has_ended(world: World, counting: Counting) -> None:
    number = ask(world, a=1)
    assert ask(world, a=1) == number
    assert ask(world, a=2) != number
    turn(world.app)
    assert ask(world, a=1) != number


def test_a_waiting_job_is_cancelled_at_once_and_a_running_one_at_its_next_step(world: World, counting: Counting) -> None:
    world.app.config["WTF_CSRF_ENABLED"] = False
    client = world.client()
    waiting = ask(world, a=1)
    assert job_of(world, waiting).state == QUEUED
    client.post(f"/jobs/{waiting}/cancel")
    assert job_of(world, waiting).state == CANCELLED
    running = ask(world, a=1)
    assert running != waiting
    held = claim(world)
    assert held is not None
    client.post(f"/jobs/{running}/cancel")
    assert "正在停止" in client.get("/jobs/").text
    with world.app.app_context(), pytest.raises(TurnLost):
        tasks._take(held)
    world.act(lambda session: queue.give_back(session, held, world.clock()))
    assert job_of(world, running).state == CANCELLED
    assert client.get(f"/jobs/{running}/download").status_code == 404


def test_a_cancelled_job_whose_worker_died_ends_too(world: World, counting: Counting) -> None:
    number = ask(world)
    claim(world)
    world.act(lambda session: queue.cancel(session.get_one(Job, number), world.clock()))
    world.clock.advance(queue.LEASE_TIMEOUT.total_seconds() + 1)
    assert not turn(world.app)
    assert job_of(world, number).state == CANCELLED


def test_files_go_with_their_job(world: World, counting: Counting) -> None:
    world.app.config["WTF_CSRF_ENABLED"] = False
    removed, kept = ask(world, a=1), ask(world, a=2)
    while turn(world.app):
        pass
    assert "result" in stored(world, removed)
    assert world.client().post(f"/jobs/{removed}/delete").status_code == 302
    assert stored(world, removed) == []
    with world.app.app_context():
        tasks.tidy.run()
    assert stored(world, kept) == ["result"], "pieces are for the making only"
    assert result_of(world, kept)
    world.clock.advance(timedelta(days=8).total_seconds())
    with world.app.app_context():
        tasks.tidy.run()
    assert stored(world, kept) == []
    for address in (f"/jobs/{kept}", f"/jobs/{kept}/download"):
        gone = world.client().get(address)
        assert gone.status_code == 404
        assert "结果只保留七天，过期后请重新执行" in gone.text


def test_what_is_being_worked_on_is_not_removed(world: World, counting: Counting) -> None:
    world.app.config["WTF_CSRF_ENABLED"] = False
    number = ask(world)
    world.client().post(f"/jobs/{number}/delete")
    assert job_of(world, number).state == QUEUED


def test_a_job_is_its_owners_alone(world: World, counting: Counting) -> None:
    world.app.config["WTF_CSRF_ENABLED"] = False
    world.act(lambda session: add_person(session, "another", "林静宜", (TEACHER,), password=None))
    number = ask(world)
    turn(world.app)
    client = signed_in(world.app, "another")
    assert client.get(f"/jobs/{number}").status_code == 404
    assert client.get(f"/jobs/{number}/download").status_code == 404
    assert client.post(f"/jobs/{number}/cancel").status_code == 404
    assert client.post(f"/jobs/{number}/delete").status_code == 404
    assert "数数" not in client.get("/jobs/").text


def test_pressed_in_two_windows_at_the_same_moment_it_is_one_job(world: World, counting: Counting) -> None:
    together = threading.Barrier(4)

    def press(_number: int) -> int:
        together.wait(10)
        return ask(world)

    with ThreadPoolExecutor(4) as windows:
        assert len(set(windows.map(press, range(4)))) == 1


def test_two_workers_never_have_the_same_turn(world: World, counting: Counting) -> None:
    for number in range(3):
        ask(world, a=number)
    together = threading.Barrier(4)

    def take(_number: int) -> JobTurn | None:
        together.wait(10)
        return claim(world)

    with ThreadPoolExecutor(4) as workers:
        turns = [found.job_id for found in workers.map(take, range(4)) if found is not None]
    assert len(turns) == len(set(turns)) >= 1
