"""Does asking PostgreSQL directly fail as SQLAlchemy fails?"""

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DataError, OperationalError

from tests.integration.xapi.conftest import Store, statement
from xapi.directly import ask

HANG_UP = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"

pytestmark = pytest.mark.services


def test_an_error_carries_no_parameters_and_the_transaction_can_be_rolled_back(postgres_store: Store) -> None:
    with postgres_store.engine.connect() as connection:
        with pytest.raises(DataError) as failed:
            ask(connection, "SELECT %(number)s::integer", {"number": "Zhang San"})
        assert failed.value.orig.sqlstate == "22P02"  # type: ignore[union-attr]
        assert failed.value.params is None
        connection.rollback()
        assert ask(connection, "SELECT %(number)s::integer", {"number": "7"}) == [(7,)]


def test_after_a_restart_one_question_fails_and_then_no_more(postgres_store: Store) -> None:
    engine = postgres_store.engine
    in_use, in_the_pool, other = (engine.connect() for _ in range(3))
    for connection in (in_use, in_the_pool):
        ask(connection, "SELECT 1", {})
    in_the_pool.close()
    with other:
        assert len(other.scalars(text(HANG_UP)).all()) >= 2
    with in_use, pytest.raises(OperationalError) as failed:
        ask(in_use, "SELECT 1", {})
    assert failed.value.connection_invalidated
    for _ in range(3):
        with engine.connect() as connection:
            assert ask(connection, "SELECT 1", {}) == [(1,)]


def test_a_statement_sent_after_a_restart_is_stored_at_the_second_attempt_at_the_latest(postgres_store: Store) -> None:
    whole = statement()
    postgres_store.stored(statement())
    with postgres_store.engine.connect() as connection:
        connection.execute(text(HANG_UP)).all()
    first = postgres_store.post(whole)
    assert first.status_code in (200, 503)
    assert postgres_store.post(whole).status_code == 200
    assert len(postgres_store.ids()) == 2
