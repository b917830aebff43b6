"""`lms organisation rename | move | merge`: how does an operator change organisations, and see first what that does?"""

import click
from flask.cli import with_appcontext
from flask_babel import force_locale
from sqlalchemy.orm import Session

from lms.accounts.account_changes import Author
from lms.accounts.models import Organisation
from lms.clock import now
from lms.db import transaction
from lms.errors import InvalidInput
from lms.office import organisations
from lms.office.organisations import MERGE, MOVE, RENAME, WHOLE_SITE, OrganisationChange


@click.command("rename")
@click.argument("code")
@click.argument("name")
@with_appcontext
def rename(code: str, name: str) -> None:
    """Give an organisation a new name; transcripts made from now on have it."""
    with transaction() as writing, force_locale("en"):
        organisations.apply(writing, OrganisationChange(RENAME, _named(writing, code), name), Author(None, now()))
    click.echo(f"{code} is now called {name.strip()}")


@click.command("move")
@click.argument("code")
@click.option("--above", help="Code of the organisation that it shall be below.")
@click.option("--top", is_flag=True, help="It shall stand at the top.")
@click.option("--dry-run", is_flag=True, help="Only say what would move.")
@with_appcontext
def move(code: str, above: str | None, *, top: bool, dry_run: bool) -> None:
    """Move an organisation with all below it; which offices see its people and classes follows at once."""
    if bool(above) is top:
        raise click.UsageError("Say either --above or --top.")
    with transaction() as writing, force_locale("en"):
        change = OrganisationChange(MOVE, _named(writing, code), target=_named(writing, above) if above else None)
        _do(writing, change, f"{code} stands {f'below {above}' if above else 'at the top'}", dry_run=dry_run)


@click.command("merge")
@click.argument("code")
@click.option("--into", required=True, help="Code of the organisation that gets its people, classes and courses.")
@click.option("--dry-run", is_flag=True, help="Only say what would move.")
@with_appcontext
def merge(code: str, into: str, *, dry_run: bool) -> None:
    """Make an organisation part of another one of its kind, such as one school that lists wrote in two ways. It is gone then."""
    with transaction() as writing, force_locale("en"):
        _do(
            writing,
            OrganisationChange(MERGE, _named(writing, code), target=_named(writing, into)),
            f"{code} is part of {into}",
            dry_run=dry_run,
        )


def _do(writing: Session, change: OrganisationChange, done: str, *, dry_run: bool) -> None:
    if problems := organisations.problems_of(change):
        raise InvalidInput("Nothing was changed.", problems)
    effect = organisations.effect_of(writing, change)
    click.echo(f"{effect.people} people, {effect.classes} classes, {effect.courses} courses, {effect.organisations} organisations below it")
    if not dry_run:
        organisations.apply(writing, change, Author(None, now()))
        click.echo(done)


def _named(reading: Session, code: str) -> Organisation:
    found = organisations.named(reading, WHOLE_SITE, code)
    if found is None:
        raise InvalidInput("Nothing was changed.", [f"organisation: {code!r} is not known"])
    return found
