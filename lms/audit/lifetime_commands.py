"""`lms lifetime verify`: check the hours earned elsewhere."""

import json
import sys

import click
from flask.cli import with_appcontext

from lms.audit.elsewhere_check import differences
from lms.command_options import json_option
from lms.db import session
from lms.site_settings import site_settings
from lms.storage import storage


@click.command("verify")
@json_option()
@with_appcontext
def verify(*, as_json: bool) -> None:
    """Check that hours earned elsewhere are what was approved: statement, decisions and document of each. Exit 1 if one differs."""
    found = list(differences(session(), storage(), site_settings().public_url))
    if as_json:
        click.echo(json.dumps({"findings": found, "clean": not found}, ensure_ascii=False))
    else:
        for line in found or ["Hours earned elsewhere: nothing differs."]:
            click.echo(line)
    sys.exit(1 if found else 0)
