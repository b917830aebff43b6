"""Do raw queries to PostgreSQL fail in the same way as queries through SQLAlchemy?"""

import pytest
from sqlalchemy import Integer, bindparam, create_engine, select, text
from sqlalchemy.exc import DataError, OperationalError, ProgrammingError
from sqlalchemy.orm import Session

from tests.integration.xapi.conftest import Store, statement
from xapi.storage.raw_sql import PreparedQuery, ask, read

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


def test_a_question_alone_opens_no_transaction_and_leaves_the_next_one_its_own(postgres_store: Store) -> None:
    with postgres_store.sessions() as session:
        assert read(session, "SELECT now()", {}) != read(session, "SELECT now()", {})
        assert not session.in_transaction()
    with postgres_store.sessions() as session:
        session.execute(text("CREATE TABLE undone (number integer)"))
        session.rollback()
        assert read(session, "SELECT to_regclass('undone')", {}) == [(None,)]


@pytest.mark.parametrize("begun", [False, True])
def test_settings_hold_for_one_question_and_not_for_the_next(postgres_store: Store, begun: bool) -> None:
    shown = "SELECT current_setting('jit')"
    for _ in range(7):  # psycopg prepares a query at its sixth use
        with postgres_store.sessions() as session:
            if begun:
                session.connection()
            assert read(session, shown, {}, "SET LOCAL jit = off; SET LOCAL enable_sort = off") == [("off",)]
            session.rollback()
            assert read(session, shown, {}) == [("on",)]
            assert not session.in_transaction()


def test_a_question_within_a_transaction_sees_what_it_wrote(postgres_store: Store) -> None:
    with postgres_store.sessions() as session:
        session.execute(text("CREATE TABLE written AS SELECT 7 AS number"))
        assert read(session, "SELECT number FROM written", {}) == [(7,)]
    with postgres_store.sessions() as session, pytest.raises(ProgrammingError):
        read(session, "SELECT number FROM written", {})


class Interrupted(dict[str, object]):
    """Parameters that are never read, because the thread is interrupted."""

    def __getitem__(self, name: str) -> object:
        raise KeyboardInterrupt


@pytest.mark.parametrize(
    ("told", "kind"), [({"number": "seven"}, DataError), ({"number": "\0"}, DataError), (Interrupted(number=7), KeyboardInterrupt)]
)
def test_after_a_question_alone_that_failed_transactions_can_be_rolled_back(
    postgres_store: Store, told: dict[str, object], kind: type[BaseException]
) -> None:
    with postgres_store.sessions() as session, pytest.raises(kind) as failed:
        read(session, "SELECT %(number)s::integer", told)
    assert getattr(failed.value, "params", None) is None
    for _ in range(3):
        with postgres_store.sessions() as session:
            session.execute(text("CREATE TABLE undone (number integer)"))


def test_a_question_alone_fails_once_after_a_restart_and_then_no_more(postgres_store: Store) -> None:
    def answered() -> object:
        with postgres_store.sessions() as session:
            return read(session, "SELECT 7", {})

    with postgres_store.engine.connect() as one:
        with postgres_store.engine.connect() as in_the_pool:
            in_the_pool.scalar(text("SELECT 1"))
        assert one.scalars(text(HANG_UP)).all()
    with pytest.raises(OperationalError) as failed:
        answered()
    assert failed.value.connection_invalidated
    assert [answered() for _ in range(3)] == [[(7,)]] * 3


def test_a_query_without_a_transaction_reports_a_missing_database_like_others() -> None:
    engine = create_engine("postgresql+psycopg://nobody@127.0.0.1:1/none")
    with Session(engine) as session, pytest.raises(OperationalError):
        read(session, "SELECT 1", {})


def test_a_question_is_answered_alike_on_both_databases(store: Store) -> None:
    number, least = (bindparam(name, type_=Integer) for name in ("number", "least"))
    question = PreparedQuery(select(number).where(number > least))
    with store.sessions() as session:
        assert [tuple(row) for row in question.rows(session, {"number": 7, "least": 3})] == [(7,)]
        assert not question.rows(session, {"number": 2, "least": 3})


def test_a_statement_sent_after_a_restart_is_stored_at_the_second_attempt_at_the_latest(postgres_store: Store) -> None:
    whole = statement()
    postgres_store.stored(statement())
    with postgres_store.engine.connect() as connection:
        connection.execute(text(HANG_UP)).all()
    first = postgres_store.post(whole)
    assert first.status_code in (200, 503)
    assert postgres_store.post(whole).status_code == 200
    assert len(postgres_store.ids()) == 2
