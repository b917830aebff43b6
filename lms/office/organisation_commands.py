"""`lms organisation rename | move | merge`: the operator changes organisations, after a preview of the effect."""

import json
from dataclasses import asdict

import click
from flask.cli import with_appcontext
from flask_babel import force_locale
from sqlalchemy.orm import Session

from lms.accounts.account_changes import By
from lms.accounts.models import Organisation
from lms.accounts.offices import WHOLE_SITE
from lms.clock import now
from lms.command_options import dry_run_option, json_option
from lms.db import transaction
from lms.errors import InvalidInput
from lms.office import organisations
from lms.office.organisations import MERGE, MOVE, RENAME, Effect, OrganisationChange


@click.command("rename")
@click.argument("code")
@click.argument("name")
@with_appcontext
def rename(code: str, name: str) -> None:
    """Give an organisation a new name; transcripts made from now on show it."""
    with transaction() as writing, force_locale("en"):
        organisations.apply(writing, OrganisationChange(RENAME, _named(writing, code), name), By(None, now()))
    click.echo(f"{code} is now called {name.strip()}")


@click.command("move")
@click.argument("code")
@click.option("--above", help="Code of the organisation to move it below.")
@click.option("--top", is_flag=True, help="Move it to the top level.")
@dry_run_option("what would move")
@json_option("what moves")
@with_appcontext
def move(code: str, above: str | None, *, top: bool, dry_run: bool, as_json: bool) -> None:
    """Move an organisation with everything below it; the offices that see its people and classes change at once."""
    if bool(above) is top:
        raise click.UsageError("Give either --above or --top.")
    with transaction() as writing, force_locale("en"):
        change = OrganisationChange(MOVE, _named(writing, code), target=_named(writing, above) if above else None)
        effect = _do(writing, change, dry_run=dry_run)
    _say(effect, "" if dry_run else f"{code} stands {f'below {above}' if above else 'at the top'}", as_json=as_json)


@click.command("merge")
@click.argument("code")
@click.option("--into", required=True, help="Code of the organisation that gets its people, classes and courses.")
@dry_run_option("what would move")
@json_option("what moves")
@with_appcontext
def merge(code: str, into: str, *, dry_run: bool, as_json: bool) -> None:
    """Merge an organisation into another one of the same kind and delete it, for example if lists spelled one school in two ways."""
    with transaction() as writing, force_locale("en"):
        change = OrganisationChange(MERGE, _named(writing, code), target=_named(writing, into))
        effect = _do(writing, change, dry_run=dry_run)
    _say(effect, "" if dry_run else f"{code} is part of {into}", as_json=as_json)


def _do(writing: Session, change: OrganisationChange, *, dry_run: bool) -> Effect:
    if problems := organisations.problems_of(change):
        raise InvalidInput("Nothing was changed.", problems)
    effect = organisations.effect_of(writing, change)
    if not dry_run:
        organisations.apply(writing, change, By(None, now()))
    return effect


def _say(effect: Effect, done: str, *, as_json: bool) -> None:
    if as_json:
        click.echo(json.dumps({**asdict(effect), "changed": bool(done)}))
        return
    click.echo(f"{effect.people} people, {effect.classes} classes, {effect.courses} courses, {effect.organisations} organisations below it")
    if done:
        click.echo(done)


def _named(reading: Session, code: str) -> Organisation:
    found = organisations.named(reading, WHOLE_SITE, code)
    if found is None:
        raise InvalidInput("Nothing was changed.", [f"organisation: {code!r} is not known"])
    return found
