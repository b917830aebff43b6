"""`lms`: what can be done on the command line? One group; every command has help, and exit 2 with one line per problem on bad input."""

import json
import os
import sys
from typing import NoReturn

import click
from flask import Flask, current_app
from flask.cli import ScriptInfo, with_appcontext
from flask_babel import force_locale
from granian import Granian
from granian.constants import Interfaces
from granian.log import LogLevels
from sqlalchemy import select

import xapi
from lms.accounts.models import ROLES, Organisation, Person
from lms.accounts.passwords import problem_of, set_password
from lms.accounts.people import add_person
from lms.app import create_app
from lms.catalogue.commands import course
from lms.clock import now
from lms.config import Settings, SettingsError, from_env
from lms.crediting.commands import hours, ledger
from lms.db import Database, database, transaction
from lms.demo.commands import demo
from lms.errors import InvalidInput
from lms.programmes.commands import programme
from lms.records.commands import record_store
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
    return create_app(settings)


def _refuse(problems: list[str]) -> NoReturn:
    for problem in problems:
        click.echo(problem, err=True)
    sys.exit(2)


@click.group("lms", context_settings={"help_option_names": ["-h", "--help"]})
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
        log_level=LogLevels.warning,
        respawn_failed_workers=True,
    )
    server.serve()


def _demand_schema(settings: Settings) -> None:
    """Refuse to serve a database that is behind; no connection is left over for the processes started next."""
    found = Database(settings.database_url)
    with found.engine.connect() as connection:
        missing = schema.missing(connection)
    found.dispose()
    if missing:
        _refuse([f"DATABASE_URL: the database is {missing}"])


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
@with_appcontext
def upgrade() -> None:
    """Create or bring up to date every table. Run again it does nothing."""
    schema.upgrade(database().engine)
    with database().writing() as connection:
        xapi.partitions.prepare(connection, now())
    click.echo("The database is up to date.")


@main_group.group()
def user() -> None:
    """People who can sign in."""


@user.command("add")
@click.argument("username")
@click.option("--name", required=True, help="The person's name, as printed on transcripts.")
@click.option("--role", "roles", multiple=True, default=["teacher"], show_default=True, help=f"{', '.join(ROLES)} (repeatable).")
@click.option("--organisation", help="Code of the organisation the person belongs to.")
@click.option("--password", envvar="LMS_PASSWORD", help="Better given by LMS_PASSWORD or typed; without one it is asked for.")
@click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")
@with_appcontext
def add_user(username: str, name: str, roles: tuple[str, ...], organisation: str | None, password: str | None, *, as_json: bool) -> None:
    """Add somebody who can sign in."""
    if password is None:
        password = click.prompt("Password", hide_input=True, confirmation_prompt=True)
    try:
        with transaction() as writing:
            belongs = writing.scalar(select(Organisation).where(Organisation.code == organisation)) if organisation else None
            if organisation and belongs is None:
                raise InvalidInput("", [f"organisation: {organisation!r} is not known"])
            person = add_person(writing, username, name, roles, password=password, organisation=belongs)
    except InvalidInput as error:
        _refuse(error.problems)
    added = {"id": person.id, "username": person.username, "roles": list(roles)}
    click.echo(json.dumps(added) if as_json else f"Added {person.username} ({', '.join(roles)}) with id {person.id}")


@user.command("password")
@click.argument("username")
@click.option("--password", envvar="LMS_PASSWORD", help="Better given by LMS_PASSWORD or typed; without one it is asked for.")
@with_appcontext
def change_password(username: str, password: str | None) -> None:
    """Set somebody's password; they are signed out everywhere."""
    if password is None:
        password = click.prompt("Password", hide_input=True, confirmation_prompt=True)
    with force_locale("en"):
        problem = problem_of(password, username)
    if problem:
        _refuse([f"password: {problem}"])
    with transaction() as writing:
        person = writing.scalar(select(Person).where(Person.username == username))
        if person is not None:
            set_password(person, password)
    if person is None:
        _refuse([f"username: {username!r} is not known"])
    click.echo(f"{person.username} has a new password")


for group in (course, demo, hours, ledger, programme, record_store, transcript):
    main_group.add_command(group)


def main() -> None:
    """Run the command line."""
    main_group(obj=ScriptInfo(create_app=_app))
