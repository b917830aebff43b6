"""The command `lms course sweep`."""

import json

import click
from flask.cli import with_appcontext

from lms.clock import now
from lms.command_options import json_option
from lms.errors import Conflict
from lms.storage import storage
from lms.workshop.references import LostListing
from lms.workshop.sweeping import Swept, sweep


@click.command("sweep")
@click.option("--dry-run", is_flag=True, help="Only show what would be done.")
@json_option("the figures")
@with_appcontext
def sweep_contents(*, dry_run: bool, as_json: bool) -> None:
    """Remove contents that no course, draft, bank question, library or upload refers to any more. The worker does it every night."""
    try:
        found = sweep(storage(), now(), dry_run=dry_run)
    except LostListing as lost:
        raise Conflict(
            f"The files of a course version are not known: listing {lost} is not in the file store. Nothing was removed."
        ) from lost
    figures = _figures(found)
    if as_json:
        click.echo(json.dumps({"dry_run": dry_run, **figures}))
        return
    for name, one in figures.items():
        click.echo(f"{name.replace('_', ' ')}: {one['files']} files, {one['bytes'] / 10**6:.1f} MB")
    if dry_run:
        click.echo("Nothing was changed.")


def _figures(found: Swept) -> dict[str, dict[str, int]]:
    named = {"checked": found.checked, "set_aside": found.set_aside, "brought_back": found.brought_back, "removed": found.removed}
    return {name: {"files": files, "bytes": size} for name, (files, size) in named.items()}
