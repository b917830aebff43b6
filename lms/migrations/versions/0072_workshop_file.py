"""Contents of drafts and forms, for the room that they take"""

import sqlalchemy as sa
from alembic import op

revision = "0072"
down_revision = "0071"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "workshop_file",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=True),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("bytes", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"], name="fk_workshop_file_organisation_id_organisation"),
        sa.PrimaryKeyConstraint("id", name="pk_workshop_file"),
        sa.UniqueConstraint("organisation_id", "sha256", name="uq_workshop_file_organisation_id_sha256"),
    )


def downgrade() -> None:
    op.drop_table("workshop_file")
