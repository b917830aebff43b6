"""Learning and its hours"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "ledger_entry",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("enrolment_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("activity", sa.String(length=130), nullable=False),
        sa.Column("seconds", sa.Integer(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("programme_version_id", sa.Integer(), nullable=False),
        sa.Column("policy_sha256", sa.String(length=64), nullable=False),
        sa.Column("evidence", sa.JSON(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("previous_hash", sa.String(length=64), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(["enrolment_id"], ["enrolment.id"], name=op.f("fk_ledger_entry_enrolment_id_enrolment")),
        sa.ForeignKeyConstraint(
            ["programme_version_id"], ["programme_version.id"], name=op.f("fk_ledger_entry_programme_version_id_programme_version")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ledger_entry")),
        sa.UniqueConstraint("enrolment_id", "number", name=op.f("uq_ledger_entry_enrolment_id_number")),
    )
    op.create_table(
        "observation",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("enrolment_id", sa.Integer(), nullable=False),
        sa.Column("statement_id", sa.Uuid(), nullable=False),
        sa.Column("part", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("activity", sa.String(length=130), nullable=False),
        sa.Column("session", sa.String(length=36), nullable=False),
        sa.Column("device", sa.String(length=20), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("since", sa.BigInteger(), nullable=True),
        sa.Column("seconds", sa.BigInteger(), nullable=True),
        sa.Column("media_from_ms", sa.BigInteger(), nullable=True),
        sa.Column("media_to_ms", sa.BigInteger(), nullable=True),
        sa.Column("rate", sa.Float(), nullable=True),
        sa.Column("voided", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["enrolment_id"], ["enrolment.id"], name=op.f("fk_observation_enrolment_id_enrolment")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_observation")),
        sa.UniqueConstraint("statement_id", "part", name=op.f("uq_observation_statement_id_part")),
    )
    op.create_index("ix_observation_enrolment_id", "observation", ["enrolment_id", "activity"], unique=False)
    op.create_table(
        "registration",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("enrolment_id", sa.Integer(), nullable=False),
        sa.Column("course_version_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["course_version_id"], ["course_version.id"], name=op.f("fk_registration_course_version_id_course_version")
        ),
        sa.ForeignKeyConstraint(["enrolment_id"], ["enrolment.id"], name=op.f("fk_registration_enrolment_id_enrolment")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_registration")),
        sa.UniqueConstraint("enrolment_id", "course_version_id", name=op.f("uq_registration_enrolment_id_course_version_id")),
    )
    op.create_index(op.f("ix_registration_course_version_id"), "registration", ["course_version_id"], unique=False)
    op.create_table(
        "activity_state",
        sa.Column("registration_id", sa.Uuid(), nullable=False),
        sa.Column("activity", sa.String(length=64), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["registration_id"], ["registration.id"], name=op.f("fk_activity_state_registration_id_registration")),
        sa.PrimaryKeyConstraint("registration_id", "activity", name=op.f("pk_activity_state")),
    )
    op.create_table(
        "launch",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("registration_id", sa.Uuid(), nullable=False),
        sa.Column("enrolment_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("course_version_id", sa.Integer(), nullable=False),
        sa.Column("activity", sa.String(length=64), nullable=False),
        sa.Column("device", sa.String(length=20), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("live", sa.Boolean(), nullable=False),
        sa.Column("lease", sa.Integer(), nullable=False),
        sa.Column("nonce", sa.String(length=32), nullable=False),
        sa.Column("previous_nonce", sa.String(length=32), nullable=False),
        sa.Column("stretch_from", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_beat", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_seconds", sa.Integer(), nullable=False),
        sa.Column("earlier_seconds", sa.Integer(), nullable=False),
        sa.Column("cap_seconds", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["course_version_id"], ["course_version.id"], name=op.f("fk_launch_course_version_id_course_version")),
        sa.ForeignKeyConstraint(["enrolment_id"], ["enrolment.id"], name=op.f("fk_launch_enrolment_id_enrolment")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_launch_person_id_person")),
        sa.ForeignKeyConstraint(["registration_id"], ["registration.id"], name=op.f("fk_launch_registration_id_registration")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_launch")),
        postgresql_with={"fillfactor": 70},
    )
    op.create_index(op.f("ix_launch_enrolment_id"), "launch", ["enrolment_id"], unique=False)
    op.create_index(
        "ix_launch_open_stretch",
        "launch",
        ["stretch_from"],
        unique=False,
        postgresql_where=sa.text("stretch_from IS NOT NULL"),
        sqlite_where=sa.text("stretch_from IS NOT NULL"),
    )
    op.create_index(op.f("ix_launch_person_id"), "launch", ["person_id"], unique=False)
    op.create_index(op.f("ix_launch_registration_id"), "launch", ["registration_id"], unique=False)
    op.create_index(
        "ix_launch_running",
        "launch",
        ["opened_at"],
        unique=False,
        postgresql_where=sa.text("ended_at IS NULL"),
        sqlite_where=sa.text("ended_at IS NULL"),
    )
    op.create_index("uq_launch_live", "launch", ["person_id"], unique=True, postgresql_where=sa.text("live"), sqlite_where=sa.text("live"))
    op.create_table(
        "attempt",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("registration_id", sa.Uuid(), nullable=False),
        sa.Column("activity", sa.String(length=64), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("launch_id", sa.Uuid(), nullable=False),
        sa.Column("answers", sa.JSON(), nullable=False),
        sa.Column("score", sa.Integer(), nullable=False),
        sa.Column("score_max", sa.Integer(), nullable=False),
        sa.Column("passed", sa.Boolean(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["launch_id"], ["launch.id"], name=op.f("fk_attempt_launch_id_launch")),
        sa.ForeignKeyConstraint(["registration_id"], ["registration.id"], name=op.f("fk_attempt_registration_id_registration")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_attempt")),
        sa.UniqueConstraint("registration_id", "activity", "number", name=op.f("uq_attempt_registration_id_activity_number")),
    )


def downgrade() -> None:
    op.drop_table("attempt")
    op.drop_index("uq_launch_live", table_name="launch", postgresql_where=sa.text("live"), sqlite_where=sa.text("live"))
    op.drop_index(
        "ix_launch_running", table_name="launch", postgresql_where=sa.text("ended_at IS NULL"), sqlite_where=sa.text("ended_at IS NULL")
    )
    op.drop_index(op.f("ix_launch_registration_id"), table_name="launch")
    op.drop_index(op.f("ix_launch_person_id"), table_name="launch")
    op.drop_index(
        "ix_launch_open_stretch",
        table_name="launch",
        postgresql_where=sa.text("stretch_from IS NOT NULL"),
        sqlite_where=sa.text("stretch_from IS NOT NULL"),
    )
    op.drop_index(op.f("ix_launch_enrolment_id"), table_name="launch")
    op.drop_table("launch")
    op.drop_table("activity_state")
    op.drop_index(op.f("ix_registration_course_version_id"), table_name="registration")
    op.drop_table("registration")
    op.drop_index("ix_observation_enrolment_id", table_name="observation")
    op.drop_table("observation")
    op.drop_table("ledger_entry")
