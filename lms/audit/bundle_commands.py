"""`lms audit …`: export what an outside auditor needs, and the program that checks it."""

import json
import tempfile
from functools import partial
from pathlib import Path

import click
from flask.cli import with_appcontext
from sqlalchemy import select

from lms.access_log.noting import EXPORTED, REVEALED, NotedAccess, note
from lms.accounts.account_changes import By
from lms.audit import anchor_files, anchors, bundle, packing
from lms.audit.check_run import snapshot
from lms.audit.models import AuditExport
from lms.classes.models import TrainingClass
from lms.clock import now
from lms.command_options import json_option
from lms.db import session, transaction
from lms.errors import InvalidInput
from lms.signing.jws import sign_text
from lms.signing.site_key import demand, signer_of
from lms.site_settings import site_settings

LONGEST_REASON = 200


@click.group("audit")
def audit() -> None:
    """Export audit bundles, and the program that checks them without this site."""


@audit.command("bundle")
@click.option("--class", "class_code", required=True, help="Code of the class.")
@click.option("--reveal", "reason", help="Export whole names and schools, for this reason; it is recorded.")
@click.argument("out", type=click.Path(dir_okay=False, path_type=Path))
@json_option("what was written")
@with_appcontext
def bundle_(class_code: str, reason: str | None, out: Path, *, as_json: bool) -> None:
    """Write the audit bundle of a class to OUT: evidence, ledgers, rules, certificates, register and anchors. The export is recorded.

    Names are masked unless you reveal them. Check the bundle with `python checker.pyz OUT`.
    """
    if reason is not None and (not reason.strip() or len(reason) > LONGEST_REASON or not reason.isprintable()):
        raise InvalidInput(f"reveal: give a reason of 1 to {LONGEST_REASON} characters, in one line")
    number = session().scalar(select(TrainingClass.id).where(TrainingClass.code == class_code))
    if number is None:
        raise InvalidInput(f"class: no class has the code {class_code!r}")
    try:
        written = _write(number, reason, out)
    except OSError as error:
        raise InvalidInput(f"out: {out}: {error.strerror}") from error
    said = {"file": str(out), "members": written.members, "certificates": written.certificates, "manifest_sha256": written.manifest_sha256}
    named = "with whole names" if reason else "names masked"
    line = f"{out}: {written.members} members, {written.certificates} certificates, {named}; manifest sha256 {written.manifest_sha256}"
    click.echo(json.dumps(said) if as_json else line)


def _write(class_id: int, reason: str | None, out: Path) -> bundle.WrittenBundle:
    settings = site_settings()
    site = demand()
    at, key = now(), anchors.public_key_of(settings.secret_key)
    order = bundle.BundleOrder(class_id, at, settings.public_url, key, reason is not None, signer_of(site))
    sign = None if site.key is None else partial(sign_text, key=site.key)
    with transaction() as writing:
        line, heads = anchors.make(writing, settings.public_url, settings.secret_key, at)
    files = {"anchor-of-this-bundle.txt": "\n".join([line, *map(str, heads)]) + "\n", **anchor_files.newest(settings)}
    with tempfile.NamedTemporaryFile(dir=out.parent, prefix=".audit-") as unfinished:
        with snapshot() as reading:
            written = bundle.write(reading, order, files, unfinished, sign)
        unfinished.flush()
        with transaction() as writing:
            export = AuditExport(class_id=class_id, at=at, revealed=order.revealed, reason=(reason or "").strip(), members=written.members)
            export.manifest_sha256 = written.manifest_sha256
            writing.add(export)
            kind = REVEALED if order.revealed else EXPORTED
            note(writing, NotedAccess(kind, "audit", class_id=class_id, reason=reason or ""), By(None, at))
        out.write_bytes(Path(unfinished.name).read_bytes())
    return written


@audit.command("checker")
@click.argument("out", type=click.Path(dir_okay=False, path_type=Path))
@json_option("what was written")
@with_appcontext
def checker(out: Path, *, as_json: bool) -> None:
    """Write the program that checks audit bundles to OUT, usually checker.pyz. It needs Python 3.11 or newer and nothing else."""
    content = packing.checker()
    try:
        out.write_bytes(content)
    except OSError as error:
        raise InvalidInput(f"out: {out}: {error.strerror}") from error
    click.echo(json.dumps({"file": str(out), "bytes": len(content)}) if as_json else f"{out} ({len(content)} bytes)")
