"""`lms demo …`: load the demo data."""

import click
from flask.cli import with_appcontext

from lms.clock import now
from lms.db import database
from lms.demo.load import DemoSite, load, sign_in_lines
from lms.signing.key import DEFAULT_FILE, files_of
from lms.signing.self_signed import write_self_signed
from lms.site_settings import site_settings
from lms.storage import storage

SIGNER = "教师研修平台演示站"


@click.group("demo")
def demo() -> None:
    """The demo: invented people, real courses, hours earned in the normal way."""


@demo.command("load")
@with_appcontext
def load_demo() -> None:
    """Load the demo and print how to sign in. A second run changes nothing.

    It creates accounts with a publicly known password: never load it into an installation with real people.
    """
    settings = site_settings()
    if not files_of(settings):
        write_self_signed(settings.data_dir / DEFAULT_FILE, SIGNER, now())
    load(DemoSite(database(), storage(), settings.public_url, now(), click.echo))
    for line in sign_in_lines(settings.public_url):
        click.echo(line)
    if settings.check_in_url != settings.public_url:
        click.echo(f"Phones in the same network reach it at {settings.check_in_url} (the attendance code of a session leads there)")
