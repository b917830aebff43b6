"""Create PostgreSQL partitions for the coming months' statements: the clock does it, or an operator."""

import json

import click
from celery import shared_task
from flask.cli import with_appcontext

import xapi
from lms.clock import now
from lms.command_options import json_option
from lms.db import database

HOURLY = 3600


@shared_task(name="lms.records.partitions.prepare", ignore_result=True)
def prepare() -> None:
    """Create the partitions of this month and the next three; SQLite needs none."""
    with database().writing() as connection:
        xapi.partitions.prepare(connection, now())


@click.command("partitions")
@click.option("--ahead", default=xapi.partitions.AHEAD, show_default=True, type=click.IntRange(0, 120), help="For how many months to come.")
@json_option("what there is")
@with_appcontext
def partitions(ahead: int, *, as_json: bool) -> None:
    """Create the partitions of the statement tables for this month and the coming ones, and list all. PostgreSQL only.

    `lms db upgrade` does this, and the worker's clock every hour. It skips existing partitions.
    """
    with database().writing() as connection:
        made = set(xapi.partitions.prepare(connection, now(), ahead))
        found = xapi.partitions.listed(connection)
    if as_json:
        click.echo(json.dumps([one._asdict() | {"made": one.name in made} for one in found]))
    elif not found:
        click.echo("SQLite keeps all statements in one table: there is nothing to do.")
    else:
        for one in found:
            rows = "never counted" if one.rows < 0 else f"about {one.rows:,} rows"
            click.echo(f"{one.name:32} {rows:>20} {one.size // 1024:>12,} kB{'  created now' if one.name in made else ''}")


SCHEDULE = {"statement-partitions": {"task": prepare.name, "schedule": HOURLY}}
