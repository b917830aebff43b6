"""Certificates with which documents are signed, and which of them signed each file"""

import sqlalchemy as sa
from alembic import op

revision = "0058"
down_revision = "0057"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "signing_certificate",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("certificate", sa.LargeBinary(), nullable=False),
        sa.Column("first_used_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reason", sa.String(200), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_signing_certificate"),
        sa.UniqueConstraint("sha256", name="uq_signing_certificate_sha256"),
    )
    with op.batch_alter_table("issued_file") as table:
        table.add_column(sa.Column("signer_sha256", sa.String(64), nullable=False, server_default=""))
    op.create_index("ix_issued_file_sha256", "issued_file", ["sha256"])


def downgrade() -> None:
    op.drop_index("ix_issued_file_sha256", "issued_file")
    with op.batch_alter_table("issued_file") as table:
        table.drop_column("signer_sha256")
    op.drop_table("signing_certificate")
