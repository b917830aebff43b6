"""Are the millions of statements that a benchmark makes found as if they had been sent?"""

import json
from datetime import UTC, datetime

from sqlalchemy import text

from tests.benchmarks import history
from tests.integration.xapi.conftest import Store
from xapi.rules.indexing import Usage, keys
from xapi.rules.statement import check


def test_made_statements_have_the_keys_that_the_store_would_give_them(postgres_store: Store) -> None:
    with postgres_store.engine.begin() as connection:
        history.fill(connection, 1, 60, datetime(2026, 11, 20, tzinfo=UTC), 60)
        for sid, whole in connection.execute(text("SELECT sid, text FROM xapi_statement ORDER BY sid")).all():
            statement = json.loads(whole)
            check(statement, version="1.0.3")
            made = connection.execute(text(f"SELECT key, usage FROM xapi_statement_key WHERE sid = {sid} AND usage <> {int(Usage.OWNER)}"))
            assert {(row.key, row.usage) for row in made} == {(key, int(usage)) for key, usage in keys(statement)}
    assert len(postgres_store.ids(limit=100)) == 60
    assert postgres_store.ids(verb=history.VERB + "1", limit=100)
