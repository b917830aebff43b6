"""Definitions of activities and names of people"""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True).with_variant(sa.BigInteger(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "xapi_activity",
        sa.Column("key", sa.Uuid(), nullable=False),
        sa.Column("iri", sa.Text(), nullable=False),
        sa.Column("definition", sa.Text(), nullable=False),
        sa.Column("updated", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_xapi_activity")),
    )
    op.create_table(
        "xapi_agent_name",
        sa.Column("key", sa.Uuid(), nullable=False),
        sa.Column("name_key", sa.Uuid(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("stored", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("key", "name_key", name=op.f("pk_xapi_agent_name")),
        sqlite_with_rowid=False,
    )


def downgrade() -> None:
    op.drop_table("xapi_agent_name")
    op.drop_table("xapi_activity")
