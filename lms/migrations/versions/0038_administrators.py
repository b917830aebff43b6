"""Administrators of the site by name; what was done to roles and organisations"""

import sqlalchemy as sa
from alembic import op

revision = "0038"
down_revision = "0037"
branch_labels = None
depends_on = None

person = sa.table("person", sa.column("id", sa.Integer), sa.column("role_names", sa.String), sa.column("organisation_id", sa.Integer))
organisation = sa.table("organisation", sa.column("id", sa.Integer), sa.column("parent_id", sa.Integer))
OFFICE, ADMIN = "office", "admin"


def upgrade() -> None:
    op.create_table(
        "account_change",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by", sa.Integer(), nullable=True),
        sa.Column("what", sa.String(length=20), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("organisation_id", sa.Integer(), nullable=True),
        sa.Column("before", sa.String(length=500), nullable=False),
        sa.Column("after", sa.String(length=500), nullable=False),
        sa.ForeignKeyConstraint(["by"], ["person.id"], name=op.f("fk_account_change_by_person")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_account_change_person_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_account_change")),
    )
    op.create_index(op.f("ix_account_change_person_id"), "account_change", ["person_id"], unique=False)
    op.create_index(op.f("ix_account_change_organisation_id"), "account_change", ["organisation_id"], unique=False)
    _name_those_who_ran_the_site()


def _name_those_who_ran_the_site() -> None:
    """Until now the people of the only top office ran the site; where there were several tops, nobody did on pages."""
    connection = op.get_bind()
    tops = connection.scalars(sa.select(organisation.c.id).where(organisation.c.parent_id.is_(None)).limit(2)).all()
    if len(tops) != 1:
        return
    for number, roles in connection.execute(sa.select(person.c.id, person.c.role_names).where(person.c.organisation_id == tops[0])).all():
        if OFFICE in roles.split(","):
            connection.execute(person.update().where(person.c.id == number).values(role_names=f"{roles},{ADMIN}"))


def downgrade() -> None:
    connection = op.get_bind()
    for number, roles in connection.execute(sa.select(person.c.id, person.c.role_names).where(person.c.role_names.contains(ADMIN))).all():
        left = ",".join(role for role in roles.split(",") if role != ADMIN) or OFFICE
        connection.execute(person.update().where(person.c.id == number).values(role_names=left))
    op.drop_table("account_change")
