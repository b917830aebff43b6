"""Audit bundles that were exported"""

import sqlalchemy as sa
from alembic import op

revision = "0060"
down_revision = "0059"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "audit_export",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("class_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revealed", sa.Boolean(), nullable=False),
        sa.Column("reason", sa.String(200), nullable=False),
        sa.Column("members", sa.Integer(), nullable=False),
        sa.Column("manifest_sha256", sa.String(64), nullable=False),
        sa.ForeignKeyConstraint(["class_id"], ["training_class.id"], name="fk_audit_export_class_id_training_class"),
        sa.PrimaryKeyConstraint("id", name="pk_audit_export"),
    )
    op.create_index("ix_audit_export_class_id", "audit_export", ["class_id"])


def downgrade() -> None:
    op.drop_table("audit_export")
