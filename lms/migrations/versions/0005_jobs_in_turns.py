"""Jobs in turns"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("job") as table:
        table.add_column(sa.Column("plan", sa.JSON(none_as_null=True), nullable=True))
        table.add_column(sa.Column("pieces", sa.Integer(), nullable=False, server_default="0"))
        table.add_column(sa.Column("turn", sa.String(length=32), nullable=True))
        table.add_column(sa.Column("tries", sa.Integer(), nullable=False, server_default="0"))


def downgrade() -> None:
    with op.batch_alter_table("job") as table:
        for column in ("tries", "turn", "pieces", "plan"):
            table.drop_column(column)
