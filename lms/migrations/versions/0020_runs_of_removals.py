"""The person who removed old months, and statements that another store refused and an office gave up"""

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "removal",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("by", sa.String(10), nullable=False),
        sa.Column("asked_by", sa.Integer(), nullable=True),
        sa.Column("night", sa.Date(), nullable=True),
        sa.Column("kept_months", sa.Integer(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("turn", sa.String(32), nullable=True),
        sa.Column("touched_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("month", sa.Date(), nullable=True),
        sa.Column("done", sa.Integer(), nullable=False),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.Column("held", sa.JSON(), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["asked_by"], ["person.id"], name=op.f("fk_removal_asked_by_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_removal")),
        sa.UniqueConstraint("night", name=op.f("uq_removal_night")),
    )
    with op.batch_alter_table("removed_month") as table:
        table.add_column(sa.Column("removal_id", sa.Integer(), nullable=True))
        table.create_foreign_key(op.f("fk_removed_month_removal_id_removal"), "removal", ["removal_id"], ["id"])
    with op.batch_alter_table("forward") as table:
        table.add_column(sa.Column("discarded", sa.BigInteger(), server_default="0", nullable=False))


def downgrade() -> None:
    with op.batch_alter_table("forward") as table:
        table.drop_column("discarded")
    with op.batch_alter_table("removed_month") as table:
        table.drop_constraint(op.f("fk_removed_month_removal_id_removal"), type_="foreignkey")
        table.drop_column("removal_id")
    op.drop_table("removal")
