"""The first failure and the number of failures of a statement that is set aside"""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True).with_variant(sa.BigInteger(), "sqlite")


def upgrade() -> None:
    op.add_column("xapi_outbox", sa.Column("since", INSTANT, nullable=True))
    op.add_column("xapi_outbox", sa.Column("attempts", sa.Integer(), server_default="0", nullable=False))
    op.execute("UPDATE xapi_outbox SET since = stored, attempts = 1 WHERE parked")


def downgrade() -> None:
    op.drop_column("xapi_outbox", "attempts")
    op.drop_column("xapi_outbox", "since")
