"""Do earlier statements count once the rules read them, and does a second reading change nothing?"""

import pytest
from flask.cli import ScriptInfo
from sqlalchemy import update
from sqlalchemy.orm import Session

import xapi.storage.outbox
from lms import vocabulary as v
from lms.classes.models import Enrolment
from lms.crediting import evidence_intake
from lms.crediting.commands import hours
from lms.crediting.verify import verify
from lms.db import database
from tests.commands import json_of
from tests.factories import PUBLIC_URL, World


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    return sqlite_url


def clean(world: World) -> int:
    """Verify everything, and return how many statements prove more than is kept."""
    with world.app.app_context(), database().reader() as session:
        checked = list(verify(session, public_url=PUBLIC_URL))
    assert [finding for one in checked for finding in one.findings] == []
    return sum(one.behind for one in checked)


def reread(world: World, *options: str) -> dict[str, int]:
    result = world.app.test_cli_runner().invoke(hours, ["reread", "--json", *options], obj=ScriptInfo(create_app=lambda: world.app))
    answer: dict[str, int] = json_of(result)
    return answer


@pytest.fixture
def earlier(world: World, monkeypatch: pytest.MonkeyPatch) -> World:
    """Ten minutes in an activity whose content ended with `answered`, under rules that did not read that."""
    monkeypatch.setattr(v, "ENDING", frozenset())
    subject = world.study("gated", 600)
    world.say(subject, v.ANSWERED, {"completion": True, "success": True})
    world.credit()
    assert world.credited() == {}
    monkeypatch.undo()
    return world


def test_what_was_said_under_narrower_rules_counts_after_it_is_read_again(earlier: World) -> None:
    assert clean(earlier) == 0
    assert reread(earlier, "--dry-run")["again"] == 1
    assert earlier.credit() == 0
    assert reread(earlier) == {"statements": 2, "again": 1}
    assert reread(earlier)["again"] == 0, "it waits already"
    earlier.credit()
    assert earlier.credited() == {"c1:gated": 600}
    assert clean(earlier) == 0
    assert reread(earlier) == {"statements": 2, "again": 0}
    assert earlier.credit() == 0


def test_a_statement_of_which_a_part_was_kept_gets_the_rest(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    real = evidence_intake.observe
    monkeypatch.setattr(evidence_intake, "observe", lambda *said: real(*said)[:1])  # `passed` was not read from `completed`
    subject = world.study("gated", 600)
    world.say(subject, v.COMPLETED, {"success": True})
    world.credit()
    monkeypatch.undo()
    assert clean(world) == 1
    reread(world, "--enrolment", str(world.enrolment_id))
    world.credit()
    assert clean(world) == 0
    assert world.credited() == {"c1:gated": 600}


def test_what_was_set_aside_is_left_alone(earlier: World) -> None:
    def put_aside(session: Session) -> None:
        waiting = xapi.storage.outbox.take(session, 100)
        xapi.storage.outbox.park(session, [one.id for one in waiting], "planted", earlier.clock())

    assert reread(earlier)["again"] == 1
    earlier.act(put_aside)
    assert reread(earlier)["again"] == 0
    assert earlier.credit() == 0


def test_an_account_whose_evidence_was_erased_stays_as_it_is(earlier: World) -> None:
    earlier.act(lambda session: session.execute(update(Enrolment).values(evidence_erased_at=earlier.clock())))
    assert reread(earlier)["again"] == 0


def test_another_enrolment_is_not_read(earlier: World) -> None:
    assert reread(earlier, "--enrolment", "999") == {"statements": 0, "again": 0}
