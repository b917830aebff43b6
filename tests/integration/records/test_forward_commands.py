"""Can an operator add a forward, see its progress, pause, resume and remove it?"""

import json
from typing import Any

import pytest
from click.testing import Result
from flask import Flask
from sqlalchemy import text

from lms.db import database
from lms.federation.forwarding.tasks import SCHEDULE, forward
from tests.commands import json_of, record_store
from tests.factories import DrivenClock
from tests.integration.records.forwards import Here
from tests.integration.records.otherstore import OtherStore, refusing
from tests.integration.xapi.conftest import VERB, statement


@pytest.fixture
def here(app: Flask, clock: DrivenClock, other: OtherStore) -> Here:
    """This installation."""
    app.cli.add_command(record_store)
    return Here(app, clock, other)


def run(here: Here, *words: str, secret: str = "") -> Result:
    environment = {"LMS_FORWARD_SECRET": secret} if secret else {}
    return here.app.test_cli_runner().invoke(args=["xapi", "forward", *words], env=environment)


def added(here: Here, *words: str) -> Result:
    plain = ["--name", "other", "--endpoint", here.other.endpoint, "--key", here.other.key]
    return run(here, "add", *plain, *words, secret=here.other.secret)


def listed(here: Here) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json_of(run(here, "list", "--json"))
    return found


def test_a_forward_that_was_added_says_whether_the_other_store_answers(here: Here, other: OtherStore) -> None:
    here.store(statement(), statement())
    answer = added(here, "--verb", VERB, "--course", "c1", "--json")
    said = json_of(answer)
    assert said["answers"] == "it answers, and speaks 1.0.0, 1.0.1, 1.0.2, 1.0.3, 2.0.0"
    assert (said["name"], said["endpoint"], said["state"], said["internal"]) == ("other", other.endpoint, "running", True)
    assert said["filter"] == {"verbs": [VERB], "activities": ["http://localhost/id/course/c1"], "agents": []}
    other.stop()
    unanswered = added(here, "--name", "second")
    assert unanswered.exit_code == 0
    assert "no answer now: the connection failed" in unanswered.stdout


def test_the_secret_is_nowhere_to_be_read(here: Here, other: OtherStore) -> None:
    printed = added(here).stdout + run(here, "list").stdout + json.dumps(listed(here))
    with here.app.app_context(), database().reader() as session:
        kept = str(session.execute(text("SELECT * FROM forward")).mappings().one())
    assert other.key in printed
    assert other.secret not in printed + kept


def test_the_clock_sends_and_the_list_says_how_far_it_is(here: Here, other: OtherStore) -> None:
    ids = here.store(*[statement() for _ in range(3)])
    added(here)
    assert (listed(here)[0]["backlog"], listed(here)[0]["last_success"]) == (3, None)
    here.clock.advance(60)
    other.weather = refusing(ids[1])
    with here.app.app_context():
        assert forward.run()
        assert not forward.run()
    (said,) = listed(here)
    assert (said["backlog"], said["sent"], said["dead_letters"], said["state"]) == (0, 2, 1, "running")
    assert said["last_success"] == said["last_failure"] == here.clock().isoformat(timespec="seconds")
    assert run(here, "list").stdout == f"other: running, 0 to send, 2 sent, 1 dead letters → {other.endpoint}\n"
    (letter,) = json_of(run(here, "letters", "other", "--json"))
    assert (letter["statement"], letter["reason"], letter["waiting"]) == (ids[1], "HTTP 400: poison: 400", False)
    assert run(here, "retry", "other", "--statement", ids[1]).stdout == "1 to be tried again\n"
    assert "(to be tried again)" in run(here, "letters", "other").stdout
    other.weather = lambda _environ, _body: None
    here.forward()
    assert sorted(other.ids()) == sorted(ids)
    assert [entry["task"] for entry in SCHEDULE.values()] == [forward.name]


def test_it_is_paused_resumed_and_removed(here: Here, other: OtherStore) -> None:
    ids = here.store(statement())
    added(here)
    assert run(here, "pause", "other").exit_code == 0
    here.forward()
    assert (other.posts, listed(here)[0]["state"], listed(here)[0]["reason"]) == ([], "paused", "Somebody paused it.")
    assert run(here, "resume", "other").exit_code == 0
    here.forward()
    assert other.ids() == ids
    other.weather = refusing(here.store(statement())[0])
    here.forward()
    asked = run(here, "remove", "other")
    assert (asked.exit_code, len(listed(here))) == (1, 1), "nobody said yes"
    assert run(here, "remove", "other", "--yes").exit_code == 0
    assert listed(here) == []
    assert run(here, "pause", "other").exit_code == 2


WRONG = [
    (["--endpoint", "http://lrs.example/xapi"], ["endpoint: must begin with https://"]),
    (["--endpoint", "http://localhost/xapi"], ["endpoint: is this site itself"]),
    (["--verb", "experienced", "--agent", "bo"], ["verb: must be an absolute IRI", "agent: is not JSON"]),
    (["--name", " ", "--key", "a:b"], ["name: needs 1 to 100", "key: needs 1 to 200"]),
]


@pytest.mark.parametrize(("words", "said"), WRONG, ids=range(len(WRONG)))
def test_what_is_wrong_is_told_in_one_line_each(here: Here, words: list[str], said: list[str]) -> None:
    answer = added(here, *words)
    assert (answer.exit_code, answer.stdout) == (2, "")
    assert [line[: len(start)] for line, start in zip(answer.stderr.splitlines(), said, strict=True)] == said
    assert listed(here) == []


def test_a_name_is_there_once(here: Here) -> None:
    assert added(here).exit_code == 0
    again = added(here)
    assert (again.exit_code, again.stderr) == (2, "name: there is a forward of this name already\n")
    assert run(here, "retry", "other", "--statement", "3f0f1b2e-0000-4000-8000-000000000000").exit_code == 2
