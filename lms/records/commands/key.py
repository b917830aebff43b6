"""`lms xapi key …`: manage other systems' credentials for the record store."""

import json
import sys
from collections.abc import Sequence
from datetime import datetime
from typing import Any

import click
from flask.cli import with_appcontext

from lms.clock import now
from lms.command_options import json_option
from lms.db import session, transaction
from xapi.errors import XapiError
from xapi.keys import SCOPES, VERSIONS, ApiKey, Refused, add_key, all_keys, first_day, refused_since, revoke_key

PLAIN_SCOPES = ("statements/write", "statements/read/mine")


@click.group("key")
def key() -> None:
    """Credentials for other systems."""


@key.command("add")
@click.option("--name", required=True, help="The system that gets the key; becomes the name of the statements' authority.")
@click.option(
    "--scope",
    "scopes",
    multiple=True,
    default=PLAIN_SCOPES,
    show_default=True,
    help=f"{', '.join(SCOPES)} (repeatable).",
)
@click.option(
    "--default-version",
    default=VERSIONS[0],
    show_default=True,
    help=f"{' or '.join(VERSIONS)}: the version in which requests without one are refused.",
)
@click.option("--trusted", is_flag=True, help="A provider whose durations may count, in programmes that name its key.")
@json_option("key and secret")
@with_appcontext
def add_xapi_key(name: str, scopes: tuple[str, ...], default_version: str, *, trusted: bool, as_json: bool) -> None:
    """Add a key for HTTP Basic. The secret is shown once and not stored."""
    try:
        with transaction() as writing:
            added, secret = add_key(writing, name, scopes, now=now(), trusted=trusted, default_version=default_version)
    except XapiError as error:
        click.echo(str(error), err=True)
        sys.exit(2)
    click.echo(
        json.dumps({"key": added, "secret": secret}) if as_json else f"key    {added}\nsecret {secret}\n(the secret is shown this once)"
    )


@key.command("list")
@json_option("the keys")
@with_appcontext
def list_xapi_keys(*, as_json: bool) -> None:
    """List the keys, the newest first; revoked keys come last. Refusals are those of the last 30 days."""
    refused = refused_since(session(), first_day(now()))
    keys = [_described(row, refused.get(row.key, ())) for row in all_keys(session())]
    if as_json:
        click.echo(json.dumps(keys, ensure_ascii=False))
        return
    if not keys:
        click.echo("No keys yet. Add one with `lms xapi key add`.")
    for one in keys:
        marks = ", ".join([*one["scopes"], one["default_version"], *(["trusted"] if one["trusted"] else [])])
        said = [f"created {one['created']}", f"last used {one['last_used'] or 'never'}"]
        whys = ", ".join(f"{why['reason']} {why['times']}" for why in one["refused"])
        said += [f"refused {whys}"] if whys else []
        said += [f"revoked {one['revoked']}"] if one["revoked"] else []
        click.echo("  ".join([one["key"], f"{one['name']} ({marks})", *said]))


@key.command("revoke")
@click.argument("key")
@with_appcontext
def revoke_xapi_key(key: str) -> None:
    """Revoke KEY permanently. Every process refuses it at once; the statements it stored stay."""
    with transaction() as writing:
        revoked = revoke_key(writing, key, now())
    if not revoked:
        click.echo("KEY: no key that works has this name; see `lms xapi key list`", err=True)
        sys.exit(2)
    click.echo(f"{key} is revoked")


def _described(row: ApiKey, refused: Sequence[Refused]) -> dict[str, Any]:
    plain = {"key": row.key, "name": row.name, "scopes": row.scopes.split()}
    return plain | {
        "default_version": row.default_version,
        "trusted": row.trusted,
        "created": _written(row.created),
        "last_used": _written(row.last_used),
        "revoked": _written(row.revoked),
        "refused": [{"reason": one.reason, "times": one.times, "last": _written(one.last), "said": one.said} for one in refused],
    }


def _written(at: datetime | None) -> str | None:
    return at.isoformat(timespec="seconds") if at else None
