"""Answers to reflections are decided like tasks"""

import sqlalchemy as sa
from alembic import op

revision = "0067"
down_revision = "0066"
branch_labels = None
depends_on = None

OF_AN_ACTIVITY = sa.text("activity IS NOT NULL")


def upgrade() -> None:
    with op.batch_alter_table("practice_work") as table:
        table.add_column(sa.Column("registration_id", sa.Uuid(), nullable=True))
        table.add_column(sa.Column("activity", sa.String(length=64), nullable=True))
        table.add_column(sa.Column("title", sa.String(length=200), nullable=True))
        table.add_column(sa.Column("launch_id", sa.Uuid(), nullable=True))
        for name, other in (("registration_id", "registration"), ("launch_id", "launch")):
            table.create_foreign_key(op.f(f"fk_practice_work_{name}_{other}"), other, [name], ["id"])
    op.create_index(
        "uq_practice_work_activity",
        "practice_work",
        ["registration_id", "activity"],
        unique=True,
        postgresql_where=OF_AN_ACTIVITY,
        sqlite_where=OF_AN_ACTIVITY,
    )


def downgrade() -> None:
    op.execute("DELETE FROM practice_decision WHERE work_id IN (SELECT id FROM practice_work WHERE activity IS NOT NULL)")
    op.execute("DELETE FROM practice_work WHERE activity IS NOT NULL")
    op.drop_index("uq_practice_work_activity", table_name="practice_work", postgresql_where=OF_AN_ACTIVITY, sqlite_where=OF_AN_ACTIVITY)
    with op.batch_alter_table("practice_work") as table:
        for name, other in (("registration_id", "registration"), ("launch_id", "launch")):
            table.drop_constraint(op.f(f"fk_practice_work_{name}_{other}"), type_="foreignkey")
        for name in ("launch_id", "title", "activity", "registration_id"):
            table.drop_column(name)
