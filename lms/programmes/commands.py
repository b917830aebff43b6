"""`lms programme …`: the operator imports and lists programme documents."""

import json
import re
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NoReturn

import click
from flask.cli import with_appcontext

from courses.strict_json.canonical import digest_of
from lms.clock import now
from lms.command_options import json_option
from lms.db import session, transaction
from lms.errors import InvalidInput
from lms.programmes import store, summary
from lms.programmes.differences import differences
from lms.programmes.values import ProgrammeDocument

LONGEST_NAME, LONGEST_PATH = 100, 250
VERSION = re.compile(r"(?P<code>[a-z0-9-]{1,64})(?::(?P<year>[0-9]{4}))?(?:@(?P<number>[0-9]{1,4}))?")


@click.group("programme")
def programme() -> None:
    """Programme documents: the notice's requirements, as dated data."""


@programme.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@json_option()
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
@json_option("the list")
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


@programme.command("show")
@click.argument("code")
@click.option("--year", type=int, help="The year of the programme (default: the newest).")
@click.option("--json", "as_json", is_flag=True, help="Print the document as JSON, as it is kept.")
@with_appcontext
def show_document(code: str, year: int | None, *, as_json: bool) -> None:
    """Show the contents of a programme's newest version: phases, tracks, requirements, rules."""
    version = store.named(session(), code, year)
    if version is None:
        _refuse([f"{code}: there is no such programme" + ("" if year is None else f" in {year}")])
    if as_json:
        click.echo(json.dumps(version.document, ensure_ascii=False, indent=2))
        return
    for line in summary.lines(store.document_of(version)):
        click.echo(line)


@programme.command("check")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@json_option()
def check_document(file: Path, *, as_json: bool) -> None:
    """Check a programme document (TOML) without importing it. Needs no database.

    Exit 2 and one line per problem, each with its path, where the document is wrong.
    """
    raw, document = _read(file)
    if as_json:
        click.echo(json.dumps({"code": document.code, "year": document.year, "sha256": digest_of(raw)}))
    else:
        click.echo(f"{file}: is a sound document of {document.code} {document.year} ({digest_of(raw)})")


def _read(file: Path) -> tuple[dict[str, Any], ProgrammeDocument]:
    try:
        return store.checked(file.read_text(encoding="utf-8"))
    except UnicodeDecodeError:
        _refuse([f"{file}: is not a text in UTF-8"])
    except InvalidInput as error:
        _refuse(error.problems)


@programme.command("diff")
@click.argument("before")
@click.argument("after")
@json_option("the differences")
@with_appcontext
def diff_documents(before: str, after: str, *, as_json: bool) -> None:
    """Show the differences between two documents: files, or versions written CODE, CODE@NUMBER or CODE:YEAR@NUMBER.

    Exit 1 where something differs, as diff does; 2 where one of them cannot be read.
    """
    found = differences(_named(before), _named(after))
    if as_json:
        click.echo(json.dumps([one._asdict() for one in found], ensure_ascii=False))
    else:
        for one in found:
            click.echo(f"{one.path}: {_value(one.before)} -> {_value(one.after)}")
    sys.exit(1 if found else 0)


def _named(name: str) -> dict[str, Any]:
    """Return the document that a word on the command line means."""
    if len(name) <= LONGEST_PATH and Path(name).is_file():
        return _read(Path(name))[0]
    match = VERSION.fullmatch(name[:LONGEST_NAME])
    version = None
    if match:
        year, number = (None if part is None else int(part) for part in match.group("year", "number"))
        version = store.named(session(), match["code"], year, number)
    if version is None:
        _refuse([f"{name[:LONGEST_NAME]}: is neither a file nor a version; `lms programme list` names the programmes"])
    return version.document


def _value(value: object) -> str:
    return "nothing" if value is None else json.dumps(value, ensure_ascii=False)


def _refuse(problems: Sequence[str]) -> NoReturn:
    for problem in problems:
        click.echo(problem, err=True)
    sys.exit(2)
