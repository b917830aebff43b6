"""A real worker on real PostgreSQL and Valkey: killed in the middle, its messages lost, started twice; hours stay right."""

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
from lms.heartbeat import ANY_WORKER, LONGEST_NAME, WorkerHeartbeat, name_of, note
from tests import factories
from tests.factories import World

PATIENCE_S = 60


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


def check(world: World, kind: str) -> tuple[int, str]:
    """Ask as a container does whether this host's process is alive."""
    done = subprocess.run([*LMS, kind, "--check"], env=environment(world), capture_output=True, text=True, check=False)
    return done.returncode, (done.stdout + done.stderr).strip()


@pytest.mark.parametrize("words", [("worker", "--processes", "1"), ("beat",)])
def test_a_container_asks_its_own_process_and_no_other(world: World, words: tuple[str, ...]) -> None:
    kind, name = words[0], name_of(words[0])
    assert check(world, kind) == (1, f"{name}: has not run yet")
    with started(world, *words):
        wait_until(lambda: world.act(lambda session: session.get(WorkerHeartbeat, name)) is not None)
        assert check(world, kind) == (0, f"{name}: ok")
    other = {"worker": "beat", "beat": "worker"}[kind]
    assert check(world, other) == (1, f"{name_of(other)}: has not run yet"), "another kind's, and another host's, is not its own"
    long_ago = datetime.now(UTC) - timedelta(minutes=5)
    world.act(lambda session: setattr(session.get_one(WorkerHeartbeat, name), "at", long_ago))
    status, said = check(world, kind)
    assert (status, said.startswith(f"{name}: silent for 30")) == (1, True)


def test_a_container_whose_database_is_away_is_not_well(world: World) -> None:
    settings = world.app.extensions["settings"]
    away = {**environment(world), "DATABASE_URL": "postgresql://lms:pa55word@127.0.0.1:1/lms"}
    done = subprocess.run([*LMS, "worker", "--check"], env=away, capture_output=True, text=True, check=False)
    assert settings.redis_url
    assert (done.returncode, done.stderr) == (1, f"{name_of('worker')}: the database does not answer (OperationalError)\n")


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
    assert name_of("worker").endswith(host[-5:])
    assert name_of("worker") != name_of("beat")


def test_without_redis_ringing_is_no_error_and_takes_no_time(world: World) -> None:
    world.app.extensions["celery"].conf.broker_url = "redis://127.0.0.1:1/0"
    began = time.monotonic()
    ring_for(world)
    assert time.monotonic() - began < PATIENCE_S
    world.study("reading", 60)
    assert waiting(world) == 1
