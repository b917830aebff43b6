"""Record accesses to personal data"""

import sqlalchemy as sa
from alembic import op

revision = "0069"
down_revision = "0068"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "access_record",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by", sa.Integer(), nullable=True),
        sa.Column("what", sa.String(10), nullable=False),
        sa.Column("form", sa.String(20), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("class_id", sa.Integer(), nullable=True),
        sa.Column("organisation_id", sa.Integer(), nullable=True),
        sa.Column("reason", sa.String(200), nullable=False),
        sa.ForeignKeyConstraint(["by"], ["person.id"], name="fk_access_record_by_person"),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_access_record_person_id_person"),
        sa.ForeignKeyConstraint(["class_id"], ["training_class.id"], name="fk_access_record_class_id_training_class"),
        sa.PrimaryKeyConstraint("id", name="pk_access_record"),
    )
    for name, columns in (("person_id", ["person_id", "id"]), ("class_id", ["class_id", "id"]), ("by", ["by", "id"]), ("at", ["at"])):
        op.create_index(f"ix_access_record_{name}", "access_record", columns)


def downgrade() -> None:
    op.drop_table("access_record")
