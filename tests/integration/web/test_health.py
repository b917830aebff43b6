"""Does /readyz name each failing part correctly, and does /healthz only say whether the process serves?"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import make_url, text

from lms.app import create_app
from lms.celery_app import note_heartbeat
from lms.heartbeat import HEARTBEAT_SECONDS
from lms.web.health import OLDEST_OUTBOX
from tests import servers
from tests.access import form_token
from tests.factories import DrivenClock, World, build_world, settings_for

FIT = {"database": "ok", "migrations": "ok", "worker": "ok", "outbox": "ok", "disk": "ok"}


@pytest.fixture
def fit(app: Flask) -> Flask:
    """An installation of which every part is fit."""
    with app.app_context():
        note_heartbeat.run()
    return app


def asked(app: Flask) -> tuple[int, dict[str, Any]]:
    answer = app.test_client().get("/readyz")
    assert app.test_client().get("/healthz").status_code == 200
    assert (answer.status_code == 200) == (answer.json["status"] == "ok")
    checks: dict[str, Any] = answer.json["checks"]
    return answer.status_code, checks


def unfit(app: Flask) -> dict[str, str]:
    """Return the parts that are not fit; there must be some."""
    status, checks = asked(app)
    assert status == 503
    return {part: said for part, said in checks.items() if said != "ok"}


def test_when_every_part_is_fit_it_says_so(fit: Flask) -> None:
    assert asked(fit) == (200, FIT)


@contextmanager
def away(app: Flask, database_url: str, request: pytest.FixtureRequest) -> Iterator[None]:
    """Take the database away, and give it back at the end of the block."""
    app.extensions["db"].dispose()
    name = make_url(database_url).database or ""
    if database_url.startswith("sqlite"):
        file = Path(name)
        kept = file.rename(file.with_suffix(".kept"))
        file.mkdir()
        yield
        file.rmdir()
        kept.rename(file)
    else:
        server: servers.Postgres = request.getfixturevalue("postgres")
        server._run("ALTER DATABASE {} RENAME TO {}", name, "gone")
        try:
            yield
        finally:
            server._run("ALTER DATABASE {} RENAME TO {}", "gone", name)


def test_a_database_that_does_not_answer(fit: Flask, database_url: str, request: pytest.FixtureRequest) -> None:
    client = fit.test_client()
    sign_in = {"data": {"identity": "teacher", "password": "x"}, "headers": {"X-CSRFToken": form_token(client)}}
    with away(fit, database_url, request):
        assert unfit(fit) == {"database": "does not answer (OperationalError)"}
        answers = [
            client.post("/login", **sign_in),
            client.get("/xapi/statements", auth=("key", "secret"), headers={"X-Experience-API-Version": "2.0.0"}),
        ]
        assert [answer.status_code for answer in answers] == [503, 503]
        assert all(1 <= int(answer.headers["Retry-After"]) <= 60 for answer in answers)
    assert asked(fit) == (200, FIT), "fit again by itself"


@pytest.mark.parametrize(
    ("version", "words"), [(None, "at nothing, needs"), ("0001", "at 0001, needs"), ("9999", "at 9999, which is newer than this program")]
)
def test_a_database_of_another_version(fit: Flask, version: str | None, words: str) -> None:
    with fit.extensions["db"].engine.begin() as connection:
        connection.execute(text("DELETE FROM alembic_version"))
        if version:
            connection.execute(text("INSERT INTO alembic_version VALUES (:version)"), {"version": version})
    (said,) = unfit(fit).values()
    assert said.startswith(words)


def test_a_worker_that_never_ran_or_fell_silent(fit: Flask, clock: DrivenClock) -> None:
    clock.advance(3 * HEARTBEAT_SECONDS - 1)
    assert asked(fit)[0] == 200
    clock.advance(1)
    assert unfit(fit) == {"worker": "silent for 60 s"}
    with fit.extensions["db"].engine.begin() as connection:
        connection.execute(text("DELETE FROM worker_heartbeat"))
    assert unfit(fit) == {"worker": "has not run yet"}


def test_a_statement_that_nobody_works_on(fit: Flask, clock: DrivenClock) -> None:
    world: World = build_world(fit, clock)
    world.study("reading", 60)
    clock.advance(OLDEST_OUTBOX.total_seconds())
    with fit.app_context():
        note_heartbeat.run()
    assert unfit(fit) == {"outbox": "a statement has waited for 300 s"}
    world.credit()
    assert asked(fit) == (200, FIT)


def test_a_disk_that_is_nearly_full(fit: Flask, database_url: str, tmp_path: Path, clock: DrivenClock) -> None:
    other = create_app(settings_for(database_url, tmp_path, free_disk_mb=10**9), clock=clock)
    (said,) = unfit(other).values()
    assert said.startswith("only ")
    assert said.endswith(" MB free")
    other.extensions["db"].dispose()
