"""Are statements in their month's partition, whenever it is created, and are they found as before?"""

from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.exc import OperationalError

from tests.integration.xapi.conftest import BO, Store, statement, voiding
from xapi.storage import partitions

NOVEMBER, JANUARY = datetime(2026, 11, 20, tzinfo=UTC), datetime(2027, 1, 5, tzinfo=UTC)


def names(store: Store) -> list[str]:
    with store.engine.connect() as connection:
        return [one.name for one in partitions.listed(connection)]


def prepared(store: Store, now: datetime, ahead: int) -> list[str]:
    with store.engine.begin() as connection:
        return partitions.prepare(connection, now, ahead)


def rows(store: Store, table: str) -> int:
    with store.engine.connect() as connection:
        found: int = connection.execute(text(f"SELECT count(*) FROM {table}")).scalar_one()
    return found


def test_this_month_and_the_next_are_made_once(postgres_store: Store) -> None:
    made = prepared(postgres_store, NOVEMBER, 2)
    assert made == [f"{table}_{month}" for table in ("xapi_statement", "xapi_statement_key") for month in ("2026_11", "2026_12", "2027_01")]
    assert prepared(postgres_store, NOVEMBER, 2) == []
    assert prepared(postgres_store, JANUARY, 0) == []
    assert set(made) < set(names(postgres_store))


def test_on_sqlite_there_is_nothing_to_do(local_store: Store) -> None:
    assert prepared(local_store, NOVEMBER, 3) == names(local_store) == []


def test_what_came_before_its_part_was_made_moves_into_it(postgres_store: Store, clock: Any) -> None:
    clock.at = NOVEMBER
    first = postgres_store.stored(statement(actor=BO))[0]
    clock.at = JANUARY
    second = postgres_store.stored(statement(actor=BO))[0]
    assert (rows(postgres_store, "xapi_statement_default"), rows(postgres_store, "xapi_statement_key_default") > 2) == (2, True)
    prepared(postgres_store, NOVEMBER, 2)
    third = postgres_store.stored(statement(actor=BO))[0]
    assert [rows(postgres_store, f"xapi_statement_{part}") for part in ("default", "2026_11", "2026_12", "2027_01")] == [0, 1, 0, 2]
    assert rows(postgres_store, "xapi_statement_key_default") == 0
    assert postgres_store.ids(agent=BO) == [third, second, first]
    assert postgres_store.ids(agent=BO, ascending=True, limit=2) == [first, second]


def test_an_id_is_there_once_across_months_and_is_voided_across_them(postgres_store: Store, clock: Any) -> None:
    prepared(postgres_store, NOVEMBER, 2)
    clock.at = NOVEMBER
    sent = statement()
    postgres_store.stored(sent)
    clock.at = JANUARY
    assert postgres_store.stored(sent) == [sent["id"]]
    assert postgres_store.post({**sent, "result": {"success": True}}).status_code == 409
    postgres_store.stored(voiding(sent["id"]))
    assert postgres_store.get(statementId=sent["id"]).status_code == 404
    assert postgres_store.get(voidedStatementId=sent["id"]).status_code == 200


def test_a_page_of_the_latest_looks_once_into_each_older_part(postgres_store: Store, clock: Any) -> None:
    prepared(postgres_store, NOVEMBER, 2)
    for at in (NOVEMBER, JANUARY):
        clock.at = at
        postgres_store.stored(*(statement(actor=BO) for _ in range(300)))
    with postgres_store.engine.connect() as connection:
        connection.execute(text("ANALYZE"))
        plan = "\n".join(
            connection.execute(
                text("EXPLAIN (ANALYZE, COSTS OFF, TIMING OFF) SELECT sid FROM xapi_statement ORDER BY stored DESC, sid DESC LIMIT 10")
            ).scalars()
        )
    assert "(actual rows=1.00 loops=1)" in plan.partition("on xapi_statement_2026_11")[2].partition("\n")[0]
    assert "Seq Scan on xapi_statement_2027" not in plan


def test_a_part_is_not_made_while_somebody_writes_into_the_default_one(postgres_url: str, postgres_store: Store) -> None:
    """It waits; here for no longer than the test wants."""
    other = create_engine(postgres_url)
    with other.begin() as writer:
        writer.execute(
            text(
                "INSERT INTO xapi_statement (stored, sid, id, voiding, voided, text) VALUES (now(), 1, gen_random_uuid(), false, false, '')"
            )
        )
        with postgres_store.engine.begin() as connection:
            connection.execute(text("SET LOCAL lock_timeout = '50ms'"))
            with pytest.raises(OperationalError, match="lock timeout"):
                partitions.prepare(connection, NOVEMBER, 0)
            connection.rollback()
    other.dispose()
