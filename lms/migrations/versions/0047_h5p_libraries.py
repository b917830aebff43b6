"""The H5P libraries of published packages, for contents that are exported without theirs"""

import sqlalchemy as sa
from alembic import op

revision = "0047"
down_revision = "0046"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "h5p_library",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=True),
        sa.Column("name", sa.String(length=110), nullable=False),
        sa.Column("patch", sa.Integer(), nullable=False),
        sa.Column("package_sha256", sa.String(length=64), nullable=False),
        sa.Column("folder", sa.String(length=700), nullable=False),
        sa.Column("files", sa.JSON(), nullable=False),
        sa.Column("collected_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"], name=op.f("fk_h5p_library_organisation_id_organisation")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_h5p_library")),
    )
    op.create_index(op.f("ix_h5p_library_name"), "h5p_library", ["name"])
    op.create_index(op.f("ix_h5p_library_organisation_id"), "h5p_library", ["organisation_id"])


def downgrade() -> None:
    op.drop_table("h5p_library")
