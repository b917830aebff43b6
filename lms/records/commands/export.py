"""`lms xapi export`: export statements for analysis programs."""

import json
import os
import sys
from collections.abc import Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

import click
from flask.cli import with_appcontext

from lms.command_options import json_option
from lms.db import database, session
from lms.errors import InvalidInput
from lms.records.attached import AttachmentFiles
from lms.records.columns import COLUMNS
from lms.records.export import scope_of, up_to_now
from lms.records.formats import FORMATS, ExportedStatement, Writer, writer_of
from lms.records.selection import Selection, statement_filter_of
from xapi.queries import StoredStatement, scan_statements
from xapi.statements import write_instant

SAY_EVERY = 5_000


@dataclass(slots=True)
class _ExportProgress:
    """The progress of an export, reported on stderr."""

    count: int = 0
    stored: datetime | None = None

    def over(self, found: Iterable[StoredStatement]) -> Iterator[ExportedStatement]:
        """Yield the statements, counting them."""
        for one in found:
            yield ExportedStatement(one.text, one.voided)
            self.count, self.stored = self.count + 1, one.stored
            if self.count % SAY_EVERY == 0:
                self.say("\r" if sys.stderr.isatty() else "\n")

    def say(self, end: str = "\n") -> None:
        """Report how many statements were written, and the stored time of the last one."""
        until = f", up to {write_instant(self.stored)}" if self.stored else ""
        click.echo(f"{self.count} statements{until}{end}", nl=False, err=True)


def _print_columns(context: click.Context, _parameter: click.Parameter, value: Any) -> None:
    if value:
        for column in COLUMNS:
            click.echo(f"{column.name:16} {column.kind:8} {column.about}")
        context.exit()


@click.command("export")
@click.option("--format", "form", type=click.Choice(list(FORMATS)), default="jsonl", show_default=True, help="csv and parquet are tables.")
@click.option("--since", default="", help="Stored at this instant or later: 2026-03-01 (midnight, site's time) or 2026-03-01T08:00:00Z.")
@click.option("--until", default="", help="Stored before this instant.")
@click.option("--person", default="", help="User name or id of the person who acts.")
@click.option("--course", default="", help="Code of a course.")
@click.option("--verb", default="", help="The verb's IRI.")
@click.option("--activity", default="", help="IRI of an activity, as the object or in the context.")
@click.option("--out", required=True, type=click.Path(dir_okay=False, path_type=Path), help="File to write; appears when complete.")
@click.option("--void", is_flag=True, help="Also void statements; `void` says which they are (jsonl: {void, statement} a line).")
@click.option(
    "--attachments", type=click.Path(file_okay=False, path_type=Path), help="Folder for attachments' data, a file each, named by its sha2."
)
@json_option("what was written")
@click.option("--columns", is_flag=True, is_eager=True, expose_value=False, callback=_print_columns, help="Explain the columns.")
@with_appcontext
def export(form: str, out: Path, *, void: bool, attachments: Path | None, as_json: bool, **asked: str) -> None:
    """Write statements to a file, in the order of storing.

    Begin the next export at the printed `until` (--since): then no statement is missing and none is exported twice.
    """
    try:
        statement_filter = up_to_now(replace(statement_filter_of(session(), Selection.of(asked), scope_of()), void=void))
        progress, files = _ExportProgress(), AttachmentFiles(attachments) if attachments else None
        with database().reader() as reading, database().reader() as beside, closing(scan_statements(reading, statement_filter)) as found:
            _write_whole(out, writer_of(form, void=void), progress.over(files.beside(beside, found) if files else found))
    except InvalidInput as error:
        _refuse(error.problems)
    except OSError as error:
        _refuse([f"out: {out}: {error.strerror}"])
    progress.say()
    until = write_instant(statement_filter.until) if statement_filter.until else ""
    result = {"statements": progress.count, "file": str(out), "bytes": out.stat().st_size, "until": until}
    result |= {"attachments": files.count} if files else {}
    click.echo(json.dumps(result) if as_json else f"{out} ({result['bytes']} bytes); the next export begins with --since {until}")


def _refuse(problems: Iterable[str]) -> None:
    for problem in problems:
        click.echo(problem, err=True)
    sys.exit(2)


def _write_whole(out: Path, write: Writer, exported: Iterable[ExportedStatement]) -> None:
    """Write to a temporary file and rename it at the end, so that an incomplete file never looks complete."""
    part = out.with_name(f".{out.name}.part")
    try:
        with part.open("wb") as file:
            write(exported, file)
            file.flush()
            os.fsync(file.fileno())
        part.replace(out)
    finally:
        part.unlink(missing_ok=True)
