"""Does crediting survive a kill at every step of its transaction, and three simultaneous runs? On both databases, in real processes."""

import json
import os
import subprocess
import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.exc import OperationalError

import xapi.storage.models
from lms import vocabulary as v
from lms.app import create_app
from lms.crediting import ledger
from lms.crediting.evidence import case_of
from lms.crediting.verify import verify
from lms.db import database
from lms.hours import dump, recompute_file
from tests.factories import PUBLIC_URL, DrivenClock, World, build_world, settings_for
from tests.integration.learning.conftest import Page

pytestmark = pytest.mark.services  # starts processes

# Credits waiting evidence. With an argument, it stops after the first SQL statement that begins with the argument, until it is killed. It
# waits for no line: the end of the standard input comes a moment before the kill, and crediting would go on and commit.
CREDIT = """
import os, signal, sys
from sqlalchemy import event
from lms.app import create_app
from lms.config import from_env
from lms.crediting.tasks import credit
from lms.web import logs

logs.configure("ERROR")
app = create_app(from_env(os.environ))

def stop(_connection, _cursor, statement, *_rest):
    if sys.argv[1:] and statement.startswith(sys.argv[1]):
        print("there", flush=True)
        signal.pause()

event.listen(app.extensions["db"].engine, "after_cursor_execute", stop)
with app.app_context():
    credit.run()
print("done", flush=True)
"""


def environment(world: World) -> Mapping[str, str]:
    settings = world.app.extensions["settings"]
    own = {
        name.upper(): str(getattr(settings, name)) for name in ("database_url", "storage_url", "secret_key", "public_url", "content_url")
    }
    return {**os.environ, **own, "LMS_DATA_DIR": str(settings.data_dir), "REDIS_URL": ""}


@contextmanager
def crediting(world: World, programs: Path, *stop_after: str) -> Iterator[subprocess.Popen[str]]:
    command = [programs / "lms", "-c", CREDIT, *stop_after]
    world.app.extensions["db"].dispose()
    process = subprocess.Popen(command, env=environment(world), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True)
    try:
        yield process
    finally:
        process.kill()
        process.communicate()  # until the output ends, which is when the process that really credits is dead


def said(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    return process.stdout.readline().strip()


def waiting(world: World) -> int:
    count: int = world.act(lambda session: session.scalar(select(func.count()).select_from(xapi.storage.models.OutboxRow)))
    return count


def assert_sound(world: World) -> None:
    """Check that the chains are complete, the accounts match the evidence, and a bundle gives the same result without the database."""
    with world.app.app_context(), database().reader() as session:
        assert [finding for checked in verify(session) for finding in checked.findings] == []
        bundle = dump(case_of(session, world.enrolment_id))
    answer, refused = recompute_file(json.dumps(bundle))
    assert answer is not None, refused
    assert {name: one["credited_seconds"] for name, one in answer["activities"].items() if one["credited_seconds"]} == world.credited()


@pytest.fixture
def on_postgresql(postgres_url: str, tmp_path: Path) -> Iterator[World]:
    """A world on PostgreSQL; SQLite allows only one writer at a time."""
    app = create_app(settings_for(postgres_url, tmp_path))
    yield build_world(app, DrivenClock())
    app.extensions["db"].dispose()


STEPS = ("INSERT INTO observation", "INSERT INTO ledger_entry", "UPDATE enrolment", "DELETE FROM xapi_outbox")


def test_killed_after_any_step_it_has_changed_nothing_and_the_next_one_does_everything_once(world: World, programs: Path) -> None:
    world.study("reading", 600)
    film = world.subject("film")
    world.clock.advance(400)
    world.say(film, v.PAUSED, {"extensions": {v.PLAYED_SEGMENTS: "0[.]300"}})
    for step in STEPS:
        with crediting(world, programs, step) as killed:
            assert said(killed) == "there", step
        assert (waiting(world), world.credited()) == (2, {}), step
    with crediting(world, programs) as last:
        assert said(last) == "done"
    assert (waiting(world), world.credited()) == (0, {"c1:reading": 600})
    assert_sound(world)


def test_a_batch_that_comes_thrice_and_is_worked_on_by_three_at_once_is_credited_once(world: World, programs: Path) -> None:
    page = Page(world.client(), world, "gated").open()
    page.stay(300)
    page.beat(last=True)
    completed = {"verb": {"id": v.COMPLETED}, "object": {"id": v.activity_iri(PUBLIC_URL, world.course, "gated")}}
    batch = [{"id": str(uuid.uuid4()), **completed} for _ in range(3)]
    for _ in range(3):
        answer = page.send("/xapi/statements", headers={"X-Experience-API-Version": "2.0.0"}, json=batch)
        assert (answer.status_code, answer.get_json()) == (200, [one["id"] for one in batch])
    assert waiting(world) == 4, "one of presence, three of the batch"
    with crediting(world, programs) as first, crediting(world, programs) as second, crediting(world, programs) as third:
        assert [said(one) for one in (first, second, third)] == ["done"] * 3
    assert (waiting(world), world.credited()) == (0, {"c1:gated": 300})
    assert_sound(world)


def test_crediting_waits_for_another_crediting_of_the_same_person_and_opening_an_activity_does_not(on_postgresql: World) -> None:
    world = on_postgresql
    with world.app.app_context(), database().writer() as first, database().writer() as second:
        ledger.lock(first, [world.enrolment_id])
        assert world.subject("reading"), "a launch is opened at the same time"
        second.execute(text("SET LOCAL lock_timeout = '100ms'"))
        with pytest.raises(OperationalError):
            ledger.lock(second, [world.enrolment_id])
