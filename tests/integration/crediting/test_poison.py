"""Does a statement that cannot be processed delay no other? It is set aside with its error, and nothing else is."""

import json
import uuid
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

import xapi.storage.keys
import xapi.storage.outbox
from lms import vocabulary as v
from lms.crediting import drain as draining
from lms.crediting import evidence_intake
from lms.crediting.models import Observation
from lms.db import database
from lms.learning.stating import store
from tests.factories import PUBLIC_URL, World
from tests.integration.crediting.poison import body_of, parked, send


def waiting(world: World) -> int:
    return len(world.act(lambda session: xapi.storage.outbox.take(session, 100)))


def retry(world: World) -> draining.Retried:
    """Retry all that is set aside."""
    with world.app.app_context():
        return draining.retry(database(), PUBLIC_URL, world.clock(), [one.id for one in parked(world)])


@pytest.mark.parametrize(
    "value",
    ['"half a pair \\ud800"', "1" + "0" * 400, "0." + "1" * 400, '"\\u0000"', "[" * 40 + "]" * 40],
    ids=["half a surrogate pair", "a long integer", "a long fraction", "a zero character", "deep"],
)
def test_whatever_the_store_has_taken_can_be_worked_through(world: World, value: str) -> None:
    world.study("reading", 300)
    body = json.dumps(body_of(world, result={"extensions": {"https://provider.example/x": "here"}}))
    send(world, body.replace('"here"', value))
    world.study("reading", 300)
    world.credit()
    assert world.credited() == {"c1:reading": 600}
    assert (waiting(world), parked(world)) == (0, [])


def fail_on(monkeypatch: pytest.MonkeyPatch, poison: str, error: str = "planted") -> None:
    """Make what one statement proves impossible to compute."""
    real = evidence_intake.observe

    def observe(statement: Any, rule: Any, trust: Any) -> Any:
        if statement["id"] == poison:
            raise ArithmeticError(error)
        return real(statement, rule, trust)

    monkeypatch.setattr(evidence_intake, "observe", observe)


def test_a_statement_that_fails_holds_up_no_other_of_the_same_person(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    world.study("reading", 300)
    poison = send(world, json.dumps(body_of(world)))
    world.study("reading", 300)
    with monkeypatch.context() as patch:
        fail_on(patch, poison)
        assert world.credit() == 3
    assert world.credited() == {"c1:reading": 600}
    (aside,) = parked(world)
    assert (str(aside.statement_id), aside.error) == (poison, "ArithmeticError: planted")
    assert retry(world) == draining.Retried(done=1, failed=0)
    assert parked(world) == []


def test_evidence_that_cannot_be_decided_is_set_aside_and_leaves_nothing_behind(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    world.study("reading", 300)
    subject = world.study("gated", 300)
    world.say(subject, v.COMPLETED)
    real = draining.recompute

    def recompute(case: Any) -> Any:
        if any(one.activity == "c1:gated" for one in case.observations):
            raise ArithmeticError("planted")
        return real(case)

    with monkeypatch.context() as patch:
        patch.setattr(draining, "recompute", recompute)
        world.credit()
        assert world.credited() == {"c1:reading": 300}
        assert len(parked(world)) == 2
        assert world.act(lambda session: session.scalars(select(Observation.activity)).all()) == ["c1:reading"]
        world.study("reading", 300)
        world.credit()
        assert world.credited() == {"c1:reading": 600}, "who had a bad statement still earns with the next good one"
    retry(world)
    assert world.credited() == {"c1:reading": 600, "c1:gated": 300}


def test_an_error_that_no_database_can_keep_is_set_aside_all_the_same(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    poison = send(world, json.dumps(body_of(world)))
    fail_on(monkeypatch, poison, "what came was \x00 and \ud800")
    assert world.credit() == 1
    assert [one.error for one in parked(world)] == ["ArithmeticError: what came was \\x00 and \\ud800"]


def test_a_batch_that_cannot_even_be_sorted_gives_up_only_what_is_to_blame(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    world.study("reading", 300)
    poison = uuid.UUID(send(world, json.dumps(body_of(world))))
    world.study("reading", 300)
    real = draining.sort_by_enrolment

    def sort(session: Session, ids: Any) -> Any:
        if poison in ids:
            raise KeyError("planted")
        return real(session, ids)

    monkeypatch.setattr(draining, "sort_by_enrolment", sort)
    assert world.credit() == 3
    assert [one.statement_id for one in parked(world)] == [poison]
    assert world.credited() == {"c1:reading": 600}


def test_a_voiding_that_fails_is_set_aside_itself(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    world.study("reading", 300)
    world.credit()
    target = world.act(lambda session: session.scalars(select(Observation.statement_id)).one())
    voiding = {
        "id": str(uuid.uuid4()),
        "actor": v.lms_authority(PUBLIC_URL),
        "verb": {"id": v.VOIDED},
        "object": {"objectType": "StatementRef", "id": str(target)},
    }
    world.act(lambda session: store(session, [voiding], PUBLIC_URL, world.clock()))

    def broken(*_: object) -> None:
        raise ArithmeticError("planted")

    with monkeypatch.context() as patch:
        patch.setattr(draining, "recompute", broken)
        world.credit()
    assert world.credited() == {"c1:reading": 300}
    assert [str(one.statement_id) for one in parked(world)] == [voiding["id"]]
    retry(world)
    assert world.credited() == {}
