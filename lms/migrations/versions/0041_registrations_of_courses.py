"""A registration is of an enrolment and a course, not of a version; where there are several of one course, the first stands for all"""

import sqlalchemy as sa
from alembic import op

revision = "0041"
down_revision = "0040"
branch_labels = None
depends_on = None

ONE_EACH = sa.text("alias_of IS NULL")
KEYS = "SELECT id, enrolment_id, course_id FROM registration ORDER BY enrolment_id, course_id, course_version_id"
STATES = "SELECT activity, updated_at FROM activity_state WHERE registration_id = :one"
NUMBERS = "SELECT activity, max(number) AS most FROM attempt WHERE registration_id = :first GROUP BY activity"


def upgrade() -> None:
    uuid = "UUID" if op.get_bind().dialect.name == "postgresql" else "CHAR(32)"
    for name, kind, other in (
        ("course_id", "INTEGER", "course"),
        ("alias_of", uuid, "registration"),
    ):  # SQLite adds a key with its column only
        op.execute(f"ALTER TABLE registration ADD COLUMN {name} {kind} CONSTRAINT fk_registration_{name}_{other} REFERENCES {other} (id)")
    op.execute("UPDATE registration SET course_id = (SELECT course_id FROM course_version v WHERE v.id = registration.course_version_id)")
    connection = op.get_bind()
    for alias, first in _aliases(connection):
        _hand_over_states(connection, alias, first)
        _hand_over_attempts(connection, alias, first)
        connection.execute(sa.text("UPDATE registration SET alias_of = :first WHERE id = :alias"), {"alias": alias, "first": first})
    op.create_index(op.f("ix_registration_course_id"), "registration", ["course_id"])
    op.create_index(
        *("uq_registration_course", "registration", ["enrolment_id", "course_id"]),
        unique=True,
        postgresql_where=ONE_EACH,
        sqlite_where=ONE_EACH,
    )


def _aliases(connection: sa.Connection) -> list[tuple[object, object]]:
    """Return each registration beside an earlier one of its enrolment and course, with that one."""
    first: dict[tuple[int, int], object] = {}
    found = [(row.id, first.setdefault((row.enrolment_id, row.course_id), row.id)) for row in connection.execute(sa.text(KEYS)).all()]
    return [(one, other) for one, other in found if one != other]


def _hand_over_states(connection: sa.Connection, alias: object, first: object) -> None:
    """Keep the newer of two states of an activity, under the first registration."""
    kept = {row.activity: row.updated_at for row in connection.execute(sa.text(STATES), {"one": first})}
    for activity, updated_at in connection.execute(sa.text(STATES), {"one": alias}).all():
        told = {"activity": activity, "first": first, "alias": alias}
        older = alias if activity in kept and kept[activity] >= updated_at else first
        connection.execute(
            sa.text("DELETE FROM activity_state WHERE registration_id = :older AND activity = :activity"),
            {"older": older, "activity": activity},
        )
        move = "UPDATE activity_state SET registration_id = :first WHERE registration_id = :alias AND activity = :activity"
        connection.execute(sa.text(move), told)


def _hand_over_attempts(connection: sa.Connection, alias: object, first: object) -> None:
    """Number the attempts of an alias on from those of the first registration."""
    told = {"alias": alias, "first": first}
    for activity, most in connection.execute(sa.text(NUMBERS), told).all():
        renumber = "UPDATE attempt SET number = number + :most WHERE registration_id = :alias AND activity = :activity"
        connection.execute(sa.text(renumber), {"alias": alias, "activity": activity, "most": most})
    connection.execute(sa.text("UPDATE attempt SET registration_id = :first WHERE registration_id = :alias"), told)


def downgrade() -> None:
    op.drop_index("uq_registration_course", table_name="registration")
    op.drop_index(op.f("ix_registration_course_id"), table_name="registration")
    with op.batch_alter_table("registration") as table:
        table.drop_column("alias_of")
        table.drop_column("course_id")
