"""How much evidence may a launch have? The first pieces in the order of the record store count; the order of reading makes no difference."""

import itertools
import uuid
from typing import Any

import pytest
from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

import xapi.storage.outbox
from lms import vocabulary as v
from lms.crediting.bounds import MOST_OF_ACTIVITY, MOST_OF_LAUNCH
from lms.crediting.drain import recredit
from lms.crediting.evidence import case_of
from lms.crediting.evidence_intake import keep, sort_by_enrolment
from lms.crediting.models import LedgerEntry, Observation
from lms.crediting.policy import policies_of
from lms.crediting.verdict import verdict_of
from lms.crediting.verify import verify
from lms.db import database
from lms.learning.stating import Subject
from tests.factories import PUBLIC_URL, World, signed_in
from xapi.rules.statement_json import stored
from xapi.storage.store import load_texts

ON_SQLITE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)  # databases could differ in the order of evidence only


def waiting(world: World) -> list[uuid.UUID]:
    return [one.statement_id for one in world.act(lambda session: xapi.storage.outbox.take(session, 1000))]


def played(world: World, subject: Subject, first: int, count: int, verb: str = v.PAUSED) -> uuid.UUID:
    """Report that these tenths of a second were played one after the other, each as a segment; return the statement's id."""
    tenths = range(first, first + count)
    before = set(waiting(world))
    world.clock.advance(1)  # statements received in the same second are ordered by their random ids
    world.say(subject, verb, {"extensions": {v.PLAYED_SEGMENTS: "[,]".join(f"{at / 10}[.]{(at + 1) / 10}" for at in tenths)}})
    (new,) = set(waiting(world)) - before
    return new


def kept(world: World) -> dict[uuid.UUID, int]:
    """Return the number of observations of each statement."""
    found = select(Observation.statement_id, func.count()).where(Observation.kind != "present").group_by(Observation.statement_id)
    return dict(world.act(lambda session: [tuple(row) for row in session.execute(found)]))


def covered(world: World) -> int:
    case = world.act(lambda session: case_of(session, world.enrolment_id))
    return len({one for one in case.observations if hasattr(one, "start_ms")})


def findings(world: World) -> list[str]:
    with world.app.app_context(), database().reader() as session:
        return [finding.problem for checked in verify(session, public_url=PUBLIC_URL) for finding in checked.findings]


def reason(world: World, statement: uuid.UUID) -> str:
    def find(session: Session) -> str:
        text = load_texts(session, [statement])[statement]
        return verdict_of(session, statement, stored(text), PUBLIC_URL, voided=False).reason

    found: str = world.act(find)
    return found


def test_the_first_pieces_of_a_launch_are_evidence_and_the_rest_says_why_it_is_not(world: World) -> None:
    subject = world.study("film", 600)
    first, second, third = (played(world, subject, *of) for of in ((0, MOST_OF_LAUNCH - 1), (MOST_OF_LAUNCH - 1, 5), (3000, 10)))
    world.credit()
    assert kept(world) == {first: MOST_OF_LAUNCH - 1, second: 1}
    assert [reason(world, one) for one in (first, second, third)] == ["evidence", "evidence", "beyond"]
    assert findings(world) == []
    again = world.subject("film")
    other = played(world, again, 3000, 10)
    world.credit()
    assert kept(world)[other] == 10  # another launch has its own
    assert findings(world) == []


@ON_SQLITE
def test_of_one_activity_the_first_pieces_of_all_launches_are_evidence(world: World) -> None:
    launches = [world.subject("film") for _ in range(MOST_OF_ACTIVITY // MOST_OF_LAUNCH + 1)]
    world.clock.advance(600)
    statements = [played(world, launch, 0, MOST_OF_LAUNCH) for launch in launches]
    world.credit()
    assert list(kept(world).values()) == [MOST_OF_LAUNCH] * (len(launches) - 1)
    assert reason(world, statements[-1]) == "beyond"
    assert findings(world) == []


@ON_SQLITE
def test_a_film_that_says_too_much_closes_no_gate_and_takes_no_time(world: World) -> None:
    """Evidence that a page reports and time that the server measures have separate limits."""
    subject = world.subject("gated")
    played(world, subject, 0, MOST_OF_LAUNCH)
    played(world, subject, 0, MOST_OF_LAUNCH)
    world.say(subject, v.COMPLETED, {"completion": True})
    world.study("gated", 300, subject=subject)
    world.credit()
    assert world.credited() == {"c1:gated": 300}


def test_in_whatever_order_statements_are_read_the_same_ones_count(world: World) -> None:
    subject = world.study("film", 600)
    statements = []
    for first, count in ((0, 1500), (1500, 1000), (2500, 10)):
        statements.append(played(world, subject, first, count))
    world.credit()
    whole = world.act(lambda session: case_of(session, world.enrolment_id))
    for order in itertools.permutations(statements):

        def read(session: Session, order: tuple[uuid.UUID, ...] = order) -> Any:
            session.execute(delete(Observation).where(Observation.kind != "present"))
            for one in order:
                keep(session, sort_by_enrolment(session, [one]), policies_of(session, [world.enrolment_id]), PUBLIC_URL)
            return case_of(session, world.enrolment_id)

        again = world.act(read)
        assert set(again.observations) == set(whole.observations)
        assert findings(world) == []


@ON_SQLITE
def test_what_is_void_keeps_its_place(world: World) -> None:
    subject = world.study("film", 600)
    first, second = played(world, subject, 0, MOST_OF_LAUNCH), played(world, subject, 3000, 10)
    world.credit()
    world.act(lambda session: session.execute(update(Observation).where(Observation.statement_id == first).values(voided=True)))
    world.act(lambda session: recredit(session, [world.enrolment_id], world.clock()))
    assert covered(world) == 0
    assert reason(world, second) == "beyond"


@ON_SQLITE
def test_removed_evidence_below_the_limit_is_found(world: World) -> None:
    subject = world.study("film", 600)
    played(world, subject, 0, MOST_OF_LAUNCH)
    world.credit()
    assert findings(world) == []
    world.act(lambda session: session.execute(delete(Observation).where(Observation.part == MOST_OF_LAUNCH - 1)))
    assert any("is not what the record store has" in problem for problem in findings(world))


@ON_SQLITE
def test_evidence_of_a_time_before_there_were_bounds_counts_up_to_them(world: World) -> None:
    subject = world.study("film", 600)
    statement = played(world, subject, 0, MOST_OF_LAUNCH)
    world.credit()

    def add(session: Session) -> None:
        row = session.scalars(select(Observation).where(Observation.statement_id == statement).limit(1)).one()
        copied = {column.key: getattr(row, column.key) for column in Observation.__table__.columns if column.key != "id"}
        late = {"statement_id": uuid.uuid4(), "at": row.at + 1, "media_from_ms": 590_000, "media_to_ms": 600_000}
        session.add(Observation(**{**copied, **late}))

    world.act(add)
    case = world.act(lambda session: case_of(session, world.enrolment_id))
    assert max(one.end_ms for one in case.observations if hasattr(one, "end_ms")) == MOST_OF_LAUNCH * 100


@ON_SQLITE
def test_no_ledger_entry_names_a_statement_that_is_not_evidence(world: World) -> None:
    subject = world.subject("film")
    world.clock.advance(600)
    played(world, subject, 0, MOST_OF_LAUNCH)
    beyond = played(world, subject, 3000, 10)
    world.study("film", 300, subject=subject)
    world.credit()
    named = {one for entry in world.act(lambda session: session.scalars(select(LedgerEntry)).all()) for one in entry.evidence}
    assert str(beyond) not in named


@ON_SQLITE
def test_the_page_with_the_reasons_says_that_more_was_sent_than_counts(world: World) -> None:
    subject = world.study("film", 600)
    played(world, subject, 0, MOST_OF_LAUNCH)
    played(world, subject, 3000, 5, verb=v.COMPLETED)
    world.credit()
    page = signed_in(world.app, "teacher").get(f"/transcript/{world.enrolment_id}/why/c1:film").text
    assert page.count("<tr") < 600
    assert "2000" in page  # the page says how many count
