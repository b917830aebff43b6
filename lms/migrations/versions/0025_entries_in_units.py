"""Ledger entries in units, with digests of their inputs

Existing entries have format 1 and stay as they are. The worker appends each chain's baseline (`following_after`).
"""

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None

GENESIS = "0" * 64
RENAMED = (("activity", "account"), ("seconds", "amount"))


def upgrade() -> None:
    for before, after in RENAMED:
        op.execute(f"ALTER TABLE ledger_entry RENAME COLUMN {before} TO {after}")
    op.add_column("ledger_entry", sa.Column("unit", sa.String(length=20), server_default="seconds", nullable=False))
    op.add_column("ledger_entry", sa.Column("format", sa.Integer(), server_default="1", nullable=False))
    for name in ("class_sha256", "enrolment_sha256"):
        op.add_column("ledger_entry", sa.Column(name, sa.String(length=64), nullable=True))
        op.add_column("enrolment", sa.Column(name, sa.String(length=64), nullable=True))
    for table in ("ledger_entry", "enrolment"):
        op.add_column(table, sa.Column("evidence_sha256", sa.String(length=64), server_default=GENESIS, nullable=False))
        op.add_column(table, sa.Column("evidence_count", sa.Integer(), server_default="0", nullable=False))
    op.add_column("observation", sa.Column("statement_sha256", sa.LargeBinary(), nullable=True))
    op.add_column("training_class", sa.Column("changes_sha256", sa.String(length=64), server_default=GENESIS, nullable=False))
    op.add_column("training_class", sa.Column("changes_count", sa.Integer(), server_default="0", nullable=False))
    op.execute(
        "UPDATE training_class SET following_after = 0 WHERE"
        " EXISTS (SELECT 1 FROM enrolment WHERE enrolment.class_id = training_class.id AND enrolment.ledger_length > 0)"
        " OR EXISTS (SELECT 1 FROM class_change WHERE class_change.class_id = training_class.id)"
    )


def downgrade() -> None:
    for table, names in (
        ("training_class", ("changes_sha256", "changes_count")),
        ("observation", ("statement_sha256",)),
        ("enrolment", ("evidence_sha256", "evidence_count", "class_sha256", "enrolment_sha256")),
        ("ledger_entry", ("evidence_sha256", "evidence_count", "class_sha256", "enrolment_sha256", "unit", "format")),
    ):
        for name in names:
            op.execute(f"ALTER TABLE {table} DROP COLUMN {name}")
    for before, after in RENAMED:
        op.execute(f"ALTER TABLE ledger_entry RENAME COLUMN {after} TO {before}")
