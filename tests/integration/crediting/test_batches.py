"""Does a batch about several people and activities, with known and new statements, give the same as single statements?"""

import uuid
from collections.abc import Sequence
from dataclasses import replace

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

import xapi
from lms.accounts.models import Organisation
from lms.accounts.people import add_person
from lms.classes import setup
from lms.classes.models import TrainingClass
from lms.crediting import drain as draining
from lms.crediting.ledger import entries_of
from lms.crediting.models import Observation
from lms.crediting.verify import verify
from lms.db import database
from lms.hours import Case, Result
from tests.factories import PUBLIC_URL, World
from tests.integration.crediting.poison import parked


@pytest.fixture
def other(world: World) -> World:
    """A second teacher of the same class."""

    def add(session: Session) -> World:
        provider = session.scalars(select(Organisation).where(Organisation.code == "p1")).one()
        person = add_person(session, "second", "林静宜", ("teacher",), password=None, organisation=provider)
        enrolment = setup.enrol(session, session.get_one(TrainingClass, world.class_id), person, "junior", "in-training")
        return replace(world, person_id=person.id, enrolment_id=enrolment.id, username="second", registrations={})

    found: World = world.act(add)
    return found


def findings(world: World) -> list[str]:
    with world.app.app_context(), database().reader() as session:
        return [str(finding) for checked in verify(session) for finding in checked.findings]


def chain(world: World) -> Sequence[tuple[int, str, int, int]]:
    """Return number, activity, seconds and how many statements an entry rests on, in order."""
    entries = world.act(lambda session: entries_of(session, world.enrolment_id))
    return [(entry.number, entry.account, entry.amount, len(entry.evidence)) for entry, _ in entries]


def study_both(world: World, seconds: int) -> None:
    world.study("reading", seconds)
    world.study("film", seconds)
    world.study("reading", seconds)


def test_several_people_in_several_activities_are_credited_in_one_batch(world: World, other: World) -> None:
    for seconds in (300, 120):
        for one in (world, other):
            study_both(one, seconds)
        other.study("gated", 60)
        assert world.credit() == 7
    assert chain(world) == [(1, "c1:reading", 600, 2), (2, "c1:reading", 240, 2)]
    assert chain(other) == chain(world)
    assert findings(world) == []


def test_entries_of_one_batch_follow_each_other(world: World, other: World) -> None:
    first = world.subject("gated")
    for one in (world, other):
        one.study("reading", 300)
        subject = one.subject("gated") if one is other else first
        one.study("gated", 240, subject=subject)
        one.say(subject, "http://adlnet.gov/expapi/verbs/completed", {"completion": True})
    assert world.credit() == 6
    assert chain(world) == chain(other) == [(1, "c1:gated", 240, 2), (2, "c1:reading", 300, 1)]
    world.study("reading", 300)
    world.credit()
    assert chain(world)[-1] == (3, "c1:reading", 300, 1)
    assert findings(world) == []


@pytest.mark.parametrize("poisoned", ["the first person", "the second person"])
def test_one_persons_poisoned_evidence_takes_nothing_from_another_in_the_same_batch(
    world: World, other: World, monkeypatch: pytest.MonkeyPatch, poisoned: str
) -> None:
    bad, sound = (world, other) if poisoned == "the first person" else (other, world)
    for one in (world, other):
        one.study("reading", 300)
        one.study("reading", 300)
    bad.study("film", 120)
    real = draining.recompute

    def recompute(case: Case) -> Result:
        if any(one.activity == "c1:film" for one in case.observations):
            raise ArithmeticError("planted")
        return real(case)

    monkeypatch.setattr(draining, "recompute", recompute)
    assert world.credit() == 5
    assert chain(sound) == [(1, "c1:reading", 600, 2)], "decided once, from all evidence of the batch"
    assert bad.credited() == {"c1:reading": 600}
    (aside,) = parked(world)
    assert aside.error == "ArithmeticError: planted"
    assert findings(world) == []
    monkeypatch.setattr(draining, "recompute", real)
    with world.app.app_context():
        assert draining.retry(database(), PUBLIC_URL, world.clock(), [aside.id]) == draining.Retried(done=1, failed=0)
    film = select(Observation.enrolment_id).where(Observation.activity == "c1:film")
    assert (parked(world), world.act(lambda session: session.scalars(film).all())) == ([], [bad.enrolment_id])
    assert chain(sound) == [(1, "c1:reading", 600, 2)]
    assert findings(world) == []


def test_what_is_known_may_come_again_among_what_is_new(world: World, other: World) -> None:
    for one in (world, other):
        one.study("reading", 300)
    world.credit()
    world.study("reading", 300)

    def put_back(session: Session) -> None:
        known = set(session.scalars(select(Observation.statement_id)))
        for row in session.scalars(select(xapi.storage.models.StatementRow).where(xapi.storage.models.StatementRow.id.in_(known))):
            session.add(xapi.storage.models.OutboxRow(statement_id=row.id, stored=row.stored, parked=False, error=""))

    world.act(put_back)
    assert world.credit() == 3
    kept: list[uuid.UUID] = world.act(lambda session: list(session.scalars(select(Observation.statement_id))))
    assert (len(kept), len(set(kept))) == (3, 3)
    assert world.act(lambda session: xapi.storage.outbox.parked(session, 10)) == []
    assert [seconds for _, _, seconds, _ in chain(world)] == [300, 300]
    assert [seconds for _, _, seconds, _ in chain(other)] == [300]
    assert findings(world) == []
