"""Storage counted for each owner of a quota, and the size of course files"""

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True).with_variant(sa.BigInteger(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "xapi_storage",
        sa.Column("owner", sa.Uuid(), nullable=False),
        sa.Column("agent_key", sa.Uuid(), nullable=True),
        sa.Column("statements", sa.BigInteger(), nullable=False),
        sa.Column("bytes", sa.BigInteger(), nullable=False),
        sa.Column("updated", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("owner", name=op.f("pk_xapi_storage")),
        postgresql_with={"fillfactor": 70},
    )
    op.create_index(op.f("ix_xapi_storage_agent_key"), "xapi_storage", ["agent_key"])
    with op.batch_alter_table("course_version") as table:
        table.add_column(sa.Column("bytes", sa.BigInteger(), server_default="0", nullable=False))


def downgrade() -> None:
    with op.batch_alter_table("course_version") as table:
        table.drop_column("bytes")
    op.drop_table("xapi_storage")
