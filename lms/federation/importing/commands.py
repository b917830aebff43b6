"""`lms xapi import`: import the statements of another record store."""

import json
import os
import sys
import time
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn

import click
from flask.cli import with_appcontext
from sqlalchemy import func, select

from courses.strict_json.problem import in_english
from lms.command_options import json_option
from lms.config import Settings
from lms.db import database, session, transaction
from lms.egress.address import Address, NotReached, parse_address
from lms.egress.sentences import SENTENCES
from lms.federation.importing.import_run import ImportRun, ImportStopped, counts, prepare
from lms.federation.importing.models import Import, StatementSetAside
from lms.federation.importing.source import opened
from lms.federation.importing.storing import ImportPolicy, own_policy, policy_of_key
from lms.site_settings import site_settings
from xapi.keys import VERSIONS, speaking_for

MOST_STATEMENTS = 5000
ENDED_EARLY = 1


@dataclass(frozen=True, slots=True)
class _ImportRequest:
    """The options of the command."""

    address: Address
    key: str
    secret: str
    version: str
    page_size: int
    from_start: bool


@click.command("import")
@click.option("--from", "url", required=True, help="Address of the other record store, the part before /statements.")
@click.option("--key", required=True, help="Key (user name) that the other store gave; it needs to read statements.")
@click.option("--secret-env", help="Name of the environment variable that has its secret.")
@click.option("--secret-file", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="File that has its secret.")
@click.option("--internal", is_flag=True, help="The store is inside your own network: plain http and private addresses are allowed.")
@click.option("--version", type=click.Choice(VERSIONS), default=VERSIONS[0], show_default=True, help="In which the store is asked.")
@click.option("--page-size", default=500, show_default=True, type=click.IntRange(1, MOST_STATEMENTS), help="Statements in a page.")
@click.option("--as", "provider", help="Key of ours in whose name they are stored: they count as if it sent them now.")
@click.option("--keep-authority", is_flag=True, help="Keep who vouches for a statement over there, unless it is somebody of this site.")
@click.option("--from-start", is_flag=True, help="Read everything again; what is here already does no harm.")
@json_option("how it stands")
@with_appcontext
def import_(  # noqa: PLR0913 - one parameter an option
    *,
    url: str,
    key: str,
    secret_env: str | None,
    secret_file: Path | None,
    internal: bool,
    version: str,
    page_size: int,
    provider: str | None,
    keep_authority: bool,
    from_start: bool,
    as_json: bool,
) -> None:
    """Import the statements of another record store.

    You may stop it at any time: the same command continues from there, and a later run imports newer statements. A statement
    that cannot be stored is reported with the reason and put aside. Exit code 1: it stopped before the end.
    """
    settings = site_settings()
    problems: list[str] = []
    secret = _secret(secret_env, secret_file, problems)
    policy = _policy(settings, url, provider, problems, keep_authority=keep_authority)
    address = _address(url, settings, problems, internal=internal)
    if problems or policy is None or address is None:
        _refuse(problems)
    _run(_ImportRequest(address, key, secret, version, page_size, from_start), policy, as_json=as_json)


def _refuse(problems: Iterable[str], code: int = 2) -> NoReturn:
    for problem in problems:
        click.echo(problem, err=True)
    sys.exit(code)


def _secret(variable: str | None, file: Path | None, problems: list[str]) -> str:
    if (variable is None) == (file is None):
        problems.append("secret: give --secret-env or --secret-file (one of them; a secret on the command line is seen by everybody here)")
        return ""
    found = os.environ.get(variable, "") if variable else file.read_text(encoding="utf-8").strip()  # type: ignore[union-attr]
    if not found or not found.isprintable():
        problems.append("secret: is empty, or has characters that no header can carry")
    return found


def _policy(settings: Settings, url: str, provider: str | None, problems: list[str], *, keep_authority: bool) -> ImportPolicy | None:
    if provider is None:
        return own_policy(url, settings, keep_authority=keep_authority)
    if keep_authority:
        problems.append("as: says whose the statements become, so --keep-authority has no place beside it")
    found = speaking_for(session(), provider, settings.public_url)
    if found is None or not found.allows("statements/write"):
        problems.append("as: no key that works and may write statements is called this; see `lms xapi key list`")
        return None
    return policy_of_key(found, settings)


def _address(url: str, settings: Settings, problems: list[str], *, internal: bool) -> Address | None:
    found = parse_address(url, settings, internal=internal)
    if isinstance(found, Address):
        return found
    problems += [f"from: {in_english(one, SENTENCES)}" for one in found]
    return None


def _run(asked: _ImportRequest, policy: ImportPolicy, *, as_json: bool) -> None:
    with transaction() as writing:
        own = prepare(writing, asked.address, asked.key, asked.page_size, from_start=asked.from_start).id
    problem = ""
    try:
        with opened(asked.address, asked.key, asked.secret, asked.version) as source:
            run = ImportRun(source, own, policy, time.sleep, lambda words: click.echo(words, err=True))
            for done in run.through():
                for one in done.refused:
                    click.echo(f"put aside {one.statement_id or '(no id)'}: {one.reason}", err=True)
                until = f", up to {done.reached}" if done.reached else ""
                click.echo(f"{done.read} read, {done.new} new, {done.aside} put aside{until}", err=True)
    except NotReached as error:
        problem = f"from: {error}"
    except ImportStopped as error:
        problem = f"{error}. Everything imported so far is kept; the same command continues from there."
    _print_result(own, problem, as_json=as_json)


def _print_result(own: int, problem: str, *, as_json: bool) -> None:
    with database().reader() as reading:
        aside = reading.scalar(select(func.count()).where(StatementSetAside.import_id == own)) or 0
        result = counts(reading.get_one(Import, own), aside)
    if as_json:
        click.echo(json.dumps(result))
    elif not problem:
        click.echo(f"All statements are here: {result['read']} read, {result['new']} new, {result['aside']} put aside")
    if problem:
        _refuse([problem], ENDED_EARLY)
