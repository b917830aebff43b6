"""`lms ledger convert`: move attendance that was noted before evidence was kept into the ledger."""

import json

import click
from flask.cli import with_appcontext

from lms.clock import now
from lms.command_options import json_option
from lms.crediting.noted import AT_ONCE, convert, enrolments_with_notes
from lms.db import database, transaction
from lms.site_settings import site_settings


@click.command("convert")
@json_option()
@with_appcontext
def convert_attendance(*, as_json: bool) -> None:
    """Write noted days, months and tasks as statements, so that the ledger has them. A second run changes nothing.

    The worker credits them within seconds. Notes that cannot be converted completely (half a month) are listed.
    """
    public_url = site_settings().public_url
    with database().reader() as reading:
        numbers = enrolments_with_notes(reading)
    statements, new = 0, 0
    for start in range(0, len(numbers), AT_ONCE):
        with transaction() as session:
            done = convert(session, numbers[start : start + AT_ONCE], public_url, now())
        statements, new = statements + done.statements, new + done.new
        for line in done.left_over:
            click.echo(line, err=True)
    if as_json:
        click.echo(json.dumps({"enrolments": len(numbers), "statements": statements, "new": new}))
        return
    click.echo(f"{len(numbers)} enrolments, {statements} statements, {new} of them new")
