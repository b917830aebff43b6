"""Starting an activity over"""

import sqlalchemy as sa
from alembic import op

revision = "0056"
down_revision = "0055"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "activity_restart",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("registration_id", sa.Uuid(), nullable=False),
        sa.Column("activity", sa.String(length=64), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["registration_id"], ["registration.id"], name=op.f("fk_activity_restart_registration_id_registration")),
        sa.ForeignKeyConstraint(["by"], ["person.id"], name=op.f("fk_activity_restart_by_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_activity_restart")),
    )
    op.create_index("ix_activity_restart_registration_id", "activity_restart", ["registration_id", "activity"])


def downgrade() -> None:
    op.drop_table("activity_restart")
