"""Held sessions, appeals, and proposals to certify"""

import sqlalchemy as sa
from alembic import op

revision = "0055"
down_revision = "0054"
branch_labels = None
depends_on = None

OPEN_ONLY = sa.text("state = 'open'")


def upgrade() -> None:
    op.add_column("enrolment", sa.Column("held_seconds", sa.Integer(), server_default="0", nullable=False))
    op.create_table(
        "held_session",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("enrolment_id", sa.Integer(), nullable=False),
        sa.Column("activity", sa.String(length=130), nullable=False),
        sa.Column("session", sa.String(length=36), nullable=False),
        sa.Column("flags", sa.String(length=60), nullable=False),
        sa.Column("seconds", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("raised_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["enrolment_id"], ["enrolment.id"], name=op.f("fk_held_session_enrolment_id_enrolment")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_held_session")),
        sa.UniqueConstraint("enrolment_id", "activity", "session", name=op.f("uq_held_session_enrolment_id_activity_session")),
    )
    op.create_index("ix_held_session_state", "held_session", ["state", "raised_at"])
    _proposals()
    _appeals()
    with op.batch_alter_table("register_entry") as table:
        table.add_column(sa.Column("proposed_by", sa.Integer(), nullable=True))
        table.create_foreign_key(op.f("fk_register_entry_proposed_by_person"), "person", ["proposed_by"], ["id"])


def _proposals() -> None:
    op.create_table(
        "certificate_proposal",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("enrolment_id", sa.Integer(), nullable=False),
        sa.Column("class_id", sa.Integer(), nullable=False),
        sa.Column("ledger_head", sa.String(length=64), nullable=False),
        sa.Column("proposed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("proposed_by", sa.Integer(), nullable=True),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_by", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["enrolment_id"], ["enrolment.id"], name=op.f("fk_certificate_proposal_enrolment_id_enrolment")),
        sa.ForeignKeyConstraint(["class_id"], ["training_class.id"], name=op.f("fk_certificate_proposal_class_id_training_class")),
        sa.ForeignKeyConstraint(["proposed_by"], ["person.id"], name=op.f("fk_certificate_proposal_proposed_by_person")),
        sa.ForeignKeyConstraint(["ended_by"], ["person.id"], name=op.f("fk_certificate_proposal_ended_by_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_certificate_proposal")),
    )
    op.create_index(op.f("ix_certificate_proposal_enrolment_id"), "certificate_proposal", ["enrolment_id"])
    op.create_index(op.f("ix_certificate_proposal_class_id"), "certificate_proposal", ["class_id"])
    op.create_index(
        "uq_certificate_proposal_open",
        "certificate_proposal",
        ["enrolment_id"],
        unique=True,
        postgresql_where=OPEN_ONLY,
        sqlite_where=OPEN_ONLY,
    )


def _appeals() -> None:
    op.create_table(
        "appeal",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("enrolment_id", sa.Integer(), nullable=False),
        sa.Column("account", sa.String(length=130), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_by", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["enrolment_id"], ["enrolment.id"], name=op.f("fk_appeal_enrolment_id_enrolment")),
        sa.ForeignKeyConstraint(["decided_by"], ["person.id"], name=op.f("fk_appeal_decided_by_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_appeal")),
    )
    op.create_index(
        "uq_appeal_open", "appeal", ["enrolment_id", "account"], unique=True, postgresql_where=OPEN_ONLY, sqlite_where=OPEN_ONLY
    )
    op.create_index("ix_appeal_enrolment_id", "appeal", ["enrolment_id", "account"])
    op.create_index("ix_appeal_state", "appeal", ["state", "made_at"])


def downgrade() -> None:
    with op.batch_alter_table("register_entry") as table:
        table.drop_constraint(op.f("fk_register_entry_proposed_by_person"), type_="foreignkey")
        table.drop_column("proposed_by")
    for name in ("appeal", "certificate_proposal", "held_session"):
        op.drop_table(name)
    op.drop_column("enrolment", "held_seconds")
