"""Letterheads of offices: wordings and logos"""

import sqlalchemy as sa
from alembic import op

revision = "0066"
down_revision = "0065"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "letterhead",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("set_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("set_by", sa.Integer(), nullable=True),
        sa.Column("wordings", sa.JSON(), nullable=False),
        sa.Column("logo_sha256", sa.String(64), nullable=False),
        sa.ForeignKeyConstraint(["set_by"], ["person.id"], name="fk_letterhead_set_by_person"),
        sa.PrimaryKeyConstraint("id", name="pk_letterhead"),
    )
    op.create_index("ix_letterhead_organisation_id", "letterhead", ["organisation_id"])
    op.create_table(
        "logo",
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("png", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("sha256", name="pk_logo"),
    )


def downgrade() -> None:
    op.drop_table("logo")
    op.drop_table("letterhead")
