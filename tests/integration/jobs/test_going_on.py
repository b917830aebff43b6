"""Does a job that stopped go on where it stopped, and does one that kills its workers end?"""

from dataclasses import replace

import pytest

from lms.jobs import queue, tasks
from lms.jobs.models import CANCELLED, DONE, FAILED, RUNNING, Job
from lms.office.roster_job import ROSTER
from tests.access import form_token
from tests.factories import World
from tests.integration.jobs.conftest import Counting, Killed, ask, job_of, turn


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """No SQL here differs from that of the turns, which are tested on both databases."""
    return sqlite_url


def kill(world: World, counting: Counting, piece: int, times: int) -> None:
    """Let as many workers die in the making of a piece."""
    counting.before = {piece: Killed()}
    for _ in range(times):
        with pytest.raises(Killed):
            turn(world.app)
        world.clock.advance(queue.LEASE_TIMEOUT.total_seconds() + 1)
    counting.before = {}


def fail(world: World, counting: Counting, piece: int) -> None:
    """Let the making of a piece fail until the job ends."""
    counting.before = {piece: ValueError("for now")}
    for _ in range(queue.MOST_TRIES):
        assert turn(world.app)
    counting.before = {}


def press(world: World, number: int) -> int:
    client = world.client()
    return client.post(f"/jobs/{number}/go-on", data={"csrf_token": form_token(client)}).status_code


def test_three_kills_in_a_row_do_not_end_a_job(world: World, counting: Counting) -> None:
    number = ask(world)
    kill(world, counting, 1, times=3)
    assert job_of(world, number).state == RUNNING
    assert turn(world.app)
    assert job_of(world, number).state == DONE
    assert counting.made == [[1, 2], [3, 4], [5]]


def test_a_job_that_kills_its_workers_does_not_kill_for_ever(world: World, counting: Counting) -> None:
    number = ask(world)
    kill(world, counting, 1, times=queue.MOST_DEATHS)
    assert not turn(world.app)
    assert job_of(world, number).state == FAILED


def test_a_failed_job_goes_on_with_the_piece_that_is_missing_also_after_the_tidying(world: World, counting: Counting) -> None:
    number = ask(world)
    fail(world, counting, 3)
    assert job_of(world, number).state == FAILED
    with world.app.app_context():
        tasks.tidy.run()
    page = world.client().get("/jobs/").text
    assert f'action="/jobs/{number}/go-on"' in page
    assert "继续" in page
    assert press(world, number) == 302
    assert (job_of(world, number).message, job_of(world, number).finished_at) == ("", None)
    assert "go-on" not in world.client().get("/jobs/").text
    assert turn(world.app)
    assert job_of(world, number).state == DONE
    assert counting.made == [[1, 2], [3, 4], [5]], "nothing is made twice, and nothing is left out"
    assert world.client().get(f"/jobs/{number}/download").data == b"[1, 2] of 02:00; [3, 4] of 02:00; [5] of 02:00"


def test_a_job_without_its_pieces_begins_anew(world: World, counting: Counting) -> None:
    number = ask(world)
    fail(world, counting, 3)
    world.act(lambda session: setattr(session.get_one(Job, number), "plan", None))  # as an earlier version tidied
    assert press(world, number) == 302
    assert turn(world.app)
    assert job_of(world, number).state == DONE
    assert counting.made == [[1, 2], [1, 2], [3, 4], [5]]


def test_only_a_failed_job_goes_on(world: World, counting: Counting) -> None:
    done, cancelled = ask(world, a=1), ask(world, a=2)
    world.act(lambda session: queue.cancel(session.get_one(Job, cancelled), world.clock()))
    while turn(world.app):
        pass
    for number, state in ((done, DONE), (cancelled, CANCELLED)):
        assert press(world, number) == 302
        assert job_of(world, number).state == state
    assert not turn(world.app)


def test_a_list_of_teachers_is_uploaded_again_because_the_office_may_have_decided_otherwise_since(
    world: World, counting: Counting, monkeypatch: pytest.MonkeyPatch
) -> None:
    number = ask(world)
    fail(world, counting, 1)
    kinds = world.app.extensions["job_kinds"]
    name = job_of(world, number).kind
    monkeypatch.setitem(world.app.extensions, "job_kinds", {**kinds, name: replace(kinds[name], can_go_on=False)})
    page = world.client().get("/jobs/").text
    assert ("请重新上传名单" in page, "go-on" in page) == (True, False)
    assert press(world, number) == 404
    assert not kinds[ROSTER].can_go_on
