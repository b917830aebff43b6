"""The progress of recomputing a class after its days changed"""

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("training_class") as table:
        table.add_column(sa.Column("following_after", sa.Integer(), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("training_class") as table:
        table.drop_column("following_after")
