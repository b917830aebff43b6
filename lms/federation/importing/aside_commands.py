"""`lms xapi aside`: list statements that imports could not store, and retry or leave out one of them."""

import json
import sys
from typing import NoReturn

import click
from flask import current_app
from flask.cli import with_appcontext
from sqlalchemy import select

import xapi
from lms.command_options import json_option
from lms.db import session, transaction
from lms.federation.importing import again
from lms.federation.importing.models import Import, StatementSetAside
from lms.site_settings import site_settings

SHOWN = 1000
NOT_TAKEN = 1


@click.command("aside")
@click.option("--retry", type=int, metavar="ID", help="Take this one, if it can be taken by now; exit 1 if it still cannot.")
@click.option("--leave-out", type=int, metavar="ID", help="Forget this one; read again, it is put aside again.")
@click.option("--yes", is_flag=True, help="Leave it out without asking.")
@json_option("what is put aside")
@with_appcontext
def aside(retry: int | None, leave_out: int | None, *, yes: bool, as_json: bool) -> None:
    """List the statements that imports could not store (the latest 1,000), try one again, or leave it out."""
    if retry is not None and leave_out is not None:
        _refuse("retry: give --retry or --leave-out, not both")
    if retry is not None:
        _retry(retry)
    elif leave_out is not None:
        _leave_out(leave_out, yes=yes)
    else:
        _list(as_json=as_json)


def _refuse(problem: str, code: int = 2) -> NoReturn:
    click.echo(problem, err=True)
    sys.exit(code)


def _retry(aside_id: int) -> None:
    with transaction() as writing:
        found = again.put_aside(writing, aside_id)
        if found is None:
            _refuse(f"retry: nothing is put aside under {aside_id}")
        tried = again.try_again(writing, *found, site_settings())
    if tried.reason:
        _refuse(f"It still cannot be taken: {tried.reason}", NOT_TAKEN)
    xapi.statements_stored.send(current_app._get_current_object(), count=tried.new)  # type: ignore[attr-defined]
    click.echo("The statement is taken." if tried.new else "The same statement was here already.")


def _leave_out(aside_id: int, *, yes: bool) -> None:
    shown = session().get(StatementSetAside, aside_id)
    if shown is None:
        _refuse(f"leave-out: nothing is put aside under {aside_id}")
    if not yes:
        click.confirm(f"Leave out {shown.statement_id or '(no id)'} ({shown.reason})?", abort=True)
    with transaction() as writing:
        found = again.put_aside(writing, aside_id)
        if found is None:
            _refuse(f"leave-out: nothing is put aside under {aside_id} any more")
        again.leave_out(writing, *found, site_settings())
    click.echo("It is left out.")


def _list(*, as_json: bool) -> None:
    wanted = (
        select(StatementSetAside, Import.endpoint)
        .join(Import, Import.id == StatementSetAside.import_id)
        .order_by(StatementSetAside.id.desc())
        .limit(SHOWN)
    )
    rows = [
        {"id": row.id, "statement": row.statement_id, "from": endpoint, "at": row.at.isoformat(timespec="seconds"), "reason": row.reason}
        for row, endpoint in session().execute(wanted)
    ]
    if as_json:
        click.echo(json.dumps(rows, ensure_ascii=False))
    elif not rows:
        click.echo("Nothing is put aside.")
    else:
        for row in rows:
            click.echo("  ".join(str(value) for value in row.values()))
