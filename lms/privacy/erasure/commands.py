"""`lms user erase`: the operator erases a person."""

import json
import sys
from dataclasses import asdict

import click
from flask.cli import with_appcontext

from lms.accounts.models import Person
from lms.clock import now
from lms.command_options import dry_run_option, json_option, yes_option
from lms.db import session, transaction
from lms.errors import NotFound
from lms.privacy.erasure import person as erasure
from lms.privacy.erasure.models import Erasure
from lms.privacy.erasure.person import Preview
from lms.site_settings import site_settings
from lms.storage import storage


@click.command("erase")
@click.argument("who")
@dry_run_option("what would be erased and what would stay")
@yes_option()
@json_option()
@with_appcontext
def erase(who: str, *, dry_run: bool, yes: bool, as_json: bool) -> None:
    """Erase WHO (user name or id) permanently: name, sign-in, statements, documents, evidence. Credited hours stay, under a number.

    If it is interrupted, run it again with the id: it continues.
    """
    settings = site_settings()
    try:
        found = erasure.find(session(), who)
    except NotFound as error:
        click.echo(error.message, err=True)
        sys.exit(2)
    foreseen = erasure.preview(session(), found, settings.public_url)
    if dry_run:
        click.echo(json.dumps(asdict(foreseen), ensure_ascii=False) if as_json else _summary_of(foreseen))
        return
    if not yes:
        click.echo(_summary_of(foreseen))
        if click.prompt(f"Nobody can undo this. Type the user name ({found.username}) to erase") != found.username:
            click.echo("That is another name: nothing was erased", err=True)
            sys.exit(1)
    done = erase_whole(found.id, None)
    said = {"person_id": done.person_id, "statements": done.statements, "documents": done.documents, "observations": done.observations}
    gone = f"{done.statements} statements, {done.documents} documents, {done.observations} pieces of evidence"
    click.echo(json.dumps(said) if as_json else f"Person {done.person_id} is erased: {gone}")


def erase_whole(person_id: int, asked_by: int | None) -> Erasure:
    """Erase a person, in as many short transactions as needed."""
    settings = site_settings()
    with transaction() as writing:
        person = writing.get_one(Person, person_id)
        begun = erasure.begin(writing, person, asked_by, settings.public_url, now())
    more = True
    while more:
        with transaction() as writing:
            more = erasure.go_on(writing, begun.id, now(), storage())
    with transaction() as reading:
        return reading.get_one(Erasure, begun.id)


def _summary_of(one: Preview) -> str:
    lines = [
        f"{one.name} ({one.username}, id {one.person_id})",
        f"erased: {one.statements} statements, {one.documents} documents, {one.observations} pieces of evidence, {one.launches} launches,",
        f"        {one.attempts} quiz submissions, {one.jobs} exports of their own; name, e-mail, password, account",
        f"stays:  {one.enrolments} enrolments under a number ({one.studying} under way become withdrawn),",
        f"        {one.entries} ledger entries with {one.credited_seconds} credited seconds,",
        f"        which can be verified but not recomputed any more; {one.elsewhere} statements of others that name them",
    ]
    if one.forwards:
        lines.append(f"ask these stores, to which statements may have gone, to erase them too: {', '.join(one.forwards)}")
    return "\n".join(lines)
