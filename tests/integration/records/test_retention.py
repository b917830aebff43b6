"""Are old statements removed when they may be and only then, and do their hours stay explained and recomputable?"""

import json
import uuid
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from click.testing import Result
from sqlalchemy import func, select, update

import xapi
from lms.classes.models import Enrolment
from lms.crediting.models import Observation
from lms.crediting.verify import verify
from lms.db import database
from lms.federation.forwarding.models import DeadLetter, Forward
from lms.hours import recompute_file
from lms.learning.stating import store
from lms.privacy.retention.models import COMMAND
from lms.privacy.retention.plan import over, plan
from lms.privacy.retention.removal_run import begin
from lms.privacy.retention.removing import _begin
from lms.records.models import RemovedMonth
from lms.transcripts.transcript import Transcript, read
from tests.commands import json_of, record_store
from tests.factories import BEGIN, PUBLIC_URL, World
from xapi.storage.models import OutboxRow, StatementRow
from xapi.storage.retention import month_of

LATER = datetime(2027, 4, 1, tzinfo=UTC)  # thirteen months after; the class ended in June


@pytest.fixture
def old(world: World) -> World:
    """The world a year after the teacher studied and got hours, keeping statements for twelve months."""
    world.app.extensions["settings"] = replace(world.app.extensions["settings"], statements_kept_months=12)
    with world.app.app_context(), database().writing() as connection:
        xapi.storage.partitions.prepare(connection, BEGIN)
    world.study("reading", 1200)
    world.study("film", 600)
    world.credit()
    world.clock.at = LATER
    return world


def run(world: World, *words: str, code: int = 0) -> Result:
    world.app.cli.add_command(record_store)
    answer = world.app.test_cli_runner().invoke(args=["xapi", "retention", *words])
    assert answer.exit_code == code, (answer.output, answer.stderr, answer.exception)
    return answer


def count(world: World, model: type) -> int:
    found: int = world.act(lambda session: session.scalar(select(func.count()).select_from(model)))
    return found


def transcript(world: World) -> Transcript:
    found: Transcript = world.act(lambda session: read(session, world.enrolment_id, world.clock()))
    return found


def findings(world: World) -> list[str]:
    found: list[str] = world.act(lambda session: [one.problem for part in verify(session) for one in part.findings])
    return found


def held(world: World) -> list[tuple[str, int, str]]:
    found: list[tuple[str, int, str]] = world.act(
        lambda session: [tuple(hold) for one in plan(session, world.clock(), 12) for hold in one.holds]
    )
    return found


def test_looking_changes_nothing_and_says_what_rests_on_a_month(old: World) -> None:
    said = json_of(run(old, "--json"))
    (month,) = said["planned"]
    assert (month["month"], month["statements"], month["people"]) == ("2026-03", 2, 1)
    assert (month["enrolments"], month["credited_seconds"], month["held_back"], said["removed"]) == (1, 1200, [], [])
    told = run(old).stdout
    assert "2026-03 (UTC): 2 statements of 1 people" in told
    assert "0:20 h credited in all" in told
    assert "hours and evidence stay" in told
    assert (count(old, StatementRow), count(old, RemovedMonth)) == (2, 0)


def test_hours_stay_with_transcript_bundle_and_ledger(old: World) -> None:
    before, hours = transcript(old), old.credited()
    texts = old.act(lambda session: session.scalars(select(StatementRow.text)).all())
    done = json_of(run(old, "--apply", "--yes", "--json"))
    (row,) = done["removed"]
    assert (row["month"], row["statements"], row["people"], row["enrolments"], bool(row["finished_at"])) == ("2026-03", 2, 1, 1, True)
    assert (count(old, StatementRow), count(old, Observation)) == (0, 2)
    after = transcript(old)
    assert (after.bundle_sha256, after.ledger_head, after.hours) == (before.bundle_sha256, before.ledger_head, before.hours)
    result, problems = recompute_file(after.bundle)
    assert (problems, result is not None and result["credited_seconds"]) == ([], 1200)
    assert (findings(old), old.credited()) == ([], hours)
    old.act(lambda session: _again(session, [json.loads(text) for text in texts], old))
    assert (old.credit(), count(old, StatementRow), count(old, OutboxRow)) == (0, 0, 0), "sent again it is known and earns nothing"
    assert (findings(old), old.credited()) == ([], hours)
    assert "2026-03 removed" in run(old).stdout
    assert "Nothing was removed" in run(old, "--apply", "--yes").stdout


def _again(session: Any, texts: list[dict[str, Any]], world: World) -> None:
    sent = [{name: value for name, value in one.items() if name not in {"stored", "authority", "version"}} for one in texts]
    store(session, sent, PUBLIC_URL, world.clock())


def test_voiding_a_statement_that_is_gone_takes_back_its_hours(old: World) -> None:
    target = old.act(lambda session: session.scalars(select(Observation.statement_id).where(Observation.activity == "c1:reading")).one())
    actor = json.loads(old.act(lambda session: session.scalars(select(StatementRow.text)).first()))["actor"]
    run(old, "--apply", "--yes")
    voiding = {
        "id": str(uuid.uuid4()),
        "actor": actor,
        "verb": {"id": "http://adlnet.gov/expapi/verbs/voided"},
        "object": {"objectType": "StatementRef", "id": str(target)},
    }
    old.act(lambda session: store(session, [voiding], PUBLIC_URL, old.clock()))
    old.credit()
    assert (old.credited(), findings(old)) == ({}, [])


def test_a_month_goes_from_the_moment_on_at_which_it_has_been_over_for_as_long(old: World) -> None:
    assert over(LATER, 12) == datetime(2026, 4, 1, tzinfo=UTC)
    assert over(LATER - timedelta(microseconds=1), 12) == datetime(2026, 3, 1, tzinfo=UTC)
    old.clock.at = LATER - timedelta(microseconds=1)
    assert "No statement is older than 12 months" in run(old).stdout
    run(old, "--apply", "--yes")
    assert count(old, StatementRow) == 2


@pytest.mark.parametrize("what", ["waiting", "parked", "not-sent", "refused", "studying"])
def test_what_is_unfinished_holds_a_month_back(old: World, what: str) -> None:
    def leave(session: Any) -> None:
        seen = session.scalars(select(StatementRow).order_by(StatementRow.sid)).first()
        place = None if what == "not-sent" else (seen.stored + timedelta(days=1), 10**6)
        own = {"name": "n", "endpoint": "https://lrs.example", "key": "k", "secret": "s", "filter": {}, "created_at": LATER}
        if what in {"waiting", "parked"}:
            session.add(OutboxRow(statement_id=seen.id, stored=seen.stored, parked=what == "parked"))
        elif what != "studying":
            forward = Forward(next_at=LATER, touched_at=LATER, **own)
            forward.place_stored, forward.place_sid = place or (None, None)
            session.add(forward)
            session.flush()
            if what == "refused":
                session.add(DeadLetter(forward_id=forward.id, statement_id=seen.id, reason="no", refused_at=LATER))

    old.act(leave)
    if what == "studying":
        old.act(lambda session: session.execute(update(Enrolment).values(window_to=LATER - timedelta(days=29))))
    name = "n" if what in {"not-sent", "refused"} else ""
    assert held(old) == [(what, 1, name)]
    assert "held back" in run(old).stdout
    assert "Nothing was removed" in run(old, "--apply", "--yes").stdout
    assert (count(old, StatementRow), count(old, RemovedMonth)) == (2, 0)


def test_what_comes_into_the_month_between_plan_and_removal_holds_it_back(old: World, monkeypatch: pytest.MonkeyPatch) -> None:
    def into_the_past(*_: Any) -> tuple[int, int]:
        monkeypatch.undo()
        old.clock.at = BEGIN + timedelta(days=1)
        old.study("reading", 60)
        old.clock.at = LATER
        return 0, 0

    monkeypatch.setattr("lms.privacy.retention.removing.resting_on", into_the_past)
    answer = run(old, "--apply", "--yes", code=1)
    assert "2026-03: held back: 1 not processed yet" in answer.stderr
    assert count(old, StatementRow) == 3
    old.credit()
    run(old, "--apply", "--yes")
    assert (count(old, StatementRow), findings(old)) == (0, [])


def test_killed_half_way_the_same_command_goes_on(old: World) -> None:
    began = old.act(lambda session: begin(session, COMMAND, 12).id)
    with old.app.app_context():
        _begin(month_of(BEGIN), began)
    assert "2026-03 is going" in run(old).stdout
    assert findings(old) == []
    run(old, "--apply", "--yes")
    assert (count(old, StatementRow), count(old, RemovedMonth)) == (0, 1)
    assert "2026-03 removed" in run(old).stdout


def test_without_the_setting_nothing_ever_goes(world: World) -> None:
    answer = run(world, "--apply", "--yes", code=2)
    assert answer.stderr == "STATEMENTS_KEPT_MONTHS: is not set, so statements are kept without a limit\n"


def test_without_confirmation_nothing_is_removed(old: World) -> None:
    assert run(old, "--apply", code=1)
    assert count(old, StatementRow) == 2
