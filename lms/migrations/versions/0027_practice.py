"""Tasks, submissions for them, logs, and decisions"""

import sqlalchemy as sa
from alembic import op

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None

OF_A_TASK = sa.text("task_id IS NOT NULL")


def upgrade() -> None:
    op.create_table(
        "practice_task",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("class_id", sa.Integer(), nullable=False),
        sa.Column("requirement", sa.String(length=64), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.Integer(), nullable=True),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["class_id"], ["training_class.id"], name=op.f("fk_practice_task_class_id_training_class")),
        sa.ForeignKeyConstraint(["created_by"], ["person.id"], name=op.f("fk_practice_task_created_by_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_practice_task")),
    )
    op.create_index(op.f("ix_practice_task_class_id"), "practice_task", ["class_id"], unique=False)
    op.create_table(
        "practice_work",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("enrolment_id", sa.Integer(), nullable=False),
        sa.Column("task_id", sa.Integer(), nullable=True),
        sa.Column("requirement", sa.String(length=64), nullable=False),
        sa.Column("on", sa.Date(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("handed_in_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("statement_id", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(["enrolment_id"], ["enrolment.id"], name=op.f("fk_practice_work_enrolment_id_enrolment")),
        sa.ForeignKeyConstraint(["task_id"], ["practice_task.id"], name=op.f("fk_practice_work_task_id_practice_task")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_practice_work")),
    )
    op.create_index("ix_practice_work_enrolment_id", "practice_work", ["enrolment_id"], unique=False)
    op.create_index("ix_practice_work_state", "practice_work", ["state", "handed_in_at"], unique=False)
    op.create_index(
        "uq_practice_work_task",
        "practice_work",
        ["task_id", "enrolment_id"],
        unique=True,
        postgresql_where=OF_A_TASK,
        sqlite_where=OF_A_TASK,
    )
    op.create_table(
        "practice_file",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("work_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("mimetype", sa.String(length=100), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("object_name", sa.String(length=200), nullable=False),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["work_id"], ["practice_work.id"], name=op.f("fk_practice_file_work_id_practice_work")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_practice_file")),
    )
    op.create_index(op.f("ix_practice_file_work_id"), "practice_file", ["work_id"], unique=False)
    op.create_table(
        "practice_decision",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("work_id", sa.Integer(), nullable=False),
        sa.Column("what", sa.String(length=10), nullable=False),
        sa.Column("comment", sa.String(length=1000), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["work_id"], ["practice_work.id"], name=op.f("fk_practice_decision_work_id_practice_work")),
        sa.ForeignKeyConstraint(["by"], ["person.id"], name=op.f("fk_practice_decision_by_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_practice_decision")),
    )
    op.create_index(op.f("ix_practice_decision_work_id"), "practice_decision", ["work_id"], unique=False)


def downgrade() -> None:
    op.drop_index(op.f("ix_practice_decision_work_id"), table_name="practice_decision")
    op.drop_table("practice_decision")
    op.drop_index(op.f("ix_practice_file_work_id"), table_name="practice_file")
    op.drop_table("practice_file")
    op.drop_index("uq_practice_work_task", table_name="practice_work", postgresql_where=OF_A_TASK, sqlite_where=OF_A_TASK)
    op.drop_index("ix_practice_work_state", table_name="practice_work")
    op.drop_index("ix_practice_work_enrolment_id", table_name="practice_work")
    op.drop_table("practice_work")
    op.drop_index(op.f("ix_practice_task_class_id"), table_name="practice_task")
    op.drop_table("practice_task")
