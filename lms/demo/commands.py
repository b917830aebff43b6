"""`lms demo …`: load the demo data."""

import click
from flask import current_app
from flask.cli import with_appcontext

from lms.clock import now
from lms.config import Settings
from lms.db import database
from lms.demo.load import DemoSite, load, sign_in_lines
from lms.storage import storage


@click.group("demo")
def demo() -> None:
    """The demo: invented people, real courses, hours earned in the normal way."""


@demo.command("load")
@with_appcontext
def load_demo() -> None:
    """Load the demo and print how to sign in. A second run changes nothing.

    It creates accounts with a publicly known password: never load it into an installation with real people.
    """
    settings: Settings = current_app.extensions["settings"]
    load(DemoSite(database(), storage(), settings.public_url, now(), click.echo))
    for line in sign_in_lines(settings.public_url):
        click.echo(line)
    if settings.check_in_url != settings.public_url:
        click.echo(f"Phones in the same network reach it at {settings.check_in_url} (the attendance code of a session leads there)")
