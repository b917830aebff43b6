"""`lms transcript …`: the operator exports transcripts."""

import json
import sys
from pathlib import Path
from typing import NoReturn

import click
from flask.cli import with_appcontext
from flask_babel import force_locale
from sqlalchemy import select

from lms.access_log.noting import EXPORTED, NotedAccess, note
from lms.accounts.account_changes import By
from lms.accounts.people import find_person
from lms.classes.models import Enrolment, TrainingClass
from lms.clock import now
from lms.command_options import json_option
from lms.db import session, transaction
from lms.i18n import DEFAULT
from lms.transcripts.export import FORMS
from lms.transcripts.transcript import read

LANGUAGES = {"zh": DEFAULT, "en": "en"}


@click.group("transcript")
def transcript() -> None:
    """Transcripts of training hours."""


@transcript.command("export")
@click.option("--person", required=True, help="User name or id of the person.")
@click.option("--class", "class_code", help="Code of the class; the newest one if the person is in several.")
@click.option(
    "--format",
    "form",
    type=click.Choice(list(FORMS)),
    default="pdf",
    show_default=True,
    help="json: the evidence bundle; jws: it, signed.",
)
@click.option("--language", type=click.Choice(list(LANGUAGES)), default="zh", show_default=True, help="Language of the words.")
@click.option("--out", required=True, type=click.Path(dir_okay=False, path_type=Path), help="File to write.")
@json_option("what was written")
@with_appcontext
def export(person: str, class_code: str | None, form: str, language: str, out: Path, *, as_json: bool) -> None:
    """Write one person's transcript to a file."""
    enrolment_id = _enrolment(person, class_code)
    with force_locale(LANGUAGES[language]):
        found = read(session(), enrolment_id, now())
        content = FORMS[form].write(found)
    with transaction() as writing:
        note(writing, NotedAccess(EXPORTED, form, person_id=found.standing.enrolment.person_id), By(None, now()))
    try:
        out.write_bytes(content)
    except OSError as error:
        _refuse(f"out: {out}: {error.strerror}")
    result = {
        "enrolment": enrolment_id,
        "file": str(out),
        "bytes": len(content),
        "bundle_sha256": found.bundle_sha256,
        "ledger_head": found.ledger_head,
    }
    click.echo(json.dumps(result) if as_json else f"{out} ({len(content)} bytes)")


def _enrolment(person: str, class_code: str | None) -> int:
    found = find_person(session(), person)
    if found is None:
        _refuse(f"person: {person!r} is nobody's user name or id")
    query = (
        select(Enrolment.id, TrainingClass.code)
        .join(TrainingClass, TrainingClass.id == Enrolment.class_id)
        .where(Enrolment.person_id == found.id)
    )
    rows = session().execute(query.order_by(Enrolment.id)).all()
    chosen = [row.id for row in rows if class_code in {None, row.code}]
    codes = ", ".join(row.code for row in rows)
    if not rows:
        _refuse(f"person: {person!r} is in no class")
    if not chosen:
        _refuse(f"class: {person!r} is not in {class_code!r}, but in {codes}")
    if len(chosen) > 1:
        click.echo(f"{person} is in {codes}: this is the transcript of {rows[-1].code}; choose by --class", err=True)
    return int(chosen[-1])


def _refuse(problem: str) -> NoReturn:
    click.echo(problem, err=True)
    sys.exit(2)
