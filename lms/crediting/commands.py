"""`lms hours …` and `lms ledger …`: what does an auditor or an operator do with hours on the command line?"""

import json
import sys
from pathlib import Path

import click
from flask import current_app
from flask.cli import with_appcontext
from sqlalchemy import select

from lms.classes.models import Enrolment
from lms.crediting.verify import Finding, verify
from lms.db import session
from lms.hours import recompute_file


@click.group("hours")
def hours() -> None:
    """Hours, recomputed from evidence."""


@hours.command("recompute")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
def recompute(file: Path) -> None:
    """Recompute an evidence bundle (JSON) and print the result as JSON.

    Needs no database and no settings. Exit 2 and one line per problem where the bundle is wrong.
    """
    try:
        answer, problems = recompute_file(file.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        click.echo(f"{file}: {error.strerror if isinstance(error, OSError) else 'is not a text in UTF-8'}", err=True)
        sys.exit(2)
    for problem in problems:
        click.echo(f"{file}: {problem}", err=True)
    if answer is None:
        sys.exit(2)
    click.echo(json.dumps(answer, indent=2, ensure_ascii=False))


@click.group("ledger")
def ledger() -> None:
    """The ledger of credited hours."""


@ledger.command("verify")
@click.option("--enrolment", type=int, multiple=True, help="Check this enrolment only (repeatable).")
@click.option("--statements", is_flag=True, help="Read every statement again, too: is the evidence what they prove?")
@click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")
@with_appcontext
def verify_ledger(enrolment: tuple[int, ...], *, statements: bool, as_json: bool) -> None:
    """Check that no entry was edited or lost, and that recomputing all evidence gives the same hours.

    Exit 1 and one line per finding where something is wrong.
    """
    known = set(session().scalars(select(Enrolment.id).where(Enrolment.id.in_(enrolment)))) if enrolment else set()
    for number in sorted(set(enrolment) - known):
        click.echo(f"enrolment: {number} is not known", err=True)
    if set(enrolment) - known:
        sys.exit(2)
    findings: list[Finding] = []
    erased: list[int] = []
    enrolments = entries = compared = removed = 0
    public_url = current_app.extensions["settings"].public_url if statements else None
    for checked in verify(session(), enrolment or None, public_url=public_url):
        findings.extend(checked.findings)
        erased.extend(checked.erased)
        enrolments += checked.enrolments
        entries += checked.entries
        compared += checked.statements
        removed += checked.removed
        if sys.stderr.isatty():
            click.echo(f"\r{enrolments} enrolments checked", nl=False, err=True)
    if sys.stderr.isatty():
        click.echo("\r", nl=False, err=True)
    if as_json:
        found = [finding._asdict() for finding in findings]
        counted = {"enrolments": enrolments, "entries": entries, "evidence_erased": erased}
        counted |= {"statements": compared, "statements_removed": removed} if statements else {}
        click.echo(json.dumps({**counted, "findings": found, "clean": not findings}))
    else:
        for number in erased:
            click.echo(f"enrolment {number}: its evidence was erased on purpose; its entries are whole and cannot be recomputed")
        for finding in findings:
            click.echo(f"enrolment {finding.enrolment_id}: {finding.problem}", err=True)
        if removed:
            click.echo(f"{removed} statements were removed with their month, so evidence of them cannot be compared")
        looked_at = f"{enrolments} enrolments, {entries} entries" + (f", {compared} statements" if statements else "")
        click.echo(f"{looked_at}: {'clean' if not findings else f'{len(findings)} findings'}")
    sys.exit(1 if findings else 0)
