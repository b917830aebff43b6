"""Scans of a session's changing code"""

import sqlalchemy as sa
from alembic import op

revision = "0036"
down_revision = "0027"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "check_in",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("session_id", sa.Integer(), nullable=False),
        sa.Column("enrolment_id", sa.Integer(), nullable=False),
        sa.Column("way", sa.String(length=3), nullable=False),
        sa.Column("code_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("device", sa.String(length=32), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("reason", sa.String(length=200), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_by", sa.Integer(), nullable=True),
        sa.Column("came_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("statement_id", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(["session_id"], ["class_session.id"], name=op.f("fk_check_in_session_id_class_session")),
        sa.ForeignKeyConstraint(["enrolment_id"], ["enrolment.id"], name=op.f("fk_check_in_enrolment_id_enrolment")),
        sa.ForeignKeyConstraint(["decided_by"], ["person.id"], name=op.f("fk_check_in_decided_by_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_check_in")),
        sa.UniqueConstraint("session_id", "enrolment_id", "way", "code_at", name=op.f("uq_check_in_session_id_enrolment_id_way_code_at")),
    )
    op.create_index("ix_check_in_device", "check_in", ["session_id", "device"], unique=False)
    op.create_index("ix_check_in_enrolment_id", "check_in", ["enrolment_id"], unique=False)


def downgrade() -> None:
    op.drop_index("ix_check_in_enrolment_id", table_name="check_in")
    op.drop_index("ix_check_in_device", table_name="check_in")
    op.drop_table("check_in")
