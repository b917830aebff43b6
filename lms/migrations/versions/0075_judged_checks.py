"""Check questions that the site has judged right"""

import sqlalchemy as sa
from alembic import op

from lms.db import UtcDateTime

revision = "0075"
down_revision = "0074"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("launch", sa.Column("judged", sa.Boolean(), server_default=sa.false(), nullable=False))
    op.create_table(
        "check_progress",
        sa.Column("registration_id", sa.Uuid(), nullable=False),
        sa.Column("activity", sa.String(length=64), nullable=False),
        sa.Column("right", sa.JSON(), nullable=False),
        sa.Column("said_at", UtcDateTime(), nullable=True),
        sa.Column("stated_at", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["registration_id"], ["registration.id"], name=op.f("fk_check_progress_registration_id_registration")),
        sa.PrimaryKeyConstraint("registration_id", "activity", name=op.f("pk_check_progress")),
    )


def downgrade() -> None:
    op.drop_table("check_progress")
    op.drop_column("launch", "judged")
