"""Imports in the background"""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for name, kind, default in (("state", 10, ""), ("version", 10, "1.0.3"), ("secret", None, "")):
        op.add_column("import", sa.Column(name, sa.String(kind) if kind else sa.Text(), nullable=False, server_default=default))
    op.add_column("import", sa.Column("internal", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.add_column("import", sa.Column("turn", sa.String(length=32), nullable=True))


def downgrade() -> None:
    for name in ("turn", "internal", "secret", "version", "state"):
        op.drop_column("import", name)
