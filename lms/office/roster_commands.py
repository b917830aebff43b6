"""`lms class enrol` and `lms class passwords`: enrol a list of teachers, and hand out initial passwords."""

import json
from collections.abc import Mapping
from pathlib import Path

import click
from flask.cli import with_appcontext
from flask_babel import force_locale
from sqlalchemy import select
from sqlalchemy.orm import Session

from lms.accounts.account_changes import By
from lms.accounts.models import Organisation
from lms.classes.models import TrainingClass
from lms.classes.setup import tracks_of
from lms.clock import now
from lms.command_options import dry_run_option, json_option
from lms.db import session, transaction
from lms.errors import InvalidInput
from lms.office.commands import class_id_of
from lms.rosters import rows, sheets, table
from lms.rosters.enrolling import RosterOrder, enrol_all
from lms.rosters.outcomes import NameChoice, OutcomeKind, RosterForecast, foresee
from lms.rosters.problems import Unreadable, line_of, sentence
from lms.rosters.rows import Roster

EVERYBODY = "/"  # the path prefix of all organisations


@click.command("enrol")
@click.argument("code")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--track", default="", help="Key of the track of those for whom the list says none.")
@click.option("--below", help="Code of the organisation below which schools that are new are made; without one the class's provider.")
@click.option(
    "--names",
    type=click.Choice(["refuse", "keep", "change"]),
    default="refuse",
    help="For known teachers whom the list calls by another name: refuse them, keep the known name, or change it to the list's.",
)
@click.option("--partly", is_flag=True, help="Enrol who can be, even where other rows are wrong.")
@dry_run_option("the result of each row")
@json_option()
@with_appcontext
def enrol(  # noqa: PLR0913 - one parameter an option
    code: str, file: Path, *, track: str, below: str | None, names: str, partly: bool, dry_run: bool, as_json: bool
) -> None:
    """Enrol a list of teachers (CSV or XLSX) with a header row that names the columns: name, user name, school, track.

    A teacher without an account gets one, with an initial password (`lms class passwords`). Either all rows are
    enrolled, or nobody is and each problem has a line.
    """
    with force_locale("en"):
        class_id, below_id = class_id_of(session(), code), _below(session(), code, below)
        roster = _roster(session(), class_id, file, track)
        chosen = {row.line: NameChoice(names) for row in roster.rows} if names != "refuse" else {}
        if dry_run:
            foreseen = _foreseen(class_id, roster, chosen)
        else:
            order = RosterOrder(class_id, roster, below_id, By(None, now()), partly, chosen, EVERYBODY)
            foreseen = enrol_all(transaction, order)
        if dry_run and foreseen.left_out and not partly:
            raise InvalidInput("Nobody would be enrolled.", [line_of(one) for one in foreseen.left_out])
        for one in foreseen.left_out:
            click.echo(line_of(one), err=True)
        _print_forecast(foreseen, as_json=as_json, would=dry_run)


def _below(reading: Session, code: str, below: str | None) -> int:
    wanted = select(TrainingClass.provider_id).where(TrainingClass.code == code)
    found = reading.scalar(wanted if below is None else select(Organisation.id).where(Organisation.code == below))
    if found is None:
        raise InvalidInput("Nobody was enrolled.", [f"below: {below!r} is not known"])
    return found


def _roster(reading: Session, class_id: int, file: Path, track: str) -> Roster:
    tracks = tracks_of(reading, class_id)
    if track and track not in {one.key for one in tracks}:
        known = ", ".join(one.key for one in tracks)
        raise InvalidInput("Nobody was enrolled.", [f"track: {track!r} is not one of {known}"])
    if file.stat().st_size > table.MOST_BYTES:
        raise InvalidInput("Nobody was enrolled.", [f"{file}: The file is larger than {table.MOST_BYTES // 1_000_000} MB."])
    try:
        return rows.read(table.read(file.read_bytes()).lines, tracks, track)
    except Unreadable as error:
        raise InvalidInput("Nobody was enrolled.", [f"{file}: {error}"]) from None


def _foreseen(class_id: int, roster: Roster, names: Mapping[int, NameChoice]) -> RosterForecast:
    with transaction() as reading:
        return foresee(reading, reading.get_one(TrainingClass, class_id), roster, EVERYBODY, names)


def _print_forecast(foreseen: RosterForecast, *, as_json: bool, would: bool) -> None:
    counts = {kind.value: foreseen.count(kind) for kind in OutcomeKind}
    if as_json:
        problems = [
            {"line": one.line, "field": one.field, "code": one.code, "name": one.name, "value": one.value, "problem": sentence(one)}
            for one in foreseen.left_out
        ]
        counts["renamed"] = foreseen.renamed
        click.echo(json.dumps({**counts, "problems": problems, "dry_run": would}, ensure_ascii=False))
        return
    does = "would be enrolled" if would else "enrolled"
    click.echo(
        f"{foreseen.to_do} {does} ({counts['new']} new accounts, {counts['known']} known, {counts['again']} again), "
        f"{counts['there']} in the class already, {foreseen.renamed} names changed, {len(foreseen.left_out)} problems"
    )


@click.command("passwords")
@click.argument("code")
@click.option(
    "--out", required=True, type=click.Path(dir_okay=False, path_type=Path), help="File to write (.xlsx or .csv); it must not exist yet."
)
@click.option("--again", is_flag=True, help="New ones for those who got theirs and have chosen none of their own: the sheet is lost.")
@json_option()
@with_appcontext
def passwords(code: str, *, out: Path, again: bool, as_json: bool) -> None:
    """Write the initial passwords of a class's new teachers to a file. Each is written only once."""
    try:
        file = out.open("xb")
    except OSError as error:
        raise InvalidInput("Nothing was handed out.", [f"out: {out}: {error.strerror}"]) from None
    with file:
        try:
            with transaction() as writing, force_locale("en"):
                found = sheets.hand_out(writing, class_id_of(writing, code), EVERYBODY, By(None, now()), again=again)
                file.write(sheets.as_book(found, now()) if out.suffix.lower() == ".xlsx" else sheets.as_csv(found))
                file.flush()  # before the passwords count as handed out
        except BaseException:
            out.unlink()
            raise
    counts = {"class": code, "file": str(out), "passwords": len(found)}
    click.echo(json.dumps(counts) if as_json else f"{len(found)} initial passwords written to {out}")
