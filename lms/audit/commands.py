"""`lms ledger …`: verify the ledger, and create anchors that prove it later."""

import json
import sys
from collections.abc import Sequence
from pathlib import Path

import click
from flask.cli import with_appcontext

from lms.audit import anchors
from lms.audit.anchors import Anchor, AnchoredHead, NotAnAnchor
from lms.audit.check_run import snapshot
from lms.audit.elsewhere_check import differences
from lms.audit.recorded import RECORDED
from lms.certification import register_check
from lms.certification.register_check import CheckedRegister
from lms.clock import now
from lms.command_options import json_option
from lms.crediting.verify import AT_ONCE, CheckedBatch, Finding, addresses_of, check, numbers_of
from lms.db import transaction
from lms.site_settings import site_settings
from lms.storage import storage


@click.command("anchor")
@click.option("--heads", type=click.Path(dir_okay=False, path_type=Path), help="Write the line and the list of all heads into this file.")
@click.option("--public-key", is_flag=True, help="Print the public key that anchors are signed with, and nothing else.")
@with_appcontext
def anchor(heads: Path | None, *, public_key: bool) -> None:
    """Print one signed line that shows later whether the ledger was rewritten. Keep it where this site cannot change it.

    With the list of heads, `lms ledger verify --anchor` also names the enrolments.
    """
    settings = site_settings()
    if public_key:
        click.echo(anchors.public_key_of(settings.secret_key))
        return
    with transaction() as writing:
        line, covered = anchors.make(writing, settings.public_url, settings.secret_key, now())
    if heads is not None:
        try:
            heads.write_text("\n".join([line, *map(str, covered)]) + "\n", encoding="utf-8")
        except OSError as error:
            _refuse([f"{heads}: {error.strerror}"])
    click.echo(line)


@click.command("verify")
@click.option("--enrolment", type=int, multiple=True, help="Check this enrolment only (repeatable).")
@click.option("--statements", is_flag=True, help="Read every statement again, too: is the evidence what they prove?")
@click.option("--anchor", type=click.Path(dir_okay=False, path_type=Path), help="Find what was rewritten since this anchor was made.")
@click.option("--key", help="The public key, as the site published it, that must have signed the anchor.")
@json_option()
@with_appcontext
def verify(enrolment: tuple[int, ...], *, statements: bool, anchor: Path | None, key: str | None, as_json: bool) -> None:
    """Check that no entry was edited or lost, and that recomputing all evidence gives the same hours.

    Without --enrolment, certificates, register and hours earned elsewhere (`lms lifetime verify`) are checked, too.
    Exit code 1 with one line for each finding; exit code 2 if nothing could be checked.
    """
    settings = site_settings()
    public_url = settings.public_url if statements else None
    covered = _anchored(anchor, key or anchors.public_key_of(settings.secret_key)) if anchor else None
    with snapshot() as reading:
        known = numbers_of(reading)
        _refuse([f"enrolment: {number} is not known" for number in sorted(set(enrolment) - set(known))])
        other = addresses_of(reading) if public_url else set()
        rewritten = [Finding(*one) for one in anchors.rewritten(reading, *covered)] if covered else []
    if other and public_url not in other:
        stored = " and ".join(sorted(other))
        _refuse([f"PUBLIC_URL: it is {public_url}, and the statements were stored for {stored}: nothing was compared"])
    whole = _check(sorted(set(enrolment)) or known, public_url)
    with snapshot() as reading:
        register = register_check.check(reading, set(enrolment) or None, RECORDED)
        elsewhere = [] if enrolment else [Finding(None, one) for one in differences(reading, storage(), settings.public_url)]
    whole.findings = [*rewritten, *whole.findings, *register.findings, *elsewhere]
    if as_json:
        _write_json(whole, register, statements=statements)
    else:
        _write_lines(whole, register, statements=statements)
    sys.exit(1 if whole.findings else 0)


def _anchored(file: Path, key: str) -> tuple[Anchor, Sequence[AnchoredHead]]:
    """Read an anchor signed with this key, or report the problem."""
    try:
        found, heads = anchors.read(file.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        _refuse([f"{file}: {error.strerror if isinstance(error, OSError) else 'is not a text in UTF-8'}"])
    except NotAnAnchor as error:
        _refuse([f"{file}: {error}"])
    if found.public_key != key:
        _refuse([f"{file}: was signed with the key {found.public_key}, not with {key}"])
    return found, heads


def _refuse(problems: Sequence[str]) -> None:
    for problem in problems:
        click.echo(problem, err=True)
    if problems:
        sys.exit(2)


def _check(numbers: Sequence[int], public_url: str | None) -> CheckedBatch:
    """Check enrolments and report the progress; each batch has its own snapshot, so that no transaction becomes long."""
    whole = CheckedBatch()
    for start in range(0, len(numbers), AT_ONCE):
        with snapshot() as reading:
            whole.add(check(reading, numbers[start : start + AT_ONCE], public_url, RECORDED))
        if sys.stderr.isatty():
            click.echo(f"\r{whole.enrolments} enrolments checked", nl=False, err=True)
    if sys.stderr.isatty():
        click.echo("\r", nl=False, err=True)
    return whole


def _write_json(whole: CheckedBatch, register: CheckedRegister, *, statements: bool) -> None:
    found = [finding._asdict() for finding in whole.findings]
    counted: dict[str, object] = {"enrolments": whole.enrolments, "entries": whole.entries}
    counted |= {"evidence_erased": whole.erased, "without_baseline": whole.unbaselined, "waiting": whole.waiting}
    counted |= {"certificates": register.certificates, "register_entries": register.entries}
    if statements:
        counted |= {"statements": whole.statements, "statements_removed": whole.removed, "statements_behind": whole.behind}
    click.echo(json.dumps({**counted, "findings": found, "clean": not found}))


def _write_lines(whole: CheckedBatch, register: CheckedRegister, *, statements: bool) -> None:
    for number in whole.erased:
        click.echo(f"enrolment {number}: its evidence was erased on purpose; its entries are whole and cannot be recomputed")
    for finding in whole.findings:
        click.echo(str(finding), err=True)
    for number in whole.waiting:
        click.echo(f"enrolment {number}: waits to be credited anew; it is right by the earlier rule for films, not by the present one")
    if whole.removed:
        click.echo(f"{whole.removed} statements were removed with their month, so evidence of them cannot be compared")
    if whole.behind:
        click.echo(f"{whole.behind} statements prove more by the present rules than is kept of them: run `lms hours reread`")
    if whole.unbaselined:
        click.echo(
            f"{len(whole.unbaselined)} enrolments have no baseline yet: the worker appends it; until then their inputs are not covered"
        )
    looked_at = f"{whole.enrolments} enrolments, {whole.entries} entries" + (f", {whole.statements} statements" if statements else "")
    looked_at += f", {register.certificates} certificates" if register.entries else ""
    click.echo(f"{looked_at}: {f'{len(whole.findings)} findings' if whole.findings else 'clean'}")
