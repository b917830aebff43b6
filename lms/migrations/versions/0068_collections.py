"""Uploaded collections: the name of the collection at each of its files, and their number"""

import sqlalchemy as sa
from alembic import op

revision = "0068"
down_revision = "0067"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("upload") as table:
        table.add_column(sa.Column("collection", sa.String(200), nullable=False, server_default=""))
        table.add_column(sa.Column("contained", sa.Integer(), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("upload") as table:
        table.drop_column("contained")
        table.drop_column("collection")
