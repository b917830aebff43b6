"""Can a month be removed while others read and write, without delays or refusals for them?"""

import threading
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from tests.integration.xapi.conftest import ANNA, BO, Store, TestClock, statement
from tests.integration.xapi.months import JANUARY, MARCH, remove
from xapi.storage import partitions
from xapi.storage.models import StatementRow
from xapi.storage.retention import Month, close, month_of


def test_while_somebody_reads_a_month_it_does_not_go_and_nobody_waits_long(postgres_store: Store, clock: TestClock) -> None:
    clock.at = JANUARY
    with postgres_store.engine.begin() as connection:
        partitions.prepare(connection, JANUARY, 1)
    postgres_store.stored(statement())
    with postgres_store.sessions() as reader:
        reader.execute(select(func.count()).select_from(StatementRow))
        with postgres_store.sessions() as session, pytest.raises(OperationalError, match="lock timeout"):
            close(session)
        assert len(postgres_store.ids()) == 1
    remove(postgres_store)
    assert postgres_store.ids() == []


def test_writers_and_readers_go_on_while_months_go(postgres_url: str, postgres_store: Store, clock: TestClock) -> None:
    """No statement stored during the removal is lost, and no request fails."""
    with postgres_store.engine.begin() as connection:
        partitions.prepare(connection, datetime(2025, 6, 1, tzinfo=UTC), 10)
    old = [month_of(datetime(2025, number, 10, tzinfo=UTC)) for number in range(6, 11)]
    for month in old:
        clock.at = month.start + timedelta(days=3)
        postgres_store.stored(*[statement() for _ in range(30)])
    clock.at, stop = MARCH, threading.Event()
    stored: list[str] = []
    problems: list[Any] = []

    def work(number: int) -> None:
        while not stop.is_set():
            answer = postgres_store.post([statement(actor=BO) for _ in range(3)])
            if answer.status_code == 200:
                stored.extend(answer.json)
            else:
                problems.append(answer.text)
            asked = postgres_store.get(agent=ANNA, limit=20) if number else postgres_store.get(limit=20)
            if asked.status_code != 200:
                problems.append(asked.text)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(3)]
    for thread in threads:
        thread.start()
    try:
        for month in old:
            _patiently(postgres_store, month)
    finally:
        stop.set()
        for thread in threads:
            thread.join()
    assert problems == []
    with postgres_store.sessions() as session:
        assert {str(one) for one in session.scalars(select(StatementRow.id))} == set(stored)
        assert not _left_over(session)


def _patiently(store: Store, month: Month) -> None:
    for _ in range(50):
        try:
            remove(store, month)
        except OperationalError:
            continue
        return
    raise AssertionError("never found a moment")


def _left_over(session: Session) -> list[str]:
    return list(session.scalars(text("SELECT relname FROM pg_class WHERE relname LIKE 'xapi_removed%' OR relname LIKE 'xapi_%2025_0%'")))
