"""Previews of units of cmi5"""

import sqlalchemy as sa
from alembic import op

from lms.db import UtcDateTime

revision = "0076"
down_revision = "0075"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "unit_preview",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("course", sa.String(length=64), nullable=False),
        sa.Column("unit", sa.JSON(), nullable=False),
        sa.Column("mode", sa.String(length=8), nullable=False),
        sa.Column("begun_at", UtcDateTime(), nullable=False),
        sa.Column("fetched_at", UtcDateTime(), nullable=True),
        sa.Column("data_read", sa.Boolean(), nullable=False),
        sa.Column("preferences_read", sa.Boolean(), nullable=False),
        sa.Column("said", sa.String(length=200), nullable=False),
        sa.Column("last_at", UtcDateTime(), nullable=True),
        sa.Column("ended_at", UtcDateTime(), nullable=True),
        sa.Column("reports", sa.JSON(), nullable=False),
        sa.Column("reported", sa.Integer(), nullable=False),
        sa.Column("records", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_unit_preview_person_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_unit_preview")),
    )
    op.create_index(op.f("ix_unit_preview_begun_at"), "unit_preview", ["begun_at"])
    op.create_index(op.f("ix_unit_preview_person_id"), "unit_preview", ["person_id"])


def downgrade() -> None:
    op.drop_table("unit_preview")
