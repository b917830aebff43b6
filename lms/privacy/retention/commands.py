"""`lms xapi retention`: show which old statements would be removed and what prevents it, and remove them."""

import json
import sys
from typing import Any

import click
from flask.cli import with_appcontext
from sqlalchemy import select

from lms.clock import now
from lms.command_options import json_option, yes_option
from lms.db import database, transaction
from lms.privacy.retention.models import COMMAND
from lms.privacy.retention.plan import Hold, Planned, plan
from lms.privacy.retention.removal_run import begin, carry, claim, under_way
from lms.privacy.retention.removing import unfinished
from lms.records.models import RemovedMonth
from lms.site_settings import site_settings

WORDS = {
    "waiting": "{count} not processed yet",
    "parked": "{count} set aside (lms xapi parked)",
    "not-sent": "not all sent on to {name} yet (lms xapi forward list)",
    "refused": "{count} refused by {name} (lms xapi forward letters {name})",
    "export": "an export is being made",
    "studying": "{count} enrolments that are not over, or not for 30 days",
    "busy": "somebody reads without a pause; try again",
}


@click.command("retention")
@click.option("--apply", is_flag=True, help="Remove the months that are ready. Without this option nothing is changed.")
@yes_option()
@json_option("the plan, or what was removed,")
@with_appcontext
def retention(*, apply: bool, yes: bool, as_json: bool) -> None:
    """Show the months of statements that are older than STATEMENTS_KEPT_MONTHS, and remove them with --apply.

    Hours stay, because they are decided from evidence that is stored beside the statements. If interrupted, the same command continues.
    Exit code 1 if a month was held back during the removal.
    """
    settings = site_settings()
    kept = settings.statements_kept_months
    if not kept:
        click.echo("STATEMENTS_KEPT_MONTHS: is not set, so statements are kept without a limit", err=True)
        sys.exit(2)
    with database().reader() as session:  # closed before the removal, because a reader blocks it
        found = plan(session, now(), kept)
        done = session.scalars(select(RemovedMonth).order_by(RemovedMonth.id)).all()
    if apply:
        _apply(found, yes=yes, as_json=as_json)
        return
    if as_json:
        click.echo(
            json.dumps({"kept_months": kept, "planned": [_described(one) for one in found], "removed": [_done(one) for one in done]})
        )
        return
    for month in found:
        click.echo(_summary_of(month))
    if not found:
        click.echo(f"No statement is older than {kept} months.")
    for row in done:
        click.echo(
            f"{row.month:%Y-%m} {'removed ' + row.finished_at.isoformat(timespec='seconds') if row.finished_at else 'is going'}: "
            f"{row.statements} statements of {row.people} people"
        )


def _apply(found: list[Planned], *, yes: bool, as_json: bool) -> None:
    if (unfinished() or any(not one.holds for one in found)) and not yes:
        for one in found:
            click.echo(_summary_of(one), err=as_json)
        click.confirm("Nobody can undo this. Remove what may go?", abort=True, err=as_json)
    removed, held = [], []
    for came in carry(*_run()):
        if isinstance(came, RemovedMonth):
            removed.append(_done(came))
        else:
            held.append(f"{came[0].name}: held back: {_why(came[1].found)}")
    if as_json:
        click.echo(json.dumps({"removed": removed, "held_back": held}))
    else:
        for row in removed:
            click.echo(f"{row['month']}: {row['statements']} statements of {row['people']} people removed")
        if not removed:
            click.echo("Nothing was removed.")
    for line in held:
        click.echo(line, err=True)
    sys.exit(1 if held else 0)


def _run() -> tuple[int, str]:
    """Begin a run of this command, or continue an interrupted one; there is only one run at a time."""
    settings = site_settings()
    with transaction() as session:
        begun = under_way(session) or begin(session, COMMAND, settings.statements_kept_months)
        taken = claim(session, now(), begun.id)
    if taken is None:
        click.echo("Another run is under way: see Learning records, Retention. It continues on its own.", err=True)
        sys.exit(1)
    return taken


def _summary_of(one: Planned) -> str:
    size = f"{one.figures.size // 1024:,} kB"
    lines = [f"{one.month.name} (UTC): {one.figures.statements} statements of {one.figures.people} people, {size}"]
    if one.enrolments:
        hours = f"{one.credited_seconds // 3600}:{one.credited_seconds // 60 % 60:02} h credited in all"
        lines.append(f"  the transcripts of {one.enrolments} enrolments ({hours}) rest on them in part; hours and evidence stay,")
        lines.append("  the statements can no longer be shown")
    lines.append(f"  held back: {_why(one.holds)}" if one.holds else "  may go")
    return "\n".join(lines)


def _why(found: Any) -> str:
    return "; ".join(WORDS[one.reason].format(count=one.number, name=one.name) for one in found)


def _described(one: Planned) -> dict[str, Any]:
    held: list[Hold] = list(one.holds)
    return {
        "month": one.month.name,
        **one.figures._asdict(),
        "enrolments": one.enrolments,
        "credited_seconds": one.credited_seconds,
        "held_back": [hold._asdict() for hold in held],
    }


def _done(row: RemovedMonth) -> dict[str, Any]:
    named = ("kept_months", "statements", "size", "people", "attachments", "enrolments")
    instants = {name: at.isoformat() if (at := getattr(row, name)) else None for name in ("begun_at", "finished_at")}
    return {"month": f"{row.month:%Y-%m}", **{name: getattr(row, name) for name in named}, **instants}
