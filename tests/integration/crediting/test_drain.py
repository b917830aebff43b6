"""From a stored statement to credited hours: nothing lost, nothing twice, nothing from nothing, on both databases."""

import json
import threading
import uuid
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

import xapi
import xapi.storage.outbox
import xapi.storage.store
from lms import vocabulary as v
from lms.classes.models import Enrolment
from lms.crediting import drain as draining
from lms.crediting.drain import drain, recredit
from lms.crediting.evidence import case_of
from lms.crediting.evidence_intake import sort_by_enrolment
from lms.crediting.ledger import entries_of
from lms.crediting.models import LedgerEntry, Observation
from lms.crediting.verify import Finding, verify
from lms.db import database
from lms.hours import dump, recompute_file
from lms.learning.stating import present_statement, store
from lms.learning.stretch import Stretch
from tests.factories import PUBLIC_URL, World


def findings(world: World) -> list[Finding]:
    with world.app.app_context(), database().reader() as session:
        return [finding for checked in verify(session) for finding in checked.findings]


def entries(world: World) -> int:
    count: int = world.act(lambda session: session.scalar(select(func.count()).select_from(LedgerEntry)))
    return count


def forged(world: World, statement: dict[str, object], *scopes: str) -> None:
    """Store a statement as a system with a key of its own would send it."""
    authority = {"objectType": "Agent", "account": {"homePage": PUBLIC_URL, "name": "some-key"}}
    credential = xapi.Credential(name="some-key", authority=authority, scopes=frozenset(scopes or {"all"}))
    world.act(lambda session: xapi.storage.store.store_statements(session, [statement], credential, version="1.0.3", now=world.clock()))


def test_presence_becomes_hours_up_to_what_the_activity_is_worth(world: World) -> None:
    world.study("reading", 600)
    assert world.credit() == 1
    assert world.credited() == {"c1:reading": 600}
    world.study("reading", 3600)
    world.credit()
    assert world.credited() == {"c1:reading": 1800}
    assert entries(world) == 2
    assert findings(world) == []


def test_a_gate_holds_hours_back_until_it_opens(world: World) -> None:
    subject = world.study("gated", 600)
    world.credit()
    assert world.credited() == {}
    world.say(subject, v.COMPLETED, {"completion": True})
    world.credit()
    assert world.credited() == {"c1:gated": 600}


def test_a_film_earns_what_was_covered_at_a_speed_that_can_be(world: World) -> None:
    subject = world.subject("film")
    world.clock.advance(30)
    world.say(subject, v.PAUSED, {"extensions": {v.PLAYED_SEGMENTS: "0[.]600"}})  # ten minutes of film in thirty seconds
    world.study("film", 900, subject=subject)
    world.credit()
    assert world.credited() == {}
    world.say(subject, v.PAUSED, {"extensions": {v.PLAYED_SEGMENTS: "0[.]300[,]300[.]590"}})
    world.credit()
    assert world.credited() == {"c1:film": 600}  # of the first claim the ten seconds that were not claimed again fit into thirty
    assert findings(world) == []


def test_what_a_client_says_of_time_or_of_a_graded_quiz_mints_nothing(world: World) -> None:
    subject = world.subject("quiz")
    since, until = world.clock(), world.clock.advance(3600)
    stretch = present_statement(subject, Stretch(since, until))
    stretch["id"] = str(uuid.uuid4())
    forged(world, stretch)
    world.say(subject, v.PASSED, {"success": True})
    world.say(subject, v.TERMINATED, {"duration": "PT10H"})
    assert world.credit() == 3
    assert world.credited() == {}
    world.study("quiz", 300, subject=subject)
    world.credit()
    assert world.credited() == {}, "the quiz is graded on the server, so the player's word does not open its gate"


def test_somebody_elses_name_on_a_statement_moves_nobody(world: World) -> None:
    subject = world.subject("reading")
    statement = present_statement(subject, Stretch(world.clock(), world.clock.advance(600)))
    statement["actor"] = v.actor_of(PUBLIC_URL, str(uuid.uuid4()))
    world.act(lambda session: store(session, [statement], PUBLIC_URL, world.clock()))
    world.credit()
    assert world.credited() == {}


def test_the_same_batch_three_times_is_credited_once(world: World) -> None:
    world.study("reading", 600)
    world.credit()
    before = entries(world)
    for _ in range(3):
        world.act(_put_everything_back)
        assert world.credit() == 1
    assert entries(world) == before
    assert world.act(lambda session: session.scalar(select(func.count()).select_from(Observation))) == 1
    assert findings(world) == []


def _put_everything_back(session: Session) -> None:
    for row in session.scalars(select(xapi.storage.models.StatementRow)):
        session.add(xapi.storage.models.OutboxRow(statement_id=row.id, stored=row.stored, parked=False, error=""))


def test_two_workers_at_once_credit_everything_once(world: World) -> None:
    for _ in range(12):
        world.study("reading", 60)
    done: list[int] = []

    def work() -> None:
        with world.app.app_context():
            while read := drain(database(), PUBLIC_URL, world.clock(), 3):
                done.append(read)

    workers = [threading.Thread(target=work) for _ in range(3)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    world.credit()
    assert sum(done) >= 11
    assert world.credited() == {"c1:reading": 720}
    assert findings(world) == []


def test_a_worker_that_dies_before_its_commit_has_changed_nothing(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    world.study("reading", 600)

    def die(*_: object) -> None:
        raise SystemExit("killed")

    with monkeypatch.context() as patch:
        patch.setattr(draining.xapi.outbox, "done", die)
        with pytest.raises(SystemExit):
            world.credit()
    assert (entries(world), world.credited()) == (0, {})
    assert world.credit() == 1
    assert world.credited() == {"c1:reading": 600}


def test_one_broken_account_does_not_hold_up_the_others_and_loses_nothing(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    world.study("reading", 600)
    real = draining.recompute

    def broken(case):  # type: ignore[no-untyped-def]
        raise ArithmeticError("planted")

    monkeypatch.setattr(draining, "recompute", broken)
    assert world.credit() == 1
    assert world.credited() == {}
    parked = world.act(lambda session: xapi.storage.outbox.parked(session, 10))
    assert [("ArithmeticError: planted" in one.error) for one in parked] == [True]
    monkeypatch.setattr(draining, "recompute", real)
    with world.app.app_context():
        assert draining.retry(database(), PUBLIC_URL, world.clock(), [one.id for one in parked]) == draining.Retried(done=1, failed=0)
    assert world.credited() == {"c1:reading": 600}


@pytest.mark.parametrize("voided_first", [False, True])
def test_voided_evidence_is_taken_back_by_a_correction_whichever_came_first(world: World, *, voided_first: bool) -> None:
    subject = world.subject("reading")
    statement = present_statement(subject, Stretch(world.clock(), world.clock.advance(600)))
    voiding = {
        "actor": v.lms_authority(PUBLIC_URL),
        "verb": {"id": v.VOIDED},
        "object": {"objectType": "StatementRef", "id": statement["id"]},
    }
    if not voided_first:
        world.act(lambda session: store(session, [statement], PUBLIC_URL, world.clock()))
        world.credit()
        assert world.credited() == {"c1:reading": 600}
    world.act(lambda session: store(session, [voiding], PUBLIC_URL, world.clock()))
    if voided_first:
        world.act(lambda session: store(session, [statement], PUBLIC_URL, world.clock()))
    world.credit()
    assert world.credited() == {}
    assert entries(world) == (0 if voided_first else 2)
    assert findings(world) == []


def test_a_narrower_window_is_appended_as_a_correction(world: World) -> None:
    start = world.clock()
    world.study("reading", 600)
    world.credit()
    half = start + timedelta(seconds=300)
    world.act(lambda session: session.execute(update(Enrolment).values(window_to=half)))
    assert world.act(lambda session: recredit(session, [world.enrolment_id], world.clock())) == 1
    assert world.credited() == {"c1:reading": 300}
    chain = world.act(lambda session: entries_of(session, world.enrolment_id))
    assert [(entry.amount, entry.reason) for entry, _ in chain] == [(600, "credit"), (-300, "correction")]


def test_the_bundle_of_an_enrolment_recomputes_to_its_ledger(world: World) -> None:
    for _ in range(3):
        world.study("reading", 200)
    subject = world.study("film", 700)
    world.say(subject, v.PAUSED, {"extensions": {v.PLAYED_SEGMENTS: "0[.]123.4567[,]100[.]599.9"}})
    world.credit()
    with world.app.app_context(), database().reader() as session:
        bundle = dump(case_of(session, world.enrolment_id))
    answer, refused = recompute_file(json.dumps(bundle))
    assert answer is not None, refused
    decided = {name: one["credited_seconds"] for name, one in answer["activities"].items() if one["credited_seconds"]}
    assert decided == world.credited() == {"c1:reading": 600, "c1:film": 599}


def test_statements_about_nobodys_study_are_worked_through_and_move_nobody(app: Flask, world: World) -> None:
    statement = {"actor": v.actor_of(PUBLIC_URL, "x"), "verb": {"id": v.COMPLETED}, "object": {"id": "https://elsewhere.example/unit"}}
    forged(world, statement)
    with app.app_context(), database().writer() as session:
        waiting = [one.statement_id for one in xapi.storage.outbox.take(session, 10)]
        assert sort_by_enrolment(session, waiting) == {}
    assert world.credit() == 1
    assert world.credit() == 0
