"""Marks of attendance"""

import sqlalchemy as sa
from alembic import op

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None

NOW = sa.text("superseded_at IS NULL")


def upgrade() -> None:
    op.create_table(
        "attendance_mark",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("session_id", sa.Integer(), nullable=False),
        sa.Column("enrolment_id", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("arrived_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("left_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reason", sa.String(length=200), nullable=False),
        sa.Column("noted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("noted_by", sa.Integer(), nullable=True),
        sa.Column("statement_id", sa.Uuid(), nullable=True),
        sa.Column("superseded_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["session_id"], ["class_session.id"], name=op.f("fk_attendance_mark_session_id_class_session")),
        sa.ForeignKeyConstraint(["enrolment_id"], ["enrolment.id"], name=op.f("fk_attendance_mark_enrolment_id_enrolment")),
        sa.ForeignKeyConstraint(["noted_by"], ["person.id"], name=op.f("fk_attendance_mark_noted_by_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_attendance_mark")),
    )
    op.create_index("ix_attendance_mark_enrolment_id", "attendance_mark", ["enrolment_id"], unique=False)
    op.create_index(
        "uq_attendance_mark_now",
        "attendance_mark",
        ["session_id", "enrolment_id"],
        unique=True,
        postgresql_where=NOW,
        sqlite_where=NOW,
    )


def downgrade() -> None:
    op.drop_index("uq_attendance_mark_now", table_name="attendance_mark", postgresql_where=NOW, sqlite_where=NOW)
    op.drop_index("ix_attendance_mark_enrolment_id", table_name="attendance_mark")
    op.drop_table("attendance_mark")
