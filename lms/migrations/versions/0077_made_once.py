"""Tokens of forms, and the things that were made with them"""

import sqlalchemy as sa
from alembic import op

from lms.db import UtcDateTime

revision = "0077"
down_revision = "0076"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "made_once",
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("token", sa.String(length=64), nullable=False),
        sa.Column("made", sa.String(length=64), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_made_once_person_id_person")),
        sa.PrimaryKeyConstraint("person_id", "token", name=op.f("pk_made_once")),
    )
    op.create_index(op.f("ix_made_once_at"), "made_once", ["at"])


def downgrade() -> None:
    op.drop_table("made_once")
