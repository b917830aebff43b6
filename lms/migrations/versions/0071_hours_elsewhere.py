"""Hours earned elsewhere, and the decisions about them"""

import sqlalchemy as sa
from alembic import op

revision = "0071"
down_revision = "0070"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "elsewhere_hours",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(64), nullable=False),
        sa.Column("title", sa.String(200), nullable=False),
        sa.Column("provider", sa.String(200), nullable=False),
        sa.Column("first_on", sa.Date(), nullable=False),
        sa.Column("last_on", sa.Date(), nullable=False),
        sa.Column("unit", sa.String(5), nullable=False),
        sa.Column("amount", sa.Integer(), nullable=False),
        sa.Column("document_name", sa.String(200), nullable=False),
        sa.Column("document_mimetype", sa.String(100), nullable=False),
        sa.Column("document_sha256", sa.String(64), nullable=False),
        sa.Column("state", sa.String(10), nullable=False),
        sa.Column("entered_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("entered_by", sa.Integer(), nullable=False),
        sa.Column("statement_id", sa.Uuid(), nullable=True),
        sa.Column("statement_sha256", sa.String(64), nullable=True),
        sa.ForeignKeyConstraint(["entered_by"], ["person.id"], name="fk_elsewhere_hours_entered_by_person"),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_elsewhere_hours_person_id_person"),
        sa.PrimaryKeyConstraint("id", name="pk_elsewhere_hours"),
    )
    for column in ("person_id", "document_sha256", "state"):
        op.create_index(f"ix_elsewhere_hours_{column}", "elsewhere_hours", [column])
    op.create_table(
        "elsewhere_decision",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("entry_id", sa.Integer(), nullable=False),
        sa.Column("what", sa.String(10), nullable=False),
        sa.Column("reason", sa.String(200), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["by"], ["person.id"], name="fk_elsewhere_decision_by_person"),
        sa.ForeignKeyConstraint(["entry_id"], ["elsewhere_hours.id"], name="fk_elsewhere_decision_entry_id_elsewhere_hours"),
        sa.PrimaryKeyConstraint("id", name="pk_elsewhere_decision"),
    )
    op.create_index("ix_elsewhere_decision_entry_id", "elsewhere_decision", ["entry_id"])


def downgrade() -> None:
    op.drop_table("elsewhere_decision")
    op.drop_table("elsewhere_hours")
