"""Is a PostgreSQL database that is lent a second time like a new one?"""

from contextlib import closing

import psycopg
import pytest
from sqlalchemy import make_url

from tests import servers
from tests.lending import Lending

ORGANISATION = (
    "INSERT INTO organisation (code, name, kind, path) SELECT n, 'x', 'provider', 'x' FROM generate_series(1, %s) AS n RETURNING id"
)
CONTENTS = """SELECT (SELECT count(*) FROM organisation), (SELECT last_value FROM organisation_id_seq),
(SELECT is_called FROM organisation_id_seq), (SELECT count(*) FROM alembic_version)"""
NEW = (0, 1, False, 1)


@pytest.fixture
def lending(postgres: servers.Postgres) -> Lending:
    return Lending(postgres)


def connected(url: str) -> psycopg.Connection:
    return psycopg.connect(make_url(url).set(drivername="postgresql").render_as_string(hide_password=False), autocommit=True)


def contents(url: str) -> tuple[object, ...] | None:
    with closing(connected(url)) as connection:
        return connection.execute(CONTENTS).fetchone()


def test_it_is_lent_again_without_rows_and_its_numbers_begin_at_one(lending: Lending) -> None:
    url = lending.take()
    with closing(connected(url)) as connection:
        connection.execute(ORGANISATION, [20])
    assert contents(url) != NEW
    lending.give_back(url)
    assert lending.take() == url
    assert contents(url) == NEW


def test_connections_that_a_test_left_open_are_ended(lending: Lending) -> None:
    url = lending.take()
    with closing(connected(url)) as left_open:
        left_open.execute("BEGIN")
        left_open.execute(ORGANISATION, [1])
        lending.give_back(url)
        with pytest.raises(psycopg.OperationalError):
            left_open.execute("SELECT 1")
    assert lending.take() == url
    assert contents(url) == NEW


@pytest.mark.parametrize(
    "change",
    [
        "CREATE TABLE one_more (id int)",
        "DROP TABLE xapi_outbox CASCADE",
        "ALTER TABLE organisation ADD COLUMN one_more int",
        "ALTER TABLE organisation DISABLE TRIGGER ALL",
        "DROP INDEX ix_organisation_path",
        "CREATE FUNCTION one_more() RETURNS int LANGUAGE sql AS 'SELECT 1'",
        "UPDATE alembic_version SET version_num = 'x'",
        "ANALYZE organisation",
        "INSERT INTO organisation (code, name, kind, path) SELECT n, repeat('x', 200), 'x', 'x' FROM generate_series(1, 1000) AS n",
    ],
)
def test_what_is_more_than_a_few_rows_is_given_to_no_other_test(lending: Lending, change: str) -> None:
    url = lending.take()
    with closing(connected(url)) as connection:
        connection.execute(change)
    lending.give_back(url)
    assert lending.free == []
    new = lending.take()
    assert new != url
    assert contents(new) == NEW
    lending.give_back(new)


def test_during_a_test_nobody_but_the_test_is_connected(lending: Lending) -> None:
    for _ in range(2):
        url = lending.take()
        with closing(connected(url)) as connection:
            there = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND backend_type = 'client backend'"
            assert connection.execute(there).fetchone() == (1,)
        lending.give_back(url)
