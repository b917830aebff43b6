"""Does every line of the log have the request's id, and no information about a person?"""

import json
import logging
import re
from collections.abc import Iterator
from typing import Any

import pytest
import structlog
from celery import shared_task
from flask import Flask
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from lms.accounts.access import public
from lms.accounts.models import Person
from lms.accounts.passwords import set_password
from lms.celery_app import TaskFailed
from lms.crediting.tasks import credit
from lms.db import session, transaction
from lms.web import logs
from tests.access import form_token
from tests.factories import World
from tests.integration.learning.conftest import Page

ID = re.compile(r"[0-9a-f]{16}")
PASSWORD = "a-password-to-look-for"
PERSONAL = ("王秀兰", "xiulan", "example.org", "13812345678", "203.0.113.7", "teacher", "mailto", PASSWORD)


class Log:
    """The log since the last call."""

    def __init__(self, capsys: pytest.CaptureFixture[str]) -> None:
        self._capsys = capsys

    def begin(self, level: str = "INFO") -> None:
        """Write logs as an installation with this LOG_LEVEL does."""
        logs.configure(level)
        structlog.configure(cache_logger_on_first_use=False)  # otherwise every later test would write to this one's standard error

    def lines(self, *, personal: bool = False) -> list[dict[str, Any]]:
        """Return the lines, after checking that each is one JSON line on standard error and (unless told otherwise) names no person."""
        written = self._capsys.readouterr()
        assert written.out == ""
        found = [word for word in PERSONAL if word in written.err]
        assert personal == bool(found), found
        return [json.loads(line) for line in written.err.splitlines()]


@pytest.fixture
def log(world: World, capsys: pytest.CaptureFixture[str]) -> Iterator[Log]:
    """The log of the world, as an installation writes it."""
    before, root = structlog.get_config(), logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield Log(capsys)
    logging.captureWarnings(False)
    structlog.configure(**before)
    root.handlers[:] = handlers
    root.setLevel(level)


def add_doubled_person() -> None:
    """Fail as code with a missing check would: the database's error message names the person."""
    with transaction() as writing:
        writing.add(Person(username="teacher", name="王秀兰", email="xiulan@example.org"))


@shared_task(name="tests.failing", ignore_result=True)
def failing(phone: str) -> None:
    add_doubled_person()


def break_something(app: Flask) -> None:
    @app.get("/broken/<name>")
    @public
    def broken(name: str) -> str:
        if name == "database":
            add_doubled_person()
        logging.getLogger("somebody.elses").warning("odd")
        try:
            raise ValueError("王秀兰 13812345678")
        except ValueError as error:
            raise KeyError("xiulan@example.org") from error


def test_a_request_is_one_line_with_its_id_and_without_its_address(world: World, log: Log) -> None:
    log.begin()
    agent = {"agent": json.dumps({"mbox": "mailto:xiulan@example.org"})}
    answer = world.app.test_client().get("/xapi/statements", query_string=agent, environ_base={"REMOTE_ADDR": "203.0.113.7"})
    (line,) = log.lines()
    assert (line["event"], line["level"], line["method"], line["endpoint"], line["status"]) == (
        "request",
        "info",
        "GET",
        "xapi.statements",
        401,
    )
    assert set(line) == {"event", "level", "timestamp", "request_id", "method", "endpoint", "status", "ms"}
    assert answer.headers["X-Request-Id"] == line["request_id"]
    assert ID.fullmatch(line["request_id"])


@pytest.mark.parametrize("said", ["", "short", "a b c d e f g h", "x" * 65, "12345678<script>", "漢字漢字漢字漢字"])
def test_an_id_from_in_front_is_taken_only_if_it_is_plain(world: World, log: Log, said: str) -> None:
    log.begin()
    client = world.app.test_client()
    taken, made = (client.get("/login", headers={"X-Request-Id": one}).headers["X-Request-Id"] for one in ("0123-abcd_EF", said))
    assert taken == "0123-abcd_EF"
    assert ID.fullmatch(made)
    assert [line["request_id"] for line in log.lines()] == [taken, made]


def test_signing_in_leaves_no_name_and_no_password(world: World, log: Log) -> None:
    log.begin()
    world.act(lambda writing: set_password(writing.get_one(Person, world.person_id), PASSWORD))
    client = world.app.test_client()
    for password in ("wrong-" + PASSWORD, PASSWORD):
        client.post("/login", data={"identity": "teacher", "password": password}, headers={"X-CSRFToken": form_token(client)})
    assert client.get("/home").status_code == 200
    assert [line["status"] for line in log.lines()] == [200, 302, 200]


@pytest.mark.parametrize(("what", "kinds"), [("python", ["ValueError", "KeyError"]), ("database", ["IntegrityError"])])
def test_an_error_is_told_by_its_kinds_and_places_not_by_its_message(world: World, log: Log, what: str, kinds: list[str]) -> None:
    log.begin()
    break_something(world.app)
    answer = world.app.test_client().get(f"/broken/{what}")
    assert answer.status_code == 500
    lines = log.lines()
    assert {line["request_id"] for line in lines} == {answer.headers["X-Request-Id"]}
    (failed,) = [line for line in lines if line["event"] == "request.failed"]
    assert [place for place in failed["exception"] if place in kinds][-len(kinds) :] == kinds
    assert failed["exception"][-1] == kinds[-1]
    assert any(f"{__file__}:" in place and place.endswith(" broken") for place in failed["exception"])


def test_debugging_tells_the_message_too(world: World, log: Log) -> None:
    log.begin("DEBUG")
    break_something(world.app)
    world.app.test_client().get("/broken/python")
    (failed,) = [line for line in log.lines(personal=True) if line["event"] == "request.failed"]
    assert "王秀兰" in failed["exception"]


def test_what_a_statement_was_given_stands_in_no_message_of_the_database(world: World) -> None:
    with world.app.app_context(), pytest.raises(DBAPIError) as refused:
        session().execute(text("SELECT :name FROM nowhere"), {"name": "王秀兰"})
    assert "王秀兰" not in str(refused.value)


def test_another_librarys_line_is_one_of_json_with_the_requests_id(world: World, log: Log) -> None:
    log.begin()
    break_something(world.app)
    answer = world.app.test_client().get("/broken/python")
    (line,) = [line for line in log.lines() if line["event"] == "odd"]
    assert (line["level"], line["request_id"]) == ("warning", answer.headers["X-Request-Id"])


def test_a_task_that_fails_is_told_with_its_name_and_without_its_arguments(world: World, log: Log) -> None:
    log.begin()
    task = world.app.extensions["celery"].tasks[failing.name]
    with pytest.raises(TaskFailed):
        task("13812345678")
    (line,) = log.lines()
    assert (line["event"], line["task"], line["error"]) == ("task.failed", "tests.failing", "IntegrityError")
    assert "task_id" in line


def test_a_task_whose_database_is_away_is_one_short_line(world: World, log: Log) -> None:
    log.begin()
    with world.app.extensions["db"].engine.begin() as connection:
        connection.execute(text("DROP TABLE xapi_outbox"))
    with pytest.raises(TaskFailed):
        world.app.extensions["celery"].tasks[credit.name]()
    (line,) = log.lines()
    assert line["task"] == credit.name
    assert line["event"] in {"task.database-unavailable", "task.failed"}


def test_the_log_level_is_kept(world: World, log: Log) -> None:
    log.begin("WARNING")
    world.app.test_client().get("/login")
    assert log.lines() == []


@pytest.mark.parametrize("told", ["平凡", "half \ud800 a character", 2**70, {1, 2}, {("a", "b"): 1}, ValueError("no"), None, b"bytes"])
def test_whatever_is_told_becomes_one_line_of_json(told: Any) -> None:
    line = logs.line(None, "info", {"event": "x\ny", "told": told})
    assert b"\n" not in line
    assert json.loads(line)["event"] == "x\ny"


def test_a_beat_that_is_answered_before_flask_has_its_line_and_the_id_that_a_proxy_gave_it(world: World, log: Log) -> None:
    log.begin()
    player = Page(world.client(), world).open()
    player.beat()
    log.lines()
    answer = player.send("/learn/beat", headers={"X-Request-Id": "from-a-proxy"}, json={"nonce": player.nonce})
    (line,) = log.lines()
    assert answer.headers["X-Request-Id"] == line["request_id"] == "from-a-proxy"
    assert (line["event"], line["method"], line["endpoint"], line["status"]) == ("request", "POST", "learning.take_beat", 200)
    assert line["ms"] >= 0
