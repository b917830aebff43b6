"""The environment of Alembic, with the connection from `lms.migrations.migrating`.

To generate a migration from the models, pass their metadata too: `config.attributes["metadata"]`.
"""

from typing import Any, Literal

from alembic import context
from sqlalchemy.dialects import sqlite
from sqlalchemy.types import TypeDecorator

from lms.migrations import guards


def plain_type(kind: str, item: Any, _context: object) -> str | Literal[False]:
    """Write our own column types as the database's types, so that a migration imports nothing of the product."""
    if kind != "type" or not isinstance(item, TypeDecorator):
        return False
    everywhere, on_sqlite = item.impl_instance, item.load_dialect_impl(sqlite.dialect())
    variant = "" if isinstance(on_sqlite, type(everywhere)) else f'.with_variant(sa.{on_sqlite!r}, "sqlite")'
    return f"sa.{everywhere!r}{variant}"


connection = context.config.attributes["connection"]
context.configure(
    connection=connection,
    target_metadata=context.config.attributes.get("metadata"),
    render_as_batch=context.config.attributes.get("batch", connection.dialect.name == "sqlite"),
    render_item=plain_type,
    include_object=context.config.attributes.get("include_object"),
    compare_type=True,
)
guards.remove(connection)  # `migrating.upgrade` puts them back
context.run_migrations()
