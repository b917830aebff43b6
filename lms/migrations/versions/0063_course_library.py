"""With whom courses are shared, archived courses, and the words under which the library finds a course"""

import unicodedata

import sqlalchemy as sa
from alembic import op

revision = "0063"
down_revision = "0062"
branch_labels = None
depends_on = None

AT_ONCE = 200


def upgrade() -> None:
    with op.batch_alter_table("course") as table:
        table.add_column(sa.Column("shared", sa.String(16), nullable=False, server_default="everybody"))
        table.add_column(sa.Column("archived_at", sa.DateTime(timezone=True), nullable=True))
        table.add_column(sa.Column("newest_version_id", sa.Integer(), nullable=True))
        table.add_column(sa.Column("search_text", sa.Text(), nullable=False, server_default=""))
        table.create_index(op.f("ix_course_newest_version_id"), ["newest_version_id"])
    op.create_table(
        "course_label",
        sa.Column("course_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("value", sa.String(140), nullable=False),
        sa.ForeignKeyConstraint(["course_id"], ["course.id"], name=op.f("fk_course_label_course_id_course")),
        sa.PrimaryKeyConstraint("course_id", "kind", "value", name=op.f("pk_course_label")),
    )
    op.create_index("ix_course_label_kind_value", "course_label", ["kind", "value"])
    _fill()


def _fill() -> None:
    """Derive the words of the courses that are there."""
    course = sa.table("course", sa.column("id", sa.Integer), sa.column("code"), sa.column("newest_version_id"), sa.column("search_text"))
    version = sa.table(
        "course_version",
        *(sa.column("id", sa.Integer), sa.column("course_id", sa.Integer), sa.column("number", sa.Integer)),
        *(sa.column("title_zh"), sa.column("title_en"), sa.column("document", sa.JSON)),
    )
    label = sa.table("course_label", sa.column("course_id"), sa.column("kind"), sa.column("value"))
    connection = op.get_bind()
    last = sa.select(version.c.course_id, sa.func.max(version.c.number).label("number")).group_by(version.c.course_id).subquery()
    newest = sa.and_(last.c.course_id == version.c.course_id, last.c.number == version.c.number)
    wanted = sa.select(version, course.c.code).join(course, course.c.id == version.c.course_id).join(last, newest).order_by(version.c.id)
    after = 0
    while rows := connection.execute(wanted.where(version.c.id > after).limit(AT_ONCE)).all():
        for row in rows:
            words = unicodedata.normalize("NFKC", f"{row.code}\n{row.title_zh}\n{row.title_en}").casefold()
            changed = sa.update(course).where(course.c.id == row.course_id)
            connection.execute(changed.values(newest_version_id=row.id, search_text=words))
            activities = [one for module in row.document.get("modules", []) for one in module["activities"]]
            formats = {one["format"] for one in activities if "format" in one}
            values = [("language", row.document.get("language", "zh")), *(("format", one) for one in sorted(formats))]
            connection.execute(sa.insert(label), [{"course_id": row.course_id, "kind": kind, "value": value} for kind, value in values])
        after = rows[-1].id


def downgrade() -> None:
    op.drop_table("course_label")
    with op.batch_alter_table("course") as table:
        table.drop_index(op.f("ix_course_newest_version_id"))
        for name in ("search_text", "newest_version_id", "archived_at", "shared"):
            table.drop_column(name)
