"""Administration of classes"""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("training_class") as table:
        table.add_column(sa.Column("tracks", sa.String(length=500), nullable=False, server_default=""))
        table.add_column(sa.Column("counts_within", sa.Boolean(), nullable=False, server_default=sa.false()))
        table.add_column(sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True))
    op.create_table(
        "class_change",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("class_id", sa.Integer(), nullable=False),
        sa.Column("enrolment_id", sa.Integer(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by", sa.Integer(), nullable=True),
        sa.Column("what", sa.String(length=20), nullable=False),
        sa.Column("before", sa.String(length=500), nullable=False),
        sa.Column("after", sa.String(length=500), nullable=False),
        sa.ForeignKeyConstraint(["by"], ["person.id"], name=op.f("fk_class_change_by_person")),
        sa.ForeignKeyConstraint(["class_id"], ["training_class.id"], name=op.f("fk_class_change_class_id_training_class")),
        sa.ForeignKeyConstraint(["enrolment_id"], ["enrolment.id"], name=op.f("fk_class_change_enrolment_id_enrolment")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_class_change")),
    )
    op.create_index(op.f("ix_class_change_class_id"), "class_change", ["class_id"])
    op.create_index(op.f("ix_class_change_enrolment_id"), "class_change", ["enrolment_id"])


def downgrade() -> None:
    op.drop_table("class_change")
    with op.batch_alter_table("training_class") as table:
        for name in ("closed_at", "counts_within", "tracks"):
            table.drop_column(name)
