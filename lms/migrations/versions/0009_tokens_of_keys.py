"""Tokens of keys"""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "xapi_token",
        sa.Column("token_sha256", sa.String(length=64), nullable=False),
        sa.Column("key_id", sa.Integer(), nullable=False),
        sa.Column("scopes", sa.String(length=200), nullable=False),
        sa.Column("expires", sa.DateTime(timezone=True).with_variant(sa.BigInteger(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(["key_id"], ["xapi_key.id"]),
        sa.PrimaryKeyConstraint("token_sha256", name=op.f("pk_xapi_token")),
    )
    op.create_index("ix_xapi_token_key_id_expires", "xapi_token", ["key_id", "expires"], unique=False)


def downgrade() -> None:
    op.drop_index("ix_xapi_token_key_id_expires", table_name="xapi_token")
    op.drop_table("xapi_token")
