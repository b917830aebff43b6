"""Presence beside the meetings of live sessions: launches without a course"""

import sqlalchemy as sa
from alembic import op

revision = "0046"
down_revision = "0045"
branch_labels = None
depends_on = None

OF_LESSONS = sa.text("lesson_id IS NOT NULL")
MEASURED = sa.text("state = 'measured'")
OF_COURSES = (("registration_id", sa.Uuid()), ("course_version_id", sa.Integer()))


def upgrade() -> None:
    with op.batch_alter_table("launch") as table:
        table.add_column(sa.Column("lesson_id", sa.Integer(), nullable=True))
        table.create_foreign_key(op.f("fk_launch_lesson_id_class_session"), "class_session", ["lesson_id"], ["id"])
        for name, kind in OF_COURSES:
            table.alter_column(name, existing_type=kind, nullable=True)
    op.create_index("ix_launch_lesson", "launch", ["lesson_id"], postgresql_where=OF_LESSONS, sqlite_where=OF_LESSONS)
    op.create_index("ix_check_in_measured", "check_in", ["session_id"], postgresql_where=MEASURED, sqlite_where=MEASURED)


def downgrade() -> None:
    op.execute("DELETE FROM launch WHERE lesson_id IS NOT NULL")
    op.drop_index("ix_check_in_measured", table_name="check_in", postgresql_where=MEASURED, sqlite_where=MEASURED)
    op.drop_index("ix_launch_lesson", table_name="launch", postgresql_where=OF_LESSONS, sqlite_where=OF_LESSONS)
    with op.batch_alter_table("launch") as table:
        for name, kind in OF_COURSES:
            table.alter_column(name, existing_type=kind, nullable=False)
        table.drop_constraint(op.f("fk_launch_lesson_id_class_session"), type_="foreignkey")
        table.drop_column("lesson_id")
