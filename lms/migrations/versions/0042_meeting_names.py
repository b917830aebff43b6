"""Names in online meetings, and attendance from their reports"""

import sqlalchemy as sa
from alembic import op

revision = "0042"
down_revision = "0041"
branch_labels = None
depends_on = None

EARLIER = ["session_id", "enrolment_id", "way", "code_at"]
KEY = ["session_id", "enrolment_id", "source", "way", "code_at"]


def upgrade() -> None:
    op.create_table(
        "meeting_name",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("class_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("enrolment_id", sa.Integer(), nullable=False),
        sa.Column("matched_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("matched_by", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["class_id"], ["training_class.id"], name=op.f("fk_meeting_name_class_id_training_class")),
        sa.ForeignKeyConstraint(["enrolment_id"], ["enrolment.id"], name=op.f("fk_meeting_name_enrolment_id_enrolment")),
        sa.ForeignKeyConstraint(["matched_by"], ["person.id"], name=op.f("fk_meeting_name_matched_by_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_meeting_name")),
        sa.UniqueConstraint("class_id", "name", name=op.f("uq_meeting_name_class_id_name")),
    )
    op.create_index(op.f("ix_meeting_name_enrolment_id"), "meeting_name", ["enrolment_id"], unique=False)
    with op.batch_alter_table("check_in") as table:
        table.add_column(sa.Column("source", sa.String(length=6), server_default="code", nullable=False))
        table.drop_constraint(op.f("uq_check_in_session_id_enrolment_id_way_code_at"), type_="unique")
        table.create_unique_constraint(op.f("uq_check_in_session_id_enrolment_id_source_way_code_at"), KEY)


def downgrade() -> None:
    with op.batch_alter_table("check_in") as table:
        table.drop_constraint(op.f("uq_check_in_session_id_enrolment_id_source_way_code_at"), type_="unique")
        table.create_unique_constraint(op.f("uq_check_in_session_id_enrolment_id_way_code_at"), EARLIER)
        table.drop_column("source")
    op.drop_index(op.f("ix_meeting_name_enrolment_id"), table_name="meeting_name")
    op.drop_table("meeting_name")
