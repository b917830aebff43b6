"""Migrate the database to the version of this program."""

import alembic.command
from alembic.config import Config
from sqlalchemy.engine import Connection, Engine

from lms.migrations import guards, schema
from lms.migrations.schema import MIGRATIONS


def config() -> Config:
    """Return Alembic's configuration, which needs a connection in its attributes."""
    found = Config()
    found.set_main_option("script_location", str(MIGRATIONS))
    return found


def upgrade(engine: Engine) -> None:
    """Migrate the database to the newest version, and guard what never changes (`guards`); a second run changes nothing.

    SQLite changes a column by copying its table and dropping the old one, so its foreign keys are off during a migration.
    """
    own = config()
    with engine.connect() as connection:
        _enforce_foreign_keys(connection, on=False)
        with connection.begin():
            own.attributes["connection"] = connection
            if schema.missing(connection) is not None or not guards.are_there(connection):
                alembic.command.upgrade(own, "head")
                guards.install(connection)
        _enforce_foreign_keys(connection, on=True)


def _enforce_foreign_keys(connection: Connection, *, on: bool) -> None:
    """Switch SQLite's foreign keys on or off, which works outside a transaction only."""
    driver = connection.connection.driver_connection
    if connection.dialect.name == "sqlite" and driver is not None:
        driver.execute(f"PRAGMA foreign_keys={'on' if on else 'off'}")
