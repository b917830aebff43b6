"""`lms db`: create and migrate the tables."""

import click

import xapi
from lms.clock import system_clock
from lms.db import Database
from lms.migrations import migrating
from lms.starting import settings_of_environment


@click.group()
def db() -> None:
    """The database."""


@db.command("upgrade")
def upgrade() -> None:
    """Create or update all tables. A second run changes nothing."""
    database = Database(settings_of_environment().database_url)
    migrating.upgrade(database.engine)
    with database.writing() as connection:
        xapi.partitions.prepare(connection, system_clock())
    database.dispose()
    click.echo("The database is up to date.")
