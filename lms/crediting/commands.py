"""`lms hours …` and `lms ledger …`: commands for auditors and operators."""

import json
import sys
from pathlib import Path

import click
from flask.cli import with_appcontext

from lms.command_options import json_option
from lms.crediting.rereading import reread
from lms.db import database
from lms.hours import recompute_any_file
from lms.signing.jws_check import NotSigned, is_jws, jws_content
from lms.site_settings import site_settings


@click.group("hours")
def hours() -> None:
    """Hours, recomputed from evidence."""


@hours.command("recompute")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
def recompute(file: Path) -> None:
    """Recompute an evidence bundle or a lifetime record (JSON) and print the result as JSON.

    Of a signed bundle (.jws) the signature is checked first; `signed_by` in the result is the fingerprint of the certificate that signed.
    Needs no database and no settings. If the bundle has problems, exit code 2 and one line for each problem.
    """
    try:
        text, signer = _opened(file.read_text(encoding="utf-8"))
        answer, problems = recompute_any_file(text)
    except NotSigned as error:
        click.echo(f"{file}: the signature {error}", err=True)
        sys.exit(2)
    except (OSError, UnicodeDecodeError) as error:
        click.echo(f"{file}: {error.strerror if isinstance(error, OSError) else 'is not a text in UTF-8'}", err=True)
        sys.exit(2)
    for problem in problems:
        click.echo(f"{file}: {problem}", err=True)
    if answer is None:
        sys.exit(2)
    click.echo(json.dumps(answer | signer, indent=2, ensure_ascii=False))


def _opened(text: str) -> tuple[str, dict[str, str]]:
    """Return the content of a file, and who signed it; nobody signed plain JSON."""
    if not is_jws(text):
        return text, {}
    content, signer = jws_content(text)
    return content.decode(), {"signed_by": signer}


@hours.command("reread")
@click.option("--enrolment", type=int, multiple=True, help="Read the statements of this enrolment only (repeatable).")
@click.option("--dry-run", is_flag=True, help="Only count the statements.")
@json_option()
@with_appcontext
def reread_statements(enrolment: tuple[int, ...], *, dry_run: bool, as_json: bool) -> None:
    """Read stored statements again, and count those that prove more under the present rules than under earlier ones.

    The worker credits them like new statements. A second run finds nothing more.
    """
    public_url = site_settings().public_url
    read = again = 0
    for batch in reread(database(), public_url, enrolment or None, dry=dry_run):
        read, again = read + batch.read, again + batch.again
        if sys.stderr.isatty():
            click.echo(f"\r{read} statements read", nl=False, err=True)
    if sys.stderr.isatty():
        click.echo("\r", nl=False, err=True)
    what = "would count" if dry_run else "wait for the worker"
    click.echo(json.dumps({"statements": read, "again": again}) if as_json else f"{read} statements read, {again} {what}")


@click.group("ledger")
def ledger() -> None:
    """The ledger of credited hours."""
