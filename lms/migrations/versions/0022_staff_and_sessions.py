"""Staff and sessions of classes"""

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "class_staff",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("class_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("role", sa.String(length=32), nullable=False),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("added_by", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["class_id"], ["training_class.id"], name=op.f("fk_class_staff_class_id_training_class")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_class_staff_person_id_person")),
        sa.ForeignKeyConstraint(["added_by"], ["person.id"], name=op.f("fk_class_staff_added_by_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_class_staff")),
        sa.UniqueConstraint("class_id", "person_id", "role", name=op.f("uq_class_staff_class_id_person_id_role")),
    )
    op.create_index(op.f("ix_class_staff_person_id"), "class_staff", ["person_id"], unique=False)
    op.create_table(
        "class_session",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("class_id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(length=32), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("requirement", sa.String(length=64), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("half_days", sa.Integer(), nullable=False),
        sa.Column("place", sa.String(length=100), server_default="", nullable=False),
        sa.Column("link", sa.String(length=500), server_default="", nullable=False),
        sa.Column("teacher", sa.String(length=100), server_default="", nullable=False),
        sa.Column("practical", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("cancelled_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["class_id"], ["training_class.id"], name=op.f("fk_class_session_class_id_training_class")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_class_session")),
        sa.UniqueConstraint("class_id", "key", name=op.f("uq_class_session_class_id_key")),
    )
    op.create_index("ix_class_session_class_id", "class_session", ["class_id", "starts_at"], unique=False)
    op.create_index(op.f("ix_class_session_starts_at"), "class_session", ["starts_at"], unique=False)


def downgrade() -> None:
    op.drop_index(op.f("ix_class_session_starts_at"), table_name="class_session")
    op.drop_index("ix_class_session_class_id", table_name="class_session")
    op.drop_table("class_session")
    op.drop_index(op.f("ix_class_staff_person_id"), table_name="class_staff")
    op.drop_table("class_staff")
