"""Do hours stay right with a real worker on real PostgreSQL and Valkey: killed, without messages, started twice?"""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psutil
import pytest
from redis import Redis
from sqlalchemy import func, select

import xapi.storage.models
from lms.app import create_app
from lms.celery_app import ring
from lms.classes.models import Enrolment
from lms.crediting.tasks import credit
from lms.crediting.verify import verify
from lms.db import database
from lms.heartbeat import ANY_WORKER, LONGEST_NAME, WorkerHeartbeat, name_of, note, of_host
from tests import factories
from tests.factories import World

PATIENCE_S = 200  # a bound on waiting, not an expectation: on a machine with a load of ten, a worker took more than a minute to start
NO_TIME_S = 60
pytestmark = pytest.mark.timeout(600)


@pytest.fixture
def world(postgres_url: str, valkey_url: str, tmp_path: Path) -> Iterator[World]:
    """A world whose web process and worker share PostgreSQL and Valkey, as in a real installation."""
    app = create_app(factories.settings_for(postgres_url, tmp_path, redis_url=valkey_url))
    yield factories.build_world(app, factories.DrivenClock())
    app.extensions["db"].dispose()


def environment(world: World) -> dict[str, str]:
    settings = world.app.extensions["settings"]
    return {
        **os.environ,
        "DATABASE_URL": settings.database_url,
        "REDIS_URL": settings.redis_url,
        "STORAGE_URL": settings.storage_url,
        "SECRET_KEY": settings.secret_key,
        "PUBLIC_URL": settings.public_url,
        "CONTENT_URL": settings.content_url,
        "LMS_DATA_DIR": str(settings.data_dir),
    }


LMS = (sys.executable, "-c", "from lms.cli import main; main()")


@contextmanager
def started(world: World, *words: str) -> Iterator[subprocess.Popen[bytes]]:
    process = subprocess.Popen([*LMS, *words], env=environment(world), start_new_session=True)
    try:
        yield process
    finally:
        kill(process)


def worker(world: World, *options: str) -> AbstractContextManager[subprocess.Popen[bytes]]:
    return started(world, "worker", "--processes", "1", *options)


def kill(process: subprocess.Popen[bytes]) -> None:
    """End a worker and its children as a power cut would."""
    if process.poll() is None:
        os.killpg(process.pid, signal.SIGKILL)
    process.wait(10)


def wait_until(true: Callable[[], bool]) -> None:
    end = time.monotonic() + PATIENCE_S
    while not true():
        assert time.monotonic() < end, f"not within {PATIENCE_S} s"
        time.sleep(0.1)


def waiting(world: World) -> int:
    count: int = world.act(lambda session: session.scalar(select(func.count()).select_from(xapi.storage.models.OutboxRow)))
    return count


def ring_for(world: World) -> None:
    with world.app.app_context():
        ring(credit)


def assert_sound(world: World) -> None:
    with world.app.app_context(), database().reader() as session:
        assert [finding for checked in verify(session) for finding in checked.findings] == []


def is_blocked(world: World) -> bool:
    query = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()"
    with world.app.extensions["db"].engine.connect() as connection:
        return bool(connection.exec_driver_sql(query).scalar())


def test_a_worker_killed_in_the_middle_loses_nothing_and_doubles_nothing(world: World) -> None:
    world.study("reading", 600)
    with world.app.extensions["db"].writer() as held, held.begin():
        held.execute(select(Enrolment.id).with_for_update())
        with worker(world) as first:
            ring_for(world)
            wait_until(lambda: is_blocked(world))  # it has read the batch and waits for the account
            kill(first)
    assert (waiting(world), world.credited()) == (1, {})
    with worker(world):
        ring_for(world)
        wait_until(lambda: waiting(world) == 0)
    assert world.credited() == {"c1:reading": 600}
    assert_sound(world)


def test_with_every_message_lost_the_beat_finds_the_work(world: World, valkey_url: str) -> None:
    world.study("reading", 600)
    ring_for(world)
    with Redis.from_url(valkey_url) as client:
        client.flushall()
    with worker(world):
        wait_until(lambda: waiting(world) == 0)
        wait_until(lambda: bool(world.act(lambda session: session.get(WorkerHeartbeat, "worker"))))
    assert world.credited() == {"c1:reading": 600}
    assert_sound(world)


Check = Callable[[str], tuple[int, str]]


@pytest.fixture
def check(world: World, programs: Path) -> Check:
    """Runs the check that a container runs for its process."""

    def run(kind: str) -> tuple[int, str]:
        done = subprocess.run([programs / "lms", kind, "--check"], env=environment(world), capture_output=True, text=True, check=False)
        return done.returncode, (done.stdout + done.stderr).strip()

    return run


def alive(world: World, kind: str) -> list[str]:
    """Return the names of the processes of a kind that have said that they are alive."""
    named = select(WorkerHeartbeat.name).where(WorkerHeartbeat.name.like(f"{kind}@%"))
    found: list[str] = world.act(lambda session: list(session.scalars(named.order_by(WorkerHeartbeat.name))))
    return found


@pytest.mark.parametrize("words", [("worker", "--processes", "1", "--no-beat"), ("beat",)])
def test_a_container_asks_its_own_process_and_no_other(world: World, words: tuple[str, ...], check: Check) -> None:
    kind = words[0]
    status, said = check(kind)
    assert (status, said.splitlines()[0]) == (1, f"{of_host(kind)}: has not run yet")
    with started(world, *words):
        wait_until(lambda: alive(world, kind) != [])
        (name,) = alive(world, kind)
        status, said = check(kind)
        assert (status, said.splitlines()[0]) == (0, f"{name}: ok")
        other = {"worker": "beat", "beat": "worker"}[kind]
        status, said = check(other)
        assert (status, said.splitlines()[0]) == (1, f"{of_host(other)}: has not run yet"), "another kind's is not its own"
        wait_until(lambda: check(kind)[0] == 0)
    assert check(kind)[1].splitlines()[0] == f"{of_host(kind)}: is not running", "ended without a word"
    world.act(lambda session: note(session, name_of(kind), datetime.now(UTC) - timedelta(minutes=5)))  # this very process
    status, said = check(kind)
    assert (status, said.splitlines()[0][:-3]) == (1, f"{name_of(kind)}: silent for 300 s"[:-3])


def test_two_workers_on_one_host_are_told_apart(world: World, check: Check) -> None:
    with worker(world, "--no-beat"), worker(world, "--no-beat"):
        wait_until(lambda: len(alive(world, "worker")) == 2)
        status, said = check("worker")
        assert (status, [line.partition(": ")[2] for line in said.splitlines()[:2]]) == (0, ["ok", "ok"])


def test_a_dead_clock_inside_a_worker_is_reported_by_the_check_and_restarted(world: World, check: Check) -> None:
    with worker(world) as process:
        wait_until(lambda: len(alive(world, "worker")) == 1 and clock_of(process) is not None and check("worker")[0] == 0)
        first = clock_of(process)
        assert first is not None
        (row,) = alive(world, "beat")
        world.act(lambda session: note(session, row, datetime.now(UTC) - timedelta(minutes=5)))
        status, said = check("worker")
        assert (status, any(line.startswith(f"{row}: silent for 30") for line in said.splitlines())) == (1, True)
        first.kill()
        wait_until(lambda: clock_of(process) not in {None, first})
        wait_until(lambda: check("worker")[0] == 0)
    assert alive(world, "beat") == [row], "the clock that follows speaks under the same name"


def clock_of(worker: subprocess.Popen[bytes]) -> psutil.Process | None:
    """Return the process that is the clock of a worker: its newest child, beside the one that works; None where it has none."""
    children = [one for one in psutil.Process(worker.pid).children() if one.status() != psutil.STATUS_ZOMBIE]
    return max(children, key=lambda one: (one.create_time(), one.pid)) if len(children) > 1 else None


def test_readyz_and_the_check_say_the_same_of_the_periodic_work(world: World, check: Check) -> None:
    at = datetime.now(UTC)
    for name, seconds in ((ANY_WORKER, 80), ("worker@elsewhere:1", 1), ("beat@elsewhere:2", 90)):
        world.act(lambda session, name=name, seconds=seconds: note(session, name, at - timedelta(seconds=seconds)))
    told = world.app.test_client().get("/readyz").json
    assert told is not None
    said = told["checks"]["worker"]
    assert (said.startswith("silent for 8"), said.partition("; ")[2]) == (True, "all clocks are silent, too")
    last = check("worker")[1].splitlines()[-1]
    assert (last.startswith("the site's periodic work: silent for "), last.partition("; ")[2]) == (True, "all clocks are silent, too")


def test_a_container_whose_database_is_away_is_not_well(world: World, programs: Path) -> None:
    settings = world.app.extensions["settings"]
    away = {**environment(world), "DATABASE_URL": "postgresql://lms:pa55word@127.0.0.1:1/lms"}
    done = subprocess.run([programs / "lms", "worker", "--check"], env=away, capture_output=True, text=True, check=False)
    assert settings.redis_url
    assert (done.returncode, done.stderr) == (1, f"{of_host('worker')}: the database does not answer (OperationalError)\n")


def test_hosts_that_are_long_gone_are_forgotten(world: World) -> None:
    world.act(lambda session: note(session, "worker@gone", world.clock()))
    world.act(lambda session: note(session, ANY_WORKER, world.clock()))
    world.clock.advance(2 * 86_400)
    world.act(lambda session: note(session, "worker@here", world.clock()))
    assert set(world.act(lambda session: session.scalars(select(WorkerHeartbeat.name)).all())) == {ANY_WORKER, "worker@here"}


@pytest.mark.parametrize("host", ["a", "pod-" * 20 + "x7f9z"])
def test_a_name_fits_and_keeps_the_end_of_a_long_host_name(monkeypatch: pytest.MonkeyPatch, host: str) -> None:
    monkeypatch.setattr(socket, "gethostname", lambda: host)
    assert len(name_of("worker")) <= LONGEST_NAME
    assert of_host("worker").endswith(host[-5:])
    assert len(name_of("worker", 4_194_304)) <= LONGEST_NAME, "the largest process number that Linux has"
    assert name_of("worker") != name_of("beat")


def test_without_redis_ringing_is_not_an_error_and_takes_no_time(world: World) -> None:
    world.app.extensions["celery"].conf.broker_url = "redis://127.0.0.1:1/0"
    began = time.monotonic()
    ring_for(world)
    assert time.monotonic() - began < NO_TIME_S
    world.study("reading", 60)
    assert waiting(world) == 1
