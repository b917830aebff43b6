"""Uses and refusals of keys"""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    instant = sa.DateTime(timezone=True).with_variant(sa.BigInteger(), "sqlite")
    op.add_column("xapi_key", sa.Column("last_used", instant, nullable=True))
    op.create_table(
        "xapi_refusal",
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("reason", sa.String(length=20), nullable=False),
        sa.Column("times", sa.BigInteger(), nullable=False),
        sa.Column("last", instant, nullable=False),
        sa.Column("said", sa.String(length=300), nullable=False),
        sa.PrimaryKeyConstraint("key", "day", "reason", name=op.f("pk_xapi_refusal")),
    )


def downgrade() -> None:
    op.drop_table("xapi_refusal")
    op.drop_column("xapi_key", "last_used")
