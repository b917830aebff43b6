"""Migrate the database to the version of this program."""

import alembic.command
from alembic.config import Config
from sqlalchemy.engine import Engine

from lms.migrations.schema import MIGRATIONS


def config() -> Config:
    """Return Alembic's configuration, which needs a connection in its attributes."""
    found = Config()
    found.set_main_option("script_location", str(MIGRATIONS))
    return found


def upgrade(engine: Engine) -> None:
    """Migrate the database to the newest version; a second run changes nothing."""
    own = config()
    with engine.begin() as connection:
        own.attributes["connection"] = connection
        alembic.command.upgrade(own, "head")
