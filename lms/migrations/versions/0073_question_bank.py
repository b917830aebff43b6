"""Questions in a bank, and their tags"""

import sqlalchemy as sa
from alembic import op

revision = "0073"
down_revision = "0072"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "bank_question",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(32), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=True),
        sa.Column("shared", sa.String(16), nullable=False),
        sa.Column("document", sa.JSON(), nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("language", sa.String(10), nullable=False),
        sa.Column("kind", sa.String(10), nullable=False),
        sa.Column("search_text", sa.Text(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("created_by", sa.Integer(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("touched_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("archived_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"], name="fk_bank_question_organisation_id_organisation"),
        sa.ForeignKeyConstraint(["created_by"], ["person.id"], name="fk_bank_question_created_by_person"),
        sa.PrimaryKeyConstraint("id", name="pk_bank_question"),
        sa.UniqueConstraint("code", name="uq_bank_question_code"),
    )
    op.create_index("ix_bank_question_organisation_id", "bank_question", ["organisation_id"])
    op.create_index("ix_bank_question_digest", "bank_question", ["digest"])
    op.create_table(
        "bank_tag",
        sa.Column("question_id", sa.Integer(), nullable=False),
        sa.Column("tag", sa.String(40), nullable=False),
        sa.ForeignKeyConstraint(["question_id"], ["bank_question.id"], name="fk_bank_tag_question_id_bank_question", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("question_id", "tag", name="pk_bank_tag"),
    )
    op.create_index("ix_bank_tag_tag", "bank_tag", ["tag"])


def downgrade() -> None:
    op.drop_table("bank_tag")
    op.drop_table("bank_question")
