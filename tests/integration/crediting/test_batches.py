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
from lms.crediting.ledger import entries_of
from lms.crediting.models import Observation
from lms.crediting.verify import verify
from lms.db import database
from tests.factories import World


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
