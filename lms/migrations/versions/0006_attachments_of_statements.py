"""Attachments of statements"""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "xapi_attachment",
        sa.Column("sha2", sa.String(length=128), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("sha2", name=op.f("pk_xapi_attachment")),
    )
    op.create_table(
        "xapi_attachment_link",
        sa.Column("statement_id", sa.Uuid(), nullable=False),
        sa.Column("sha2", sa.String(length=128), nullable=False),
        sa.PrimaryKeyConstraint("statement_id", "sha2", name=op.f("pk_xapi_attachment_link")),
    )
    op.create_index("ix_xapi_attachment_link_sha2", "xapi_attachment_link", ["sha2"], unique=False)
    op.create_table(
        "xapi_attachment_piece",
        sa.Column("sha2", sa.String(length=128), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("sha2", "number", name=op.f("pk_xapi_attachment_piece")),
    )


def downgrade() -> None:
    op.drop_table("xapi_attachment_piece")
    op.drop_index("ix_xapi_attachment_link_sha2", table_name="xapi_attachment_link")
    op.drop_table("xapi_attachment_link")
    op.drop_table("xapi_attachment")
