"""`lms certificate key …`: the key that signs documents, on the command line."""

import json
import sys
from datetime import UTC
from pathlib import Path
from typing import Any

import click
from flask.cli import with_appcontext
from flask_babel import force_locale

from lms.clock import now
from lms.command_options import json_option
from lms.db import session, transaction
from lms.errors import InvalidInput
from lms.signing import self_signed
from lms.signing.key import DEFAULT_FILE, name_of
from lms.signing.site_key import SiteKey, certificates, revoke, signer_of, site_key
from lms.signing.words import problem_words
from lms.site_settings import site_settings

LONGEST_REASON = 200
SHA256_DIGITS = 64


@click.group("key")
def key() -> None:
    """The key that signs transcripts and certificates."""


@key.command("show")
@json_option("the state of the key")
@with_appcontext
def show(*, as_json: bool) -> None:
    """Say whether documents are signed, with which certificate, and which certificates signed here before.

    Exit code 1 if a key is set up and cannot sign.
    """
    found = site_key()
    said = {**_about(found), "earlier": _earlier(found)}
    if as_json:
        click.echo(json.dumps(said, ensure_ascii=False))
    else:
        _write_lines(found, said)
    sys.exit(1 if found.problem else 0)


def _about(found: SiteKey) -> dict[str, Any]:
    about: dict[str, Any] = {"signs": found.key is not None and found.problem is None}
    about |= {"problem": found.problem and str(found.problem), "file": str(found.file) if found.file else None}
    if found.key is not None:
        whole = found.key.certificate
        until = whole.not_valid_after_utc.isoformat(timespec="seconds")
        about |= {"name": name_of(whole), "sha256": found.key.sha256, "self_signed": found.self_signed, "valid_until": until}
    return about


def _earlier(found: SiteKey) -> list[dict[str, Any]]:
    return [
        {
            "sha256": row.sha256,
            "first_used_at": row.first_used_at.astimezone(UTC).isoformat(timespec="seconds"),
            "revoked_at": row.revoked_at and row.revoked_at.astimezone(UTC).isoformat(timespec="seconds"),
            "reason": row.reason,
        }
        for row in certificates(session())
        if row.sha256 != signer_of(found)
    ]


def _write_lines(found: SiteKey, said: dict[str, Any]) -> None:
    if found.problem is not None:
        with force_locale("en"):
            click.echo(f"{found.file}: {problem_words(found.problem)} Nothing that must be signed can be issued.")
    elif found.key is None:
        click.echo("Documents are not signed: no key is set up (SIGNING_KEY_FILE).")
    if found.key is not None:
        itself = "self-signed" if said["self_signed"] else "issued by an authority"
        click.echo(f"{said['name']} ({itself}), valid until {said['valid_until']}, sha256 {said['sha256']}")
    for one in said["earlier"]:
        state = f"revoked {one['revoked_at']}: {one['reason']}" if one["revoked_at"] else "replaced"
        click.echo(f"earlier: {one['sha256']} since {one['first_used_at']}, {state}")


@key.command("make")
@click.option("--name", required=True, help="The name in the certificate: whose site this is.")
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), help="The file; without it, signing.pem in the data folder.")
@json_option("where it is")
@with_appcontext
def make(name: str, out: Path | None, *, as_json: bool) -> None:
    """Make a self-signed key, for trying signatures out. For real documents, get a certificate from an authority."""
    settings = site_settings()
    file = out or settings.data_dir / DEFAULT_FILE
    if not name.strip() or not name.isprintable() or len(name) > self_signed.LONGEST_NAME:
        raise InvalidInput(f"name: 1 to {self_signed.LONGEST_NAME} characters, in one line")
    try:
        self_signed.write_self_signed(file, name.strip(), now())
    except FileExistsError as error:
        raise InvalidInput(f"out: {file} exists, and a key is never overwritten") from error
    except OSError as error:
        raise InvalidInput(f"out: {file}: {error.strerror}") from error
    click.echo(json.dumps({"file": str(file)}) if as_json else f"{file}: a self-signed key; keep a copy where only you can read it")


@key.command("revoke")
@click.argument("sha256")
@click.option("--reason", required=True, help="Why: it is kept.")
@json_option()
@with_appcontext
def revoke_(sha256: str, reason: str, *, as_json: bool) -> None:
    """Revoke a certificate whose key was stolen: its signatures prove nothing any more. This cannot be undone.

    SHA256 is the fingerprint that `lms certificate key show` prints. Files that were handed out are still recognised by their own
    fingerprints, and are signed with the new key when they are downloaded again.
    """
    if not reason.strip() or len(reason) > LONGEST_REASON or not reason.isprintable():
        raise InvalidInput(f"reason: 1 to {LONGEST_REASON} characters, in one line")
    with transaction() as writing:
        row = revoke(writing, sha256[:SHA256_DIGITS].lower(), reason.strip(), now())
        if row is None:
            raise InvalidInput(f"sha256: this site never signed with {sha256[:SHA256_DIGITS]}")
        at = row.revoked_at
    when = at.astimezone(UTC).isoformat(timespec="seconds") if at else ""
    click.echo(json.dumps({"sha256": row.sha256, "revoked_at": when}) if as_json else f"{row.sha256}: revoked {when}")
