"""What happens to pooled connections, and to writes on a connection in autocommit mode?"""

from collections.abc import Callable, Iterator
from contextlib import suppress

import pytest
from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.orm import Session

import lms.db
from lms.db import Database
from xapi.storage import raw_sql

HANG_UP = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"


@pytest.fixture
def restarted(postgres_url: str) -> Iterator[Database]:
    """A database whose pools hold a connection that PostgreSQL has closed, as after a restart."""
    found, other = Database(postgres_url), Database(postgres_url)
    for connection in ways(found).values():
        ask(connection)
    with other.engine.connect() as connection:
        assert len(connection.scalars(text(HANG_UP)).all()) == 2
    yield found
    found.dispose()
    other.dispose()


def ways(database: Database) -> dict[str, Callable[[], Connection | Session]]:
    return {"reading": database.reader, "single": database.single}


def ask(opened: Callable[[], Connection | Session]) -> int:
    with opened() as connection:
        return connection.scalar(text("SELECT 1")) or 0


@pytest.mark.services
@pytest.mark.parametrize("way", ["reading", "single"])
def test_a_connection_that_lay_idle_over_a_restart_is_not_used(restarted: Database, way: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lms.db, "IDLE_S", -1)
    assert ask(ways(restarted)[way]) == 1


@pytest.mark.services
@pytest.mark.parametrize("way", ["reading", "single"])
def test_a_restart_under_load_fails_one_question_and_then_no_more(restarted: Database, way: str) -> None:
    with pytest.raises(OperationalError):
        ask(ways(restarted)[way])
    assert [ask(ways(restarted)[way]) for _ in range(3)] == [1, 1, 1]


@pytest.mark.services
def test_a_restart_under_load_fails_one_question_of_those_asked_directly_and_then_no_more(restarted: Database) -> None:
    def number() -> object:
        with restarted.single() as connection:
            return raw_sql.ask(connection, "SELECT %(number)s::integer", {"number": 7})

    with pytest.raises(OperationalError):
        number()
    assert [number() for _ in range(3)] == [[(7,)]] * 3


def test_a_single_statement_is_there_for_everybody_at_once(database_url: str) -> None:
    found, other = Database(database_url), Database(database_url)
    with found.single() as connection:
        connection.execute(text("CREATE TABLE told (word text)"))
    with found.single() as connection:
        connection.execute(text("INSERT INTO told VALUES ('here')"))
    with other.engine.connect() as connection:
        assert connection.scalar(text("SELECT word FROM told")) == "here"
    found.dispose()
    other.dispose()


@pytest.mark.services
def test_reading_leaves_what_is_prepared_to_those_who_come_after(postgres_url: str) -> None:
    database = Database(postgres_url)
    prepared = []
    for _ in range(8):  # psycopg prepares what it is asked for the sixth time
        with database.reader() as session:
            prepared.append(session.scalars(text("SELECT statement FROM pg_prepared_statements")).all())
    database.dispose()
    assert prepared[0] == []
    assert "pg_prepared_statements" in prepared[-1][0]


@pytest.mark.services
def test_a_restart_while_somebody_reads_fails_them_and_then_nobody(restarted: Database) -> None:
    restarted.dispose()
    session = restarted.reader()
    session.scalar(text("SELECT 1"))
    with restarted.single() as other:
        other.execute(text(HANG_UP))
    with pytest.raises(OperationalError):
        session.close()
    assert [ask(restarted.reader) for _ in range(3)] == [1, 1, 1]


def test_what_a_reading_session_writes_is_not_kept(database_url: str) -> None:
    database = Database(database_url)
    with database.writing() as connection:
        connection.execute(text("CREATE TABLE told (word text)"))
    with suppress(DBAPIError), database.reader() as session:  # PostgreSQL refuses it at once
        session.execute(text("INSERT INTO told VALUES ('here')"))
    with database.reader() as session:
        assert session.scalar(text("SELECT count(*) FROM told")) == 0
    database.dispose()
