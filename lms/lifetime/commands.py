"""`lms lifetime …`: import and list multi-year rules."""

import json
import sys
from pathlib import Path
from typing import Any

import click
from flask.cli import with_appcontext

from courses.strict_json.canonical import digest_of
from lms.clock import now
from lms.command_options import json_option
from lms.db import session, transaction
from lms.errors import InvalidInput
from lms.hours import LifetimeRule
from lms.lifetime import rules
from lms.lifetime.models import LifetimeRuleVersion


@click.group("lifetime")
def lifetime() -> None:
    """Multi-year rules, such as 360 hours in five years, as versioned documents."""


@lifetime.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@json_option()
@with_appcontext
def import_rule(file: Path, *, as_json: bool) -> None:
    """Import a multi-year rule (TOML) as a new version.

    The same content again changes nothing. Exit code 2 and one line for each problem if the rule is wrong.
    """
    text = _text(file)
    with transaction() as writing:
        imported = rules.import_toml(writing, text, now())
        found = _about(imported.version) | {"new": imported.new}
    state = "new" if imported.new else "unchanged"
    click.echo(json.dumps(found) if as_json else f"{found['code']} version {found['version']} ({state}) {found['sha256']}")


@lifetime.command("check")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@json_option()
def check_rule(file: Path, *, as_json: bool) -> None:
    """Check a multi-year rule (TOML) without importing it. Needs no database."""
    raw, rule = rules.checked(_text(file))
    said = {"code": rule.code, "sha256": digest_of(raw)}
    click.echo(json.dumps(said) if as_json else f"{file}: is a sound rule {rule.code} ({said['sha256']})")


@lifetime.command("list")
@json_option("the list")
@with_appcontext
def list_rules(*, as_json: bool) -> None:
    """List the newest version of every multi-year rule."""
    found = [(one, rules.rule_of(one)) for one in rules.newest_versions(session())]
    if as_json:
        click.echo(json.dumps([_about(version) | {"name": rule.name.zh} for version, rule in found], ensure_ascii=False))
        return
    if not found:
        click.echo(
            "No multi-year rules yet. Import the first one with `lms lifetime import`; `lms lifetime example` prints one to start from."
        )
    for version, rule in found:
        click.echo(f"{rule.code} version {version.number} {rule.name.zh}: {_asked(rule)}")


@lifetime.command("example")
def example() -> None:
    """Print a multi-year rule to start from."""
    click.echo(rules.example(), nl=False)


def _asked(rule: LifetimeRule) -> str:
    return f"{rule.target} hours in {rule.years} years"


def _about(version: LifetimeRuleVersion) -> dict[str, Any]:
    return {"code": version.code, "version": version.number, "sha256": version.sha256}


def _text(file: Path) -> str:
    """Return a file's text; a rule is short, so a long file is refused before anything else is done with it."""
    try:
        if file.stat().st_size > rules.LONGEST_FILE:
            raise InvalidInput("The rule was not read.", [f"{file}: is longer than {rules.LONGEST_FILE} bytes"])
        return file.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        click.echo(f"{file}: is not a text in UTF-8", err=True)
        sys.exit(2)
