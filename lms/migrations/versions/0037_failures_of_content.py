"""Content that could not be shown, counted for its trainer; a flag of launches whose media our own player plays"""

import sqlalchemy as sa
from alembic import op

revision = "0037"
down_revision = "0036"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("launch", sa.Column("own_media", sa.Boolean(), server_default=sa.false(), nullable=False))
    op.create_table(
        "content_failure",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("course_version_id", sa.Integer(), nullable=False),
        sa.Column("activity", sa.String(length=64), nullable=False),
        sa.Column("reason", sa.String(length=16), nullable=False),
        sa.Column("browser", sa.String(length=60), nullable=False),
        sa.Column("detail", sa.String(length=300), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("first_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["course_version_id"], ["course_version.id"], name=op.f("fk_content_failure_course_version_id_course_version")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_content_failure")),
        sa.UniqueConstraint(
            *("course_version_id", "activity", "reason", "browser"),
            name=op.f("uq_content_failure_course_version_id_activity_reason_browser"),
        ),
    )


def downgrade() -> None:
    op.drop_table("content_failure")
    op.drop_column("launch", "own_media")
