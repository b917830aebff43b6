"""Are flagged hours held where the programme says so, and do decisions and the ledger stay recomputable?"""

import json
import uuid
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import Update, select, update
from sqlalchemy.orm import Session

from lms import vocabulary as v
from lms.classes.models import Enrolment
from lms.crediting.attesting import Attestor
from lms.crediting.ledger import entries_of
from lms.crediting.models import HeldSession, Observation
from lms.hours import recompute_file
from lms.learning.credential import credential_of
from lms.transcripts.transcript import read
from tests.factories import BEGIN, PUBLIC_URL, DrivenClock, World
from tests.integration.crediting.holding import findings, held, hold, review, study_twice
from tests.worlds import world_of
from xapi.storage.store import store_statements


@pytest.fixture
def holding(app: Flask, clock: DrivenClock) -> World:
    world = world_of(app, clock)
    hold(world)
    return world


def test_without_the_policy_a_flag_holds_nothing(world: World) -> None:
    study_twice(world)
    assert (world.credited(), held(world)) == ({"c1:reading": 600}, (0, {}))


def test_flagged_hours_are_measured_and_held_until_they_are_released(holding: World) -> None:
    first, second = study_twice(holding)
    assert holding.credited() == {}
    assert held(holding) == (600, {first: "open", second: "open"})
    assert findings(holding) == []
    review(holding, first)
    assert (holding.credited(), held(holding)) == ({"c1:reading": 600}, (0, {first: "released", second: "open"}))
    assert findings(holding) == []


def test_what_was_credited_before_it_was_flagged_is_taken_back_as_held_by_an_entry_of_its_own(holding: World) -> None:
    holding.study("reading", 600)
    holding.credit()
    assert holding.credited() == {"c1:reading": 600}
    holding.clock.advance(-600)
    study_twice(holding)
    chain = holding.act(lambda session: entries_of(session, holding.enrolment_id))
    assert [(entry.amount, entry.reason) for entry, _ in chain if entry.amount] == [(600, "credit"), (-600, "held")]
    assert findings(holding) == []


def test_a_refusal_counts_nothing_and_the_latest_decision_holds(holding: World) -> None:
    first, _second = study_twice(holding)
    review(holding, first, refused=True, reason="代学")
    assert (holding.credited(), held(holding)[1][first]) == ({}, "refused")
    review(holding, first, reason="复核后认定为本人")
    assert (holding.credited(), held(holding)[1][first]) == ({"c1:reading": 600}, "released")
    assert findings(holding) == []


def test_a_part_can_be_refused(holding: World) -> None:
    begun = holding.clock()
    first, _second = study_twice(holding)
    review(holding, first, refused=True, parts=[(begun, begun + timedelta(seconds=240))])
    assert (holding.credited(), held(holding)[1][first]) == ({"c1:reading": 360}, "partly")
    assert findings(holding) == []


def test_a_decision_that_is_taken_back_holds_the_hours_again(holding: World) -> None:
    first, _second = study_twice(holding)
    made = review(holding, first)

    def take_back(session: Session) -> None:
        Attestor(session, PUBLIC_URL, None, holding.clock()).take_back(session.get_one(Enrolment, holding.enrolment_id), made)

    holding.act(take_back)
    holding.credit()
    assert (holding.credited(), held(holding)[1][first]) == ({}, "open")
    assert findings(holding) == []


def test_the_bundle_of_a_transcript_recomputes_what_is_held_and_what_was_decided(holding: World) -> None:
    first, _second = study_twice(holding)
    review(holding, first, refused=True, parts=[(BEGIN, BEGIN + timedelta(seconds=60))])
    bundle = holding.act(lambda session: read(session, holding.enrolment_id, holding.clock()).bundle)
    result, problems = recompute_file(bundle)
    assert problems == []
    assert result is not None
    assert result["credited_seconds"] == sum(holding.credited().values())
    assert {one["state"] for one in result["holds"]} == {"partly", "open"}
    assert {one["kind"] for one in json.loads(bundle)["observations"]} >= {"refused"}


EDITS: Mapping[str, Callable[[], Update]] = {
    "decision": lambda: update(Observation).where(Observation.kind == "released").values(kind="refused"),
    "flag": lambda: update(Observation).where(Observation.kind == "released").values(device="rate"),
    "state in the list": lambda: update(HeldSession).values(state="released"),
    "flags in the list": lambda: update(HeldSession).values(flags=" claim "),
    "sum in lists": lambda: update(Enrolment).values(held_seconds=7),
}


@pytest.mark.parametrize("edit", EDITS.values(), ids=EDITS)
def test_verify_finds_an_edited_decision_and_an_edited_list(holding: World, edit: Callable[[], Update]) -> None:
    first, _second = study_twice(holding)
    review(holding, first)
    assert findings(holding) == []
    holding.act(lambda session: session.execute(edit()))
    assert findings(holding) != []


def test_only_the_lms_itself_can_state_a_decision(holding: World) -> None:
    first, _second = study_twice(holding)
    said = {"enrolment": holding.enrolment_id, "activity": "c1:reading", "session": first, "flags": ["devices"], "decision": "released"}

    forged = {
        "id": str(uuid.uuid4()),
        "verb": {"id": v.REVIEWED},
        "object": {"id": v.activity_iri(PUBLIC_URL, "c1", "reading")},
        "context": {"extensions": {v.ATTESTED: said}},
    }
    credential = credential_of(holding.subject("reading"))
    holding.act(lambda session: store_statements(session, [forged], credential, version="1.0.3", now=holding.clock()))
    holding.credit()
    assert holding.credited() == {}


def test_new_rules_without_holds_credit_everything_that_was_held(holding: World) -> None:
    study_twice(holding)
    hold(holding, "max_rate = 2\nholds = []")
    assert (holding.credited(), held(holding)) == ({"c1:reading": 600}, (0, {}))
    assert findings(holding) == []


def test_the_age_of_a_hold_is_kept_when_hours_are_decided_again(holding: World) -> None:
    study_twice(holding)
    raised = holding.act(lambda session: session.scalars(select(HeldSession.raised_at)).all())
    holding.clock.advance(86_400)
    holding.study("film", 60)
    holding.credit()
    assert holding.act(lambda session: session.scalars(select(HeldSession.raised_at)).all()) == raised
    assert raised[0] < datetime.now(UTC) + timedelta(days=400)
