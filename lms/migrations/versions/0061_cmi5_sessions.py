"""Sessions of cmi5 units, and what registrations reached in them"""

import sqlalchemy as sa
from alembic import op

revision = "0061"
down_revision = "0060"
branch_labels = None
depends_on = None

RUNNING = sa.text("ended_at IS NULL")


def upgrade() -> None:
    moments = [sa.Column(name, sa.DateTime(timezone=True), nullable=True) for name in ("fetched_at", "data_read_at", "preferences_read_at")]
    op.create_table(
        "cmi5_session",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("launch_id", sa.Uuid(), nullable=False),
        sa.Column("registration_id", sa.Uuid(), nullable=False),
        sa.Column("activity", sa.String(64), nullable=False),
        sa.Column("mode", sa.String(8), nullable=False),
        sa.Column("move_on", sa.String(20), nullable=False),
        sa.Column("launched_at", sa.DateTime(timezone=True), nullable=False),
        *moments,
        sa.Column("said", sa.String(200), nullable=False),
        sa.Column("last_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ending", sa.String(12), nullable=False),
        sa.ForeignKeyConstraint(["launch_id"], ["launch.id"], name="fk_cmi5_session_launch_id_launch"),
        sa.ForeignKeyConstraint(["registration_id"], ["registration.id"], name="fk_cmi5_session_registration_id_registration"),
        sa.PrimaryKeyConstraint("id", name="pk_cmi5_session"),
    )
    op.create_index("ix_cmi5_session_unit", "cmi5_session", ["registration_id", "activity"])
    op.create_index("ix_cmi5_session_running", "cmi5_session", ["launch_id"], postgresql_where=RUNNING, sqlite_where=RUNNING)
    reached = [
        sa.Column(name, sa.DateTime(timezone=True), nullable=True) for name in ("completed_at", "passed_at", "waived_at", "satisfied_at")
    ]
    op.create_table(
        "cmi5_progress",
        sa.Column("registration_id", sa.Uuid(), nullable=False),
        sa.Column("place", sa.String(80), nullable=False),
        *reached,
        sa.ForeignKeyConstraint(["registration_id"], ["registration.id"], name="fk_cmi5_progress_registration_id_registration"),
        sa.PrimaryKeyConstraint("registration_id", "place", name="pk_cmi5_progress"),
    )


def downgrade() -> None:
    op.drop_table("cmi5_progress")
    op.drop_table("cmi5_session")
