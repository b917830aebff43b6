"""`lms demo …`: how does somebody get an installation to look around in?"""

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
    """The demo: invented people, real courses, hours earned the real way."""


@demo.command("load")
@with_appcontext
def load_demo() -> None:
    """Load the demo and print how to sign in. Run again it changes nothing.

    It creates sign-ins with a password that everybody knows: never load it where real people's hours are kept.
    """
    settings: Settings = current_app.extensions["settings"]
    load(DemoSite(database(), storage(), settings.public_url, now(), click.echo))
    for line in sign_in_lines(settings.public_url):
        click.echo(line)
    if settings.check_in_url != settings.public_url:
        click.echo(f"Phones in the same network reach it at {settings.check_in_url} (the attendance code of a session leads there)")
