"""`lms xapi key …`: how does another system get credentials for the record store?"""

import json
import sys

import click
from flask.cli import with_appcontext

from lms.clock import now
from lms.db import transaction
from xapi.errors import XapiError
from xapi.keys import SCOPES, add_key

PLAIN_SCOPES = ("statements/write", "statements/read/mine")


@click.group("key")
def key() -> None:
    """Credentials for other systems."""


@key.command("add")
@click.option("--name", required=True, help="Whose key it is; becomes the name of the statements' authority.")
@click.option(
    "--scope",
    "scopes",
    multiple=True,
    default=PLAIN_SCOPES,
    show_default=True,
    help=f"{', '.join(SCOPES)} (repeatable).",
)
@click.option("--json", "as_json", is_flag=True, help="Print key and secret as JSON.")
@with_appcontext
def add_xapi_key(name: str, scopes: tuple[str, ...], *, as_json: bool) -> None:
    """Add a key for HTTP Basic. The secret is shown once and not kept."""
    try:
        with transaction() as writing:
            added, secret = add_key(writing, name, scopes, now=now())
    except XapiError as error:
        click.echo(f"scope: {error.message}", err=True)
        sys.exit(2)
    click.echo(
        json.dumps({"key": added, "secret": secret}) if as_json else f"key    {added}\nsecret {secret}\n(the secret is shown this once)"
    )
