"""Transfers between classes, waivers with their approval, and sessions moved online"""

import sqlalchemy as sa
from alembic import op

revision = "0040"
down_revision = "0039"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("enrolment", sa.Column("transferred", sa.Boolean(), server_default=sa.false(), nullable=False))
    op.create_table(
        "enrolment_transfer",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("enrolment_id", sa.Integer(), nullable=False),
        sa.Column("from_class_id", sa.Integer(), nullable=False),
        sa.Column("to_class_id", sa.Integer(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("made_by", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["enrolment_id"], ["enrolment.id"], name=op.f("fk_enrolment_transfer_enrolment_id_enrolment")),
        sa.ForeignKeyConstraint(["from_class_id"], ["training_class.id"], name=op.f("fk_enrolment_transfer_from_class_id_training_class")),
        sa.ForeignKeyConstraint(["to_class_id"], ["training_class.id"], name=op.f("fk_enrolment_transfer_to_class_id_training_class")),
        sa.ForeignKeyConstraint(["made_by"], ["person.id"], name=op.f("fk_enrolment_transfer_made_by_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_enrolment_transfer")),
    )
    for column in ("enrolment_id", "from_class_id", "to_class_id"):
        op.create_index(op.f(f"ix_enrolment_transfer_{column}"), "enrolment_transfer", [column], unique=False)
    op.create_table(
        "waiver",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("enrolment_id", sa.Integer(), nullable=False),
        sa.Column("requirement", sa.String(length=64), nullable=False),
        sa.Column("amount", sa.Integer(), nullable=False),
        sa.Column("reason", sa.String(length=200), nullable=False),
        sa.Column("proposed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("proposed_by", sa.Integer(), nullable=True),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("answer", sa.String(length=200), server_default="", nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_by", sa.Integer(), nullable=True),
        sa.Column("statement_id", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(["enrolment_id"], ["enrolment.id"], name=op.f("fk_waiver_enrolment_id_enrolment")),
        sa.ForeignKeyConstraint(["proposed_by"], ["person.id"], name=op.f("fk_waiver_proposed_by_person")),
        sa.ForeignKeyConstraint(["decided_by"], ["person.id"], name=op.f("fk_waiver_decided_by_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_waiver")),
    )
    op.create_index(op.f("ix_waiver_enrolment_id"), "waiver", ["enrolment_id"], unique=False)
    op.create_table(
        "session_replacement",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("class_id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(length=32), nullable=False),
        sa.Column("sessions", sa.JSON(), nullable=False),
        sa.Column("course_version_id", sa.Integer(), nullable=True),
        sa.Column("live", sa.String(length=32), server_default="", nullable=False),
        sa.Column("people", sa.JSON(), nullable=True),
        sa.Column("reason", sa.String(length=200), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("made_by", sa.Integer(), nullable=True),
        sa.Column("cancelled_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["class_id"], ["training_class.id"], name=op.f("fk_session_replacement_class_id_training_class")),
        sa.ForeignKeyConstraint(
            ["course_version_id"], ["course_version.id"], name=op.f("fk_session_replacement_course_version_id_course_version")
        ),
        sa.ForeignKeyConstraint(["made_by"], ["person.id"], name=op.f("fk_session_replacement_made_by_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_session_replacement")),
        sa.UniqueConstraint("class_id", "key", name=op.f("uq_session_replacement_class_id_key")),
    )
    op.create_index(op.f("ix_session_replacement_course_version_id"), "session_replacement", ["course_version_id"], unique=False)


def downgrade() -> None:
    for table in ("session_replacement", "waiver", "enrolment_transfer"):
        op.drop_table(table)
    op.drop_column("enrolment", "transferred")
