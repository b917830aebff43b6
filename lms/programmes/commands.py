"""`lms programme …`: the operator imports and lists programme documents."""

import json
import sys
from pathlib import Path
from typing import NoReturn

import click
from flask.cli import with_appcontext

from lms.clock import now
from lms.db import session, transaction
from lms.errors import InvalidInput
from lms.programmes import store


@click.group("programme")
def programme() -> None:
    """Programme documents: the notice's requirements, as dated data."""


@programme.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")
@with_appcontext
def import_document(file: Path, *, as_json: bool) -> None:
    """Import a programme document (TOML) as a new version of its programme.

    The same content again changes nothing. Exit code 2 and one line for each problem if the document is wrong.
    """
    try:
        with transaction() as writing:
            imported = store.import_toml(writing, file.read_text(encoding="utf-8"), now())
    except UnicodeDecodeError:
        _refuse([f"{file}: is not a text in UTF-8"])
    except InvalidInput as error:
        _refuse(error.problems)
    version = imported.version
    result = {
        "code": version.programme.code,
        "year": version.programme.year,
        "version": version.number,
        "sha256": version.sha256,
        "new": imported.new,
    }
    if as_json:
        click.echo(json.dumps(result))
    else:
        state = "new" if imported.new else "unchanged"
        click.echo(f"{result['code']} {result['year']} version {result['version']} ({state}) {version.sha256}")


@programme.command("list")
@click.option("--json", "as_json", is_flag=True, help="Print the list as JSON.")
@with_appcontext
def list_documents(*, as_json: bool) -> None:
    """List the newest version of every programme."""
    versions = [(version.number, store.document_of(version)) for version in store.newest(session())]
    if as_json:
        rows = [
            {"code": one.code, "year": one.year, "version": number, "name": one.name.zh, "tracks": [track.key for track in one.tracks]}
            for number, one in versions
        ]
        click.echo(json.dumps(rows, ensure_ascii=False))
        return
    if not versions:
        click.echo("No programmes yet. Import the first one with `lms programme import`.")
    for number, one in versions:
        click.echo(f"{one.code} {one.year} version {number} {one.name.zh} [{', '.join(track.key for track in one.tracks)}]")


def _refuse(problems: list[str]) -> NoReturn:
    for problem in problems:
        click.echo(problem, err=True)
    sys.exit(2)
