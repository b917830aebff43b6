"""Certificates, their register, and the files handed out"""

import sqlalchemy as sa
from alembic import op

revision = "0045"
down_revision = "0044"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("enrolment") as table:
        table.add_column(sa.Column("certified_at", sa.DateTime(timezone=True), nullable=True))
        table.add_column(sa.Column("certificate_sha256", sa.String(64), nullable=True))
    op.create_table(
        "certificate",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("number", sa.String(20), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("enrolment_id", sa.Integer(), nullable=False),
        sa.Column("class_id", sa.Integer(), nullable=False),
        sa.Column("issued_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", sa.String(10), nullable=False),
        sa.Column("facts", sa.JSON(), nullable=False),
        sa.Column("person", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("salt", sa.String(32), nullable=True),
        sa.Column("person_sha256", sa.String(64), nullable=False),
        sa.Column("rules", sa.JSON(), nullable=False),
        sa.Column("bundle", sa.LargeBinary(), nullable=True),
        sa.Column("bundle_sha256", sa.String(64), nullable=False),
        sa.ForeignKeyConstraint(["enrolment_id"], ["enrolment.id"], name="fk_certificate_enrolment_id_enrolment"),
        sa.ForeignKeyConstraint(["class_id"], ["training_class.id"], name="fk_certificate_class_id_training_class"),
        sa.PrimaryKeyConstraint("id", name="pk_certificate"),
        sa.UniqueConstraint("number", "version", name="uq_certificate_number_version"),
    )
    op.create_index("ix_certificate_enrolment_id", "certificate", ["enrolment_id"])
    op.create_index("ix_certificate_class_id", "certificate", ["class_id", "state"])
    _register()


def _register() -> None:
    op.create_table(
        "register_entry",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("event", sa.String(10), nullable=False),
        sa.Column("number", sa.String(20), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("enrolment_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by", sa.Integer(), nullable=True),
        sa.Column("reason", sa.String(200), nullable=False),
        sa.Column("reason_salt", sa.String(32), nullable=False),
        sa.Column("reason_sha256", sa.String(64), nullable=False),
        sa.Column("contents_sha256", sa.String(64), nullable=False),
        sa.Column("ledger_length", sa.Integer(), nullable=False),
        sa.Column("ledger_head", sa.String(64), nullable=False),
        sa.Column("previous_hash", sa.String(64), nullable=False),
        sa.Column("hash", sa.String(64), nullable=False),
        sa.ForeignKeyConstraint(["enrolment_id"], ["enrolment.id"], name="fk_register_entry_enrolment_id_enrolment"),
        sa.ForeignKeyConstraint(["by"], ["person.id"], name="fk_register_entry_by_person"),
        sa.PrimaryKeyConstraint("id", name="pk_register_entry"),
        sa.UniqueConstraint("position", name="uq_register_entry_position"),
    )
    op.create_index("ix_register_entry_enrolment_id", "register_entry", ["enrolment_id"])
    op.create_index("ix_register_entry_number", "register_entry", ["number", "version"])
    op.create_table(
        "issued_file",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("certificate_id", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("language", sa.String(2), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seal", sa.String(64), nullable=False),
        sa.ForeignKeyConstraint(["certificate_id"], ["certificate.id"], name="fk_issued_file_certificate_id_certificate"),
        sa.PrimaryKeyConstraint("id", name="pk_issued_file"),
        sa.UniqueConstraint("certificate_id", "sha256", name="uq_issued_file_certificate_id_sha256"),
    )


def downgrade() -> None:
    op.drop_table("issued_file")
    op.drop_table("register_entry")
    op.drop_table("certificate")
    with op.batch_alter_table("enrolment") as table:
        table.drop_column("certificate_sha256")
        table.drop_column("certified_at")
