"""`lms`: what can be done on the command line? One group; every command has help, and exit 2 with one line per problem on bad input."""

import logging
import os
import socket
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO, Any, NoReturn

import click
from click.exceptions import NoArgsIsHelpError
from flask import Flask, current_app
from flask.cli import ScriptInfo, with_appcontext
from granian import Granian
from granian.constants import Interfaces
from granian.log import LogLevels
from sqlalchemy.exc import DBAPIError

import xapi
from lms.accounts.commands import organisation, user
from lms.app import create_app
from lms.catalogue.commands import course
from lms.clock import system_clock
from lms.config import Settings, SettingsError, from_env
from lms.crediting.commands import hours, ledger
from lms.db import Database
from lms.demo.commands import demo
from lms.errors import InvalidInput
from lms.programmes.commands import programme
from lms.records.commands import record_store
from lms.records.erase_commands import erase
from lms.transcripts.commands import transcript
from lms.web import logs, schema
from lms.worker import run_beat, run_worker

THREADS = 8


def _settings(port: int = 8000) -> Settings:
    try:
        return from_env(os.environ, port=port)
    except SettingsError as error:
        _refuse(error.problems)


def _app() -> Flask:
    settings = _settings()
    logs.configure(settings.log_level)
    _demand_schema(settings)
    return create_app(settings)


def _demand_schema(settings: Settings) -> None:
    """Refuse to work on a database that is behind; no connection is left over for the processes started next."""
    found = Database(settings.database_url)
    with found.engine.connect() as connection:
        missing = schema.missing(connection)
    found.dispose()
    if missing:
        _refuse([f"DATABASE_URL: the database is {missing}"])


def _refuse(problems: list[str]) -> NoReturn:
    for problem in problems:
        click.echo(problem, err=True)
    sys.exit(2)


class Refusal(click.ClickException):
    """A line for each thing that was wrong, and exit code 2."""

    exit_code = 2

    def show(self, file: IO[Any] | None = None) -> None:
        """Write the lines as they are."""
        click.echo(self.message, file=file, err=True)


@contextmanager
def _in_one_line() -> Iterator[None]:
    """Turn what Click would tell in a paragraph, and what a database would in a stack of calls, into one line a problem."""
    try:
        yield
    except NoArgsIsHelpError:
        raise
    except click.UsageError as error:
        where = error.ctx.command_path if error.ctx else "lms"
        said = " ".join(error.format_message().split())
        raise Refusal(f"{where}: {said} See `{where} --help`.") from None
    except InvalidInput as error:
        raise Refusal("\n".join(error.problems or [error.message])) from None
    except DBAPIError as error:
        said = " ".join(str(error.orig).split())
        raise Refusal(f"DATABASE_URL: the database does not do what is asked of it ({said})") from None


class Commands(click.Group):
    """The group of all commands: whatever goes wrong in one of them is told in a line."""

    def make_context(self, *args: Any, **extra: Any) -> click.Context:
        """Read the options before the command's name."""
        with _in_one_line():
            return super().make_context(*args, **extra)

    def invoke(self, ctx: click.Context) -> object:
        """Run the command."""
        with _in_one_line():
            return super().invoke(ctx)


@click.group("lms", cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="training-hours", message="%(version)s")
def main_group() -> None:
    """Blended-learning LMS and training-hours tracker. Settings come from the environment; README.md names them."""


@main_group.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--port", default=8000, show_default=True, type=click.IntRange(1, 65535), help="Port to listen on.")
@click.option("--workers", default=1, show_default=True, type=click.IntRange(1, 64), help="Web processes; more than one needs REDIS_URL.")
def serve(host: str, port: int, workers: int) -> None:
    """Serve the site. Without REDIS_URL the background worker runs inside this process."""
    settings = _settings(port)
    if workers > 1 and settings.redis_url is None:
        _refuse(["--workers: more than one web process needs REDIS_URL, because without it each would run a background worker of its own"])
    _demand_schema(settings)
    _demand_port(host, port)
    logging.getLogger("_granian").addFilter(lambda record: "seems quite high" not in record.getMessage())  # THREADS is meant
    os.environ.update(PUBLIC_URL=settings.public_url, CONTENT_URL=settings.content_url)  # the processes below know no --port
    click.echo(f"Serving {settings.public_url} (content on {settings.content_url}). Stop with Ctrl+C.")
    server = Granian(
        "lms.wsgi:create",
        address=host,
        port=port,
        interface=Interfaces.WSGI,
        factory=True,
        workers=workers,
        blocking_threads=THREADS,
        log_level=LogLevels.error,  # below that it only advises on its own options
        respawn_failed_workers=True,
    )
    server.serve()


def _demand_port(host: str, port: int) -> None:
    try:
        socket.create_server((host, port), family=socket.AF_INET6 if ":" in host else socket.AF_INET).close()
    except OSError as error:
        _refuse([f"--port: {port} on {host} cannot be listened on ({error.strerror}); choose another"])


@main_group.command()
@click.option("--processes", default=2, show_default=True, type=click.IntRange(1, 64), help="Worker processes.")
@click.option("--beat/--no-beat", default=True, show_default=True, help="Also run the clock of the periodic tasks (one is enough).")
@with_appcontext
def worker(*, processes: int, beat: bool) -> None:
    """Work in the background: credit hours, close silent stretches, make exports. Needs REDIS_URL."""
    _demand_redis()
    run_worker(current_app.extensions["celery"], processes, beat=beat)


@main_group.command()
@with_appcontext
def beat() -> None:
    """Run the clock of the periodic tasks alone, where workers run with --no-beat. Needs REDIS_URL."""
    _demand_redis()
    run_beat(current_app.extensions["celery"])


def _demand_redis() -> None:
    settings: Settings = current_app.extensions["settings"]
    if settings.redis_url is None:
        _refuse(["REDIS_URL: is not set; without it `lms serve` does the background work itself"])


@main_group.group()
def db() -> None:
    """The database."""


@db.command("upgrade")
def upgrade() -> None:
    """Create or bring up to date every table. Run again it does nothing."""
    database = Database(_settings().database_url)
    schema.upgrade(database.engine)
    with database.writing() as connection:
        xapi.partitions.prepare(connection, system_clock())
    database.dispose()
    click.echo("The database is up to date.")


user.add_command(erase)
for group in (course, demo, hours, ledger, organisation, programme, record_store, transcript, user):
    main_group.add_command(group)


def main() -> None:
    """Run the command line."""
    main_group(obj=ScriptInfo(create_app=_app))
