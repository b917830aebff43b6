"""Does every statement wait in the outbox until it was processed, even after errors and crashes?"""

import uuid
from datetime import timedelta

from sqlalchemy.orm import Session

from tests.integration.xapi.conftest import Store, TestClock, open_engine, statement
from xapi.storage import outbox


def test_what_is_taken_and_done_is_gone_in_order_of_storing(store: Store, session: Session) -> None:
    ids = store.stored(*[statement() for _ in range(5)])
    taken = outbox.take(session, 3)
    assert [str(row.statement_id) for row in taken] == ids[:3]
    assert all(row.stored.tzinfo for row in taken)
    outbox.done(session, [row.id for row in taken])
    session.commit()
    assert [str(row.statement_id) for row in outbox.take(session, 10)] == ids[3:]


def test_what_a_killed_worker_took_waits_again(store: Store, session: Session) -> None:
    ids = store.stored(statement())
    outbox.done(session, [row.id for row in outbox.take(session, 10)])
    session.rollback()
    assert [str(row.statement_id) for row in outbox.take(session, 10)] == ids


def test_two_workers_never_take_the_same(postgres_url: str, clock: TestClock) -> None:
    engine = open_engine(postgres_url)
    store = Store(engine, clock)
    ids = store.stored(*[statement() for _ in range(6)])
    with store.sessions() as one, store.sessions() as other:
        first = {row.statement_id for row in outbox.take(one, 4)}
        second = {row.statement_id for row in outbox.take(other, 4)}
    assert (len(first), len(second)) == (4, 2)
    assert {str(identifier) for identifier in first | second} == set(ids)
    engine.dispose()


def test_what_failed_is_parked_with_its_error_since_when_and_how_often(store: Store, session: Session, clock: TestClock) -> None:
    bad, good = store.stored(statement(), statement())
    row = outbox.take(session, 1)[0]
    first = clock.at
    outbox.park(session, [row.id], "no such learner" * 1000, first)
    assert [str(one.statement_id) for one in outbox.take(session, 10)] == [good]
    (parked,) = outbox.parked(session, 10)
    assert (parked.statement_id, parked.stored, parked.since, parked.attempts) == (uuid.UUID(bad), row.stored, first, 1)
    assert parked.error.startswith("no such learner")
    outbox.park(session, [row.id], "KeyError: 'x': y", first + timedelta(hours=1))
    (parked,) = outbox.parked(session, 10)
    assert (parked.reason, parked.since, parked.attempts) == ("KeyError", first, 2)


def test_what_is_set_aside_can_be_taken_again_and_nothing_else_with_it(store: Store, session: Session, clock: TestClock) -> None:
    store.stored(*[statement() for _ in range(3)])
    rows = outbox.take(session, 3)
    outbox.park(session, [row.id for row in rows[:2]], "planted", clock.at)
    assert outbox.take_parked(session, [row.id for row in rows]) == rows[:2]
    assert outbox.waiting_among(session, [row.statement_id for row in rows]) == {rows[2].statement_id}
    assert [one.id for one in outbox.parked(session, 10, [rows[0].statement_id, rows[2].statement_id])] == [rows[0].id]
    outbox.done(session, [rows[0].id])
    assert outbox.take_parked(session, [row.id for row in rows]) == rows[1:2]


def test_the_oldest_is_the_one_that_waits_longest(store: Store, session: Session, clock: TestClock) -> None:
    assert outbox.oldest(session) is None
    session.rollback()
    store.stored(statement())
    moment = clock.at
    clock.at += timedelta(hours=1)
    store.stored(statement())
    oldest = outbox.oldest(session)
    assert oldest is not None
    assert abs(oldest - moment) < timedelta(seconds=1)
