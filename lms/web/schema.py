"""Is the database at the version that this code was written for, and how does it get there?"""

from pathlib import Path

import alembic.command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy.engine import Connection, Engine

MIGRATIONS = Path(__file__).parent.parent / "migrations"


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    return config


def upgrade(engine: Engine) -> None:
    """Bring the database to the newest version; run twice it does nothing."""
    config = _config()
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        alembic.command.upgrade(config, "head")


def missing(connection: Connection) -> str | None:
    """Say in a few words what is missing in the database, or None where it is up to date."""
    scripts = ScriptDirectory.from_config(_config())
    head, known = scripts.get_current_head(), {script.revision for script in scripts.walk_revisions()}
    current = MigrationContext.configure(connection).get_current_revision()
    if current == head:
        return None
    if current and current not in known:
        return f"at {current}, which is newer than this program ({head}): install the newer program"
    return f"at {current or 'nothing'}, needs {head}: run `lms db upgrade`"
