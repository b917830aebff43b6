"""Proposals to supersede a certificate, where the programme asks for two people"""

import sqlalchemy as sa
from alembic import op

revision = "0070"
down_revision = "0069"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("certificate_proposal") as table:
        table.add_column(sa.Column("certificate_id", sa.Integer(), nullable=True))
        table.add_column(sa.Column("reason", sa.String(200), nullable=False, server_default=""))
        table.create_foreign_key("fk_certificate_proposal_certificate_id_certificate", "certificate", ["certificate_id"], ["id"])


def downgrade() -> None:
    with op.batch_alter_table("certificate_proposal") as table:
        table.drop_constraint("fk_certificate_proposal_certificate_id_certificate", type_="foreignkey")
        table.drop_column("reason")
        table.drop_column("certificate_id")
