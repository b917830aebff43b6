"""`lms ledger …`: is the ledger what was written, and how can that be shown later?"""

import json
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import click
from flask import current_app
from flask.cli import with_appcontext
from sqlalchemy.orm import Session

from lms.audit.recorded import RECORDED
from lms.crediting.verify import AT_ONCE, CheckedBatch, addresses_of, check, numbers_of
from lms.db import database


@click.command("verify")
@click.option("--enrolment", type=int, multiple=True, help="Check this enrolment only (repeatable).")
@click.option("--statements", is_flag=True, help="Read every statement again, too: is the evidence what they prove?")
@click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")
@with_appcontext
def verify(enrolment: tuple[int, ...], *, statements: bool, as_json: bool) -> None:
    """Check that no entry was edited or lost, and that recomputing all evidence gives the same hours.

    Exit 1 and one line per finding where something is wrong.
    """
    public_url = current_app.extensions["settings"].public_url if statements else None
    with _snapshot() as reading:
        known = numbers_of(reading)
        _refuse([f"enrolment: {number} is not known" for number in sorted(set(enrolment) - set(known))])
        other = addresses_of(reading) if public_url else set()
    if other and public_url not in other:
        stored = " and ".join(sorted(other))
        _refuse([f"PUBLIC_URL: it is {public_url}, and the statements were stored for {stored}: nothing was compared"])
    whole = _check(sorted(set(enrolment)) or known, public_url)
    if as_json:
        _write_json(whole, statements=statements)
    else:
        _write_lines(whole, statements=statements)
    sys.exit(1 if whole.findings else 0)


def _refuse(problems: Sequence[str]) -> None:
    for problem in problems:
        click.echo(problem, err=True)
    if problems:
        sys.exit(2)


@contextmanager
def _snapshot() -> Iterator[Session]:
    """Read as if nothing else went on meanwhile: crediting goes on, and half of what it does would look like an edit."""
    with database().reader() as reading:
        if reading.get_bind().dialect.name == "postgresql":
            reading.connection(execution_options={"isolation_level": "REPEATABLE READ"})
        yield reading


def _check(numbers: Sequence[int], public_url: str | None) -> CheckedBatch:
    """Check enrolments, and tell somebody who waits how far that is; each batch reads anew, so that nothing waits for the end."""
    whole = CheckedBatch()
    for start in range(0, len(numbers), AT_ONCE):
        with _snapshot() as reading:
            whole.add(check(reading, numbers[start : start + AT_ONCE], public_url, RECORDED))
        if sys.stderr.isatty():
            click.echo(f"\r{whole.enrolments} enrolments checked", nl=False, err=True)
    if sys.stderr.isatty():
        click.echo("\r", nl=False, err=True)
    return whole


def _write_json(whole: CheckedBatch, *, statements: bool) -> None:
    found = [finding._asdict() for finding in whole.findings]
    counted: dict[str, object] = {"enrolments": whole.enrolments, "entries": whole.entries}
    counted |= {"evidence_erased": whole.erased, "without_baseline": whole.unbaselined}
    counted |= {"statements": whole.statements, "statements_removed": whole.removed} if statements else {}
    click.echo(json.dumps({**counted, "findings": found, "clean": not found}))


def _write_lines(whole: CheckedBatch, *, statements: bool) -> None:
    for number in whole.erased:
        click.echo(f"enrolment {number}: its evidence was erased on purpose; its entries are whole and cannot be recomputed")
    for finding in whole.findings:
        click.echo(str(finding), err=True)
    if whole.removed:
        click.echo(f"{whole.removed} statements were removed with their month, so evidence of them cannot be compared")
    if whole.unbaselined:
        click.echo(
            f"{len(whole.unbaselined)} enrolments have no baseline yet: the worker appends it; until then their inputs are not covered"
        )
    looked_at = f"{whole.enrolments} enrolments, {whole.entries} entries" + (f", {whole.statements} statements" if statements else "")
    click.echo(f"{looked_at}: {f'{len(whole.findings)} findings' if whole.findings else 'clean'}")
