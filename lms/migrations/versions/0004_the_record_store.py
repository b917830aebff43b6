"""The record store"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "xapi_key",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("secret_sha256", sa.String(length=64), nullable=False),
        sa.Column("scopes", sa.String(length=200), nullable=False),
        sa.Column("trusted", sa.Boolean(), nullable=False),
        sa.Column("default_version", sa.String(length=10), nullable=False),
        sa.Column("created", sa.DateTime(timezone=True).with_variant(sa.BigInteger(), "sqlite"), nullable=False),
        sa.Column("revoked", sa.DateTime(timezone=True).with_variant(sa.BigInteger(), "sqlite"), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_xapi_key")),
        sa.UniqueConstraint("key", name=op.f("uq_xapi_key_key")),
    )
    op.create_table(
        "xapi_outbox",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("statement_id", sa.Uuid(), nullable=False),
        sa.Column("stored", sa.DateTime(timezone=True).with_variant(sa.BigInteger(), "sqlite"), nullable=False),
        sa.Column("parked", sa.Boolean(), nullable=False),
        sa.Column("error", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_xapi_outbox")),
    )
    op.create_index("ix_xapi_outbox_waiting", "xapi_outbox", ["parked", "id"], unique=False)
    op.create_table(
        "xapi_statement",
        sa.Column("sid", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("stored", sa.DateTime(timezone=True).with_variant(sa.BigInteger(), "sqlite"), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("refers", sa.Uuid(), nullable=True),
        sa.Column("voiding", sa.Boolean(), nullable=False),
        sa.Column("voided", sa.Boolean(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("sid", name=op.f("pk_xapi_statement")),
        sa.UniqueConstraint("id", name=op.f("uq_xapi_statement_id")),
    )
    op.create_index(
        "ix_xapi_statement_refers",
        "xapi_statement",
        ["refers"],
        unique=False,
        sqlite_where=sa.text("refers IS NOT NULL"),
        postgresql_where=sa.text("refers IS NOT NULL"),
    )
    op.create_index("ix_xapi_statement_stored_sid", "xapi_statement", ["stored", "sid"], unique=False)
    op.create_table(
        "xapi_statement_key",
        sa.Column("key", sa.Uuid(), nullable=False),
        sa.Column("usage", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("stored", sa.DateTime(timezone=True).with_variant(sa.BigInteger(), "sqlite"), nullable=False),
        sa.Column("sid", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("origin", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("key", "usage", "stored", "sid", "origin", name=op.f("pk_xapi_statement_key")),
        sqlite_with_rowid=False,
    )


def downgrade() -> None:
    op.drop_table("xapi_statement_key")
    op.drop_index("ix_xapi_statement_stored_sid", table_name="xapi_statement")
    op.drop_index(
        "ix_xapi_statement_refers",
        table_name="xapi_statement",
        sqlite_where=sa.text("refers IS NOT NULL"),
        postgresql_where=sa.text("refers IS NOT NULL"),
    )
    op.drop_table("xapi_statement")
    op.drop_index("ix_xapi_outbox_waiting", table_name="xapi_outbox")
    op.drop_table("xapi_outbox")
    op.drop_table("xapi_key")
