"""Does `lms db upgrade` make exactly the tables that the code knows, on both databases, and undo them again?"""

import alembic.command
import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Engine, create_engine, inspect

import xapi.models
from lms import tables
from lms.web import schema


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.services)])
def empty(request: pytest.FixtureRequest, tmp_path):  # type: ignore[no-untyped-def]
    url = f"sqlite:///{tmp_path}/empty.sqlite3" if request.param == "sqlite" else request.getfixturevalue("empty_postgres_url")
    engine = create_engine(url)
    yield engine
    engine.dispose()


def test_an_upgraded_database_has_what_the_models_say(empty: Engine) -> None:
    schema.upgrade(empty)
    with empty.connect() as connection:
        found = MigrationContext.configure(connection, opts={"compare_type": True})
        differences = compare_metadata(found, [tables.METADATA, xapi.models.Base.metadata])  # type: ignore[arg-type]
        assert differences == []
        assert schema.missing(connection) is None


def test_an_empty_database_is_told_apart_and_a_second_upgrade_does_nothing(empty: Engine) -> None:
    with empty.connect() as connection:
        assert "lms db upgrade" in (schema.missing(connection) or "")
    schema.upgrade(empty)
    schema.upgrade(empty)


def test_the_way_back_leaves_nothing(empty: Engine) -> None:
    schema.upgrade(empty)
    config = schema._config()
    with empty.begin() as connection:
        config.attributes["connection"] = connection
        alembic.command.downgrade(config, "base")
    assert inspect(empty).get_table_names() == ["alembic_version"]
