"""Statements in partitions: separate tables for ids and references; on PostgreSQL statements and keys partitioned by month"""

from datetime import datetime

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True).with_variant(sa.BigInteger(), "sqlite")


def upgrade() -> None:
    op.drop_index("ix_xapi_statement_refers", table_name="xapi_statement")
    op.drop_index("ix_xapi_statement_stored_sid", table_name="xapi_statement")
    for table in ("xapi_statement", "xapi_statement_key"):
        op.rename_table(table, f"{table}_old")
    if op.get_bind().dialect.name == "postgresql":  # a renamed table keeps its index names
        op.execute("ALTER INDEX pk_xapi_statement RENAME TO pk_xapi_statement_old")
        op.execute("ALTER INDEX pk_xapi_statement_key RENAME TO pk_xapi_statement_key_old")
    op.create_table(
        "xapi_statement_id",
        sa.Column("sid", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("stored", INSTANT, nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("sid", name=op.f("pk_xapi_statement_id")),
        sa.UniqueConstraint("id", name=op.f("uq_xapi_statement_id_id")),
    )
    op.create_table(
        "xapi_statement_reference",
        sa.Column("refers", sa.Uuid(), nullable=False),
        sa.Column("sid", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("stored", INSTANT, nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("voiding", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("refers", "sid", name=op.f("pk_xapi_statement_reference")),
        sqlite_with_rowid=False,
    )
    _create_statement()
    _create_key()
    _make_parts()
    _move("xapi_statement_id", "sid, id, stored, digest", "xapi_statement_old")
    _go_on_counting("xapi_statement_id")
    _move("xapi_statement_reference", "refers, sid, stored, id, voiding", "xapi_statement_old WHERE refers IS NOT NULL")
    _move("xapi_statement", "stored, sid, id, refers, voiding, voided, text", "xapi_statement_old")
    _move("xapi_statement_key", "key, usage, stored, sid, origin", "xapi_statement_key_old")
    op.drop_table("xapi_statement_old")
    op.drop_table("xapi_statement_key_old")


def _create_statement() -> None:
    op.create_table(
        "xapi_statement",
        sa.Column("stored", INSTANT, nullable=False),
        sa.Column("sid", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("refers", sa.Uuid(), nullable=True),
        sa.Column("voiding", sa.Boolean(), nullable=False),
        sa.Column("voided", sa.Boolean(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("stored", "sid", name=op.f("pk_xapi_statement")),
        postgresql_partition_by="RANGE (stored)",
    )


def _create_key() -> None:
    op.create_table(
        "xapi_statement_key",
        sa.Column("key", sa.Uuid(), nullable=False),
        sa.Column("usage", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("stored", INSTANT, nullable=False),
        sa.Column("sid", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("origin", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("key", "usage", "stored", "sid", "origin", name=op.f("pk_xapi_statement_key")),
        sqlite_with_rowid=False,
        postgresql_partition_by="RANGE (stored)",
    )


def _make_parts() -> None:
    """On PostgreSQL create a default partition and one for each month that has statements."""
    if op.get_bind().dialect.name != "postgresql":
        return
    months = op.get_bind().scalars(sa.text("SELECT DISTINCT date_trunc('month', stored, 'UTC') FROM xapi_statement_old ORDER BY 1")).all()
    for table in ("xapi_statement", "xapi_statement_key"):
        op.execute(f"CREATE TABLE {table}_default PARTITION OF {table} DEFAULT")
        for month in months:
            until = month.replace(year=month.year + month.month // 12, month=month.month % 12 + 1)
            op.execute(f"CREATE TABLE {_named(table, month)} PARTITION OF {table} FOR VALUES FROM ('{month}') TO ('{until}')")


def _named(table: str, month: datetime) -> str:
    return f"{table}_{month:%Y_%m}"


def _move(table: str, columns: str, source: str) -> None:
    op.execute(f"INSERT INTO {table} ({columns}) SELECT {columns} FROM {source}")  # noqa: S608 - our own names


def _go_on_counting(table: str) -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.execute(f"SELECT setval(pg_get_serial_sequence('{table}', 'sid'), (SELECT coalesce(max(sid), 1) FROM {table}))")  # noqa: S608


def downgrade() -> None:
    for table in ("xapi_statement", "xapi_statement_key"):
        op.rename_table(table, f"{table}_new")
    if op.get_bind().dialect.name == "postgresql":
        op.execute("ALTER INDEX pk_xapi_statement RENAME TO pk_xapi_statement_new")
        op.execute("ALTER INDEX pk_xapi_statement_key RENAME TO pk_xapi_statement_key_new")
    op.create_table(
        "xapi_statement",
        sa.Column("sid", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("stored", INSTANT, nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("refers", sa.Uuid(), nullable=True),
        sa.Column("voiding", sa.Boolean(), nullable=False),
        sa.Column("voided", sa.Boolean(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("sid", name=op.f("pk_xapi_statement")),
        sa.UniqueConstraint("id", name=op.f("uq_xapi_statement_id")),
    )
    op.create_table(
        "xapi_statement_key",
        sa.Column("key", sa.Uuid(), nullable=False),
        sa.Column("usage", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("stored", INSTANT, nullable=False),
        sa.Column("sid", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("origin", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("key", "usage", "stored", "sid", "origin", name=op.f("pk_xapi_statement_key")),
        sqlite_with_rowid=False,
    )
    columns = "sid, id, stored, digest, refers, voiding, voided, text"
    op.execute(
        f"INSERT INTO xapi_statement ({columns}) SELECT s.sid, s.id, s.stored, i.digest, s.refers, s.voiding, s.voided, s.text"  # noqa: S608
        " FROM xapi_statement_new s JOIN xapi_statement_id i ON i.sid = s.sid"
    )
    _move("xapi_statement_key", "key, usage, stored, sid, origin", "xapi_statement_key_new")
    _go_on_counting("xapi_statement")
    for table in ("xapi_statement_new", "xapi_statement_key_new", "xapi_statement_reference", "xapi_statement_id"):
        op.drop_table(table)
    where = sa.text("refers IS NOT NULL")
    op.create_index("ix_xapi_statement_refers", "xapi_statement", ["refers"], sqlite_where=where, postgresql_where=where)
    op.create_index("ix_xapi_statement_stored_sid", "xapi_statement", ["stored", "sid"])
