"""The verdict on each enrolment, kept for lists"""

import sqlalchemy as sa
from alembic import op

revision = "0039"
down_revision = "0038"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("enrolment", sa.Column("verdict", sa.String(length=8), server_default="", nullable=False))
    op.create_index("ix_enrolment_board", "enrolment", ["class_id", "status", "verdict"], unique=False)


def downgrade() -> None:
    op.drop_index("ix_enrolment_board", table_name="enrolment")
    op.drop_column("enrolment", "verdict")
