"""`lms xapi parked`: list statements whose processing failed, or try them again."""

import json
import sys

import click
from flask.cli import with_appcontext

import xapi.outbox
from lms.clock import now
from lms.command_options import json_option
from lms.db import database
from lms.records import attention
from lms.records.export import scope_of

SHOWN = 1000


@click.command("parked")
@click.option("--retry", is_flag=True, help="Try all of them again; exit 1 if one fails again.")
@click.option("--reason", default="", help="Only those that failed for this reason: the text before the first colon of the error.")
@json_option("the statements")
@with_appcontext
def parked(reason: str, *, retry: bool, as_json: bool) -> None:
    """List statements whose processing failed (the latest 1,000), or try them again."""
    if retry:
        again = attention.retry_all(database(), scope_of(), reason, now())
        click.echo(json.dumps(again._asdict()) if as_json else f"{again.done} processed, {again.failed} failed again")
        sys.exit(1 if again.failed else 0)
    with database().reader() as session:
        found = xapi.outbox.parked(session, SHOWN, reason=reason)
    rows = [
        {"statement": str(one.statement_id), "since": one.since.isoformat(), "attempts": one.attempts, "error": one.error} for one in found
    ]
    if as_json:
        click.echo(json.dumps(rows))
    elif not rows:
        click.echo("Nothing was set aside.")
    else:
        for row in rows:
            click.echo("  ".join(str(value) for value in row.values()))
