"""How does Alembic reach the database? By the connection that `lms.web.schema` hands over."""

from alembic import context

import xapi.models
from lms import tables

config = context.config
connection = config.attributes["connection"]
context.configure(
    connection=connection,
    target_metadata=[tables.METADATA, xapi.models.Base.metadata],
    render_as_batch=connection.dialect.name == "sqlite",
    compare_type=True,
)
context.run_migrations()
