"""`lms programme preview`: preview the changes that a new version of a programme makes for the people in training."""

import json
import sys
from pathlib import Path

import click
from flask.cli import with_appcontext
from sqlalchemy import select

from lms.accounts.models import Person
from lms.command_options import json_option
from lms.crediting.foreseeing import changed_verdicts, people_of
from lms.db import session
from lms.errors import InvalidInput
from lms.programmes import store


@click.command("preview")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@json_option()
@with_appcontext
def preview(file: Path, *, as_json: bool) -> None:
    """Show the people whose verdicts would change if a document (TOML) held for its programme's classes. Nothing is stored.

    A class keeps the version that held on its first day, so importing a document changes no verdict by itself.
    """
    try:
        raw, document = store.checked(file.read_text(encoding="utf-8"))
    except UnicodeDecodeError:
        click.echo(f"{file}: is not a text in UTF-8", err=True)
        sys.exit(2)
    except InvalidInput as error:
        click.echo("\n".join(error.problems), err=True)
        sys.exit(2)
    reading = session()
    people = people_of(reading, document.code, document.year)
    found = list(changed_verdicts(reading, store.unstored(raw, document), document.code, document.year))
    if as_json:
        rows = [{"enrolment": one.enrolment_id, "before": one.before, "after": one.after, "missing": one.missing} for one in found]
        click.echo(json.dumps({"people": people, "changed": rows}))
        return
    wanted = {one.person_id for one in found}
    names = {row[0]: row[1] for row in reading.execute(select(Person.id, Person.username).where(Person.id.in_(wanted)))}
    click.echo(f"{len(found)} of {people} people would have another verdict")
    for one in found:
        why = f" (missing: {', '.join(one.missing)})" if one.missing else ""
        click.echo(f"{names[one.person_id]}: {one.before} -> {one.after}{why}")
