"""Is the database at the version of this program? Answered without Alembic, which takes long to load."""

from functools import cache
from pathlib import Path

from sqlalchemy import inspect, text
from sqlalchemy.engine import Connection

MIGRATIONS = Path(__file__).parent
TABLE = "alembic_version"


@cache
def revisions() -> tuple[str, ...]:
    """Return all versions of the database, the newest last: file names begin with a rising number."""
    return tuple(sorted(path.name.partition("_")[0] for path in (MIGRATIONS / "versions").glob("[0-9]*_*.py")))


def missing(connection: Connection) -> str | None:
    """Say briefly which version the database needs, or None if it is up to date."""
    head = revisions()[-1]
    there = inspect(connection).has_table(TABLE)
    current = connection.scalar(text(f"SELECT version_num FROM {TABLE}")) if there else None  # noqa: S608 – our own word
    if current == head:
        return None
    if current and current not in revisions():
        return f"at {current}, which is newer than this program ({head}): install the newer program"
    return f"at {current or 'nothing'}, needs {head}: run `lms db upgrade`"
