"""Agents about whom nothing is stored any more"""

import uuid
from datetime import UTC

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True).with_variant(sa.BigInteger(), "sqlite")
ERASURE = sa.table("erasure", sa.column("agents", sa.JSON()), sa.column("begun_at", sa.DateTime(timezone=True)))


def upgrade() -> None:
    marks = op.create_table(
        "xapi_erased_agent",
        sa.Column("key", sa.Uuid(), nullable=False),
        sa.Column("since", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_xapi_erased_agent")),
        sqlite_with_rowid=False,
    )
    erased: dict[uuid.UUID, object] = {}
    for agents, at in op.get_bind().execute(sa.select(ERASURE.c.agents, ERASURE.c.begun_at)):
        on_sqlite = at.tzinfo is None
        since = int(at.replace(tzinfo=UTC).timestamp()) * 10**6 if on_sqlite else at
        erased |= {uuid.UUID(one): since for one in agents}
    if erased:
        op.bulk_insert(marks, [{"key": key, "since": since} for key, since in erased.items()])


def downgrade() -> None:
    op.drop_table("xapi_erased_agent")
