"""The questions that each attempt at a quiz was asked"""

import sqlalchemy as sa
from alembic import op

revision = "0064"
down_revision = "0063"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("attempt", sa.Column("drawn", sa.JSON()))


def downgrade() -> None:
    op.drop_column("attempt", "drawn")
