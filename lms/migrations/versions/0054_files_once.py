"""Files of courses by the hash of their content, and the uploaded file of a version

Versions that are there keep their files where they are (`packages/<hash>/`), and are played from there."""

import sqlalchemy as sa
from alembic import op

revision = "0054"
down_revision = "0053"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "course_file",
        sa.Column("course_id", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("bytes", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["course_id"], ["course.id"], name=op.f("fk_course_file_course_id_course")),
        sa.PrimaryKeyConstraint("course_id", "sha256", name=op.f("pk_course_file")),
    )
    op.add_column("course_version", sa.Column("listings", sa.JSON(none_as_null=True), nullable=True))
    op.add_column("course_version", sa.Column("source_sha256", sa.String(length=64), nullable=True))
    op.add_column("course_version", sa.Column("source_name", sa.String(length=200), nullable=True))


def downgrade() -> None:
    for name in ("source_name", "source_sha256", "listings"):
        op.drop_column("course_version", name)
    op.drop_table("course_file")
