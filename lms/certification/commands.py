"""`lms certificate …`: the register on the command line."""

import json
import sys
from collections.abc import Mapping
from datetime import UTC
from typing import Any

import click
from flask.cli import with_appcontext
from sqlalchemy import select

from lms.certification import register, register_check
from lms.certification.numbers import read_number
from lms.classes.models import TrainingClass
from lms.command_options import json_option
from lms.crediting.certified import NotReadable, bundle_text
from lms.crediting.models import STATES, Certificate
from lms.db import session
from lms.errors import InvalidInput


@click.group("certificate")
def certificate() -> None:
    """Certificates and their register."""


@certificate.command("list")
@click.option("--class", "class_code", help="Only the certificates of the class with this code.")
@click.option("--state", type=click.Choice(STATES), help="Only certificates in this state.")
@json_option("the certificates")
@with_appcontext
def list_(class_code: str | None, state: str | None, *, as_json: bool) -> None:
    """List certificates, in the order of issue."""
    query = select(Certificate).order_by(Certificate.id)
    if class_code is not None:
        number = session().scalar(select(TrainingClass.id).where(TrainingClass.code == class_code))
        if number is None:
            raise InvalidInput(f"class: no class has the code {class_code!r}")
        query = query.where(Certificate.class_id == number)
    if state is not None:
        query = query.where(Certificate.state == state)
    rows = [_about(one) for one in session().scalars(query)]
    if as_json:
        click.echo(json.dumps(rows, ensure_ascii=False))
        return
    if not rows:
        click.echo("No certificates." if class_code is None and state is None else "No certificate matches.")
    for row in rows:
        click.echo(f"{row['number']} {row['version']} {row['state']:10} {row['issued_at']} {row['class']} {row['name'] or '–'}")


def _about(one: Certificate) -> Mapping[str, Any]:
    return {
        "number": one.number,
        "version": one.version,
        "state": one.state,
        "enrolment": one.enrolment_id,
        "class": one.facts["class"]["code"],
        "name": one.person["name"] if one.person else None,
        "hours": one.facts["hours"],
        "issued_at": one.issued_at.astimezone(UTC).isoformat(timespec="seconds"),
        "bundle_sha256": one.bundle_sha256,
    }


@certificate.command("show")
@click.argument("number")
@click.option("--bundle", is_flag=True, help="Print the frozen evidence bundle of the newest version; `lms hours recompute` reads it.")
@json_option("all of it")
@with_appcontext
def show(number: str, *, bundle: bool, as_json: bool) -> None:
    """Show the versions of one certificate, and its entries in the register."""
    usual = read_number(number)
    versions = session().scalars(select(Certificate).where(Certificate.number == usual).order_by(Certificate.version)).all()
    if usual is None or not versions:
        raise InvalidInput(f"number: no certificate has the number {number!r}")
    if bundle:
        try:
            click.echo(bundle_text(versions[-1]))
        except NotReadable as error:
            raise InvalidInput(f"number: {usual}: {error}") from error
        return
    entries = [
        {
            "position": one.position,
            "event": one.event,
            "version": one.version,
            "at": one.at.astimezone(UTC).isoformat(timespec="seconds"),
            "by": one.by,
            "reason": one.reason,
            "ledger_head": one.ledger_head,
            "hash": one.hash,
        }
        for one in register.entries_of(session(), usual)
    ]
    if as_json:
        click.echo(json.dumps({"versions": [_about(one) for one in versions], "register": entries}, ensure_ascii=False))
        return
    for one in versions:
        click.echo(f"{one.number} version {one.version}: {one.state}, {one.facts['hours']} hours, {one.facts['class']['code']}")
    for entry in entries:
        click.echo(
            f"  {entry['position']} {entry['at']} {entry['event']} version {entry['version']} {entry['hash']} {entry['reason']}".rstrip()
        )


@certificate.command("verify")
@json_option()
@with_appcontext
def verify(*, as_json: bool) -> None:
    """Check the whole register, all certificates and their frozen evidence; `lms ledger verify` does this too.

    Exit code 1 with one line for each finding.
    """
    checked = register_check.check(session())
    if as_json:
        found = [one._asdict() for one in checked.findings]
        counted = {"certificates": checked.certificates, "register_entries": checked.entries}
        click.echo(json.dumps({**counted, "findings": found, "clean": not found}, ensure_ascii=False))
    else:
        for one in checked.findings:
            click.echo(str(one), err=True)
        result = f"{len(checked.findings)} findings" if checked.findings else "clean"
        click.echo(f"{checked.certificates} certificates, {checked.entries} entries: {result}")
    sys.exit(1 if checked.findings else 0)
