"""Is Consistent-Through correct, and do ascending pages wait for statements that may still come before them?"""

import threading
import uuid
from datetime import datetime, timedelta

import pytest
from sqlalchemy import event
from sqlalchemy.orm import Session

import xapi.storage.store
from tests.integration.xapi.conftest import ANNA, Store, TestClock, about, statement, voiding
from xapi import Credential
from xapi.storage.consistency import announce, through
from xapi.storage.models import StatementRow

HOST = Credential("host", ANNA, frozenset({"all"}))


def _promised(store: Store) -> datetime:
    with store.sessions() as session:
        reading = store.clock()
        return through(session, reading)


def _open(store: Store, clock: TestClock) -> tuple[Session, datetime]:
    """Begin to store a statement and do not commit."""
    session, at = store.sessions(), clock()
    xapi.storage.store.store_statements(session, [statement()], HOST, version="1.0.3", now=at)
    return session, at


def test_with_nothing_open_it_is_the_clock(store: Store, clock: TestClock) -> None:
    store.stored(statement())
    assert _promised(store) == clock.at


@pytest.mark.parametrize("ending", ["commit", "rollback", "close"])
def test_an_open_transaction_holds_it_back_until_it_ends(postgres_store: Store, clock: TestClock, ending: str) -> None:
    session, at = _open(postgres_store, clock)
    clock.at += timedelta(minutes=1)
    assert _promised(postgres_store) == at - timedelta(microseconds=1)
    assert postgres_store.get().headers["X-Experience-API-Consistent-Through"] < at.isoformat()
    getattr(session, ending)()
    assert _promised(postgres_store) == clock.at
    session.close()


def test_on_sqlite_an_open_write_of_this_process_holds_it_back(local_store: Store, clock: TestClock) -> None:
    session = local_store.sessions()
    announce(session, clock())
    announced = clock.at
    other = Session(local_store.engine.execution_options(other=True))  # shares the connections, like a reading session
    later = clock.at + timedelta(minutes=1)
    assert through(other, later) == announced - timedelta(microseconds=1)
    session.commit()
    assert through(other, later) == later
    session.close()


def test_ascending_pages_do_not_pass_what_an_open_transaction_may_put_before_them(postgres_store: Store, clock: TestClock) -> None:
    store = postgres_store
    first = store.stored(statement())
    session, _ = _open(store, clock)
    later = store.stored(statement())
    assert store.ids(ascending=True) == first
    assert store.ids() == later + first
    session.commit()
    everything = store.ids(ascending=True)
    assert len(everything) == 3
    assert (everything[0], everything[-1]) == (first[0], later[0])
    session.close()


def test_what_was_stored_a_moment_ago_is_on_the_next_page_in_either_order(store: Store) -> None:
    store.get()  # so that Consistent-Through was just read
    for ascending in (True, False):
        assert store.stored(statement())[0] in store.ids(ascending=ascending)


def test_the_header_of_a_page_is_old_for_a_fifth_of_a_second_and_never_false(postgres_store: Store, clock: TestClock) -> None:
    store = postgres_store

    def promised() -> datetime:
        return datetime.fromisoformat(store.get().headers["X-Experience-API-Consistent-Through"])

    first = promised()
    session, at = _open(store, clock)
    assert promised() == first
    clock.at += timedelta(seconds=0.2)
    assert promised() == at - timedelta(microseconds=1)
    session.commit()
    clock.at += timedelta(seconds=0.2)
    assert promised() > at
    session.close()


def test_no_poller_misses_a_statement_while_many_write(postgres_store: Store) -> None:
    store = postgres_store
    stop = threading.Event()
    ids: list[str] = []

    def write() -> None:
        for _ in range(15):
            ids.extend(store.stored(*[statement() for _ in range(3)]))

    writers = [threading.Thread(target=write) for _ in range(4)]
    seen: list[str] = []

    def poll() -> None:
        since = None
        while True:
            last = stop.is_set()
            answer = store.get(ascending=True, **({"since": since} if since else {}))
            seen.extend(one["id"] for one in answer.json["statements"])
            since = answer.json["statements"][-1]["stored"] if answer.json["statements"] else since
            if last:
                return

    poller = threading.Thread(target=poll)
    for thread in (*writers, poller):
        thread.start()
    for thread in writers:
        thread.join()
    stop.set()
    poller.join()
    assert len(ids) == 180
    assert set(seen) == set(ids)


def test_a_voiding_and_its_target_that_arrive_at_once_find_each_other(postgres_store: Store) -> None:
    targets = [statement() for _ in range(12)]
    words = [voiding(target["id"]) for target in targets]
    start = threading.Barrier(4)
    failed: list[BaseException] = []
    event.listen(postgres_store.engine, "handle_error", lambda context: failed.append(context.original_exception))

    def send(batch: list[dict[str, object]]) -> None:
        start.wait()
        for one in batch:
            postgres_store.stored(one)

    threads = [threading.Thread(target=send, args=(batch,)) for batch in (targets[:6], targets[6:], words[:6], words[6:])]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failed  # no deadlock that a second attempt hides
    assert sorted(postgres_store.ids()) == sorted(word["id"] for word in words)
    with postgres_store.sessions() as session:
        assert session.query(StatementRow).filter_by(voided=True).count() == 12


def test_a_transaction_announces_itself_once(postgres_store: Store, clock: TestClock) -> None:
    with postgres_store.sessions() as session:
        for _ in range(3):
            xapi.storage.store.store_statements(
                session, [statement(), statement(object=about(str(uuid.uuid4())))], HOST, version="1.0.3", now=clock()
            )
        locks = session.connection().exec_driver_sql("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory'").scalar()
    assert locks == 2  # the stamp, the references
