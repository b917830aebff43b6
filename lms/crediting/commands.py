"""`lms hours …` and `lms ledger …`: what does an auditor or an operator do with hours on the command line?"""

import json
import sys
from pathlib import Path

import click

from lms.hours import recompute_file


@click.group("hours")
def hours() -> None:
    """Hours, recomputed from evidence."""


@hours.command("recompute")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
def recompute(file: Path) -> None:
    """Recompute an evidence bundle (JSON) and print the result as JSON.

    Needs no database and no settings. Exit 2 and one line per problem where the bundle is wrong.
    """
    try:
        answer, problems = recompute_file(file.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        click.echo(f"{file}: {error.strerror if isinstance(error, OSError) else 'is not a text in UTF-8'}", err=True)
        sys.exit(2)
    for problem in problems:
        click.echo(f"{file}: {problem}", err=True)
    if answer is None:
        sys.exit(2)
    click.echo(json.dumps(answer, indent=2, ensure_ascii=False))


@click.group("ledger")
def ledger() -> None:
    """The ledger of credited hours."""
