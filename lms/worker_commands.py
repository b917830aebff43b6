"""`lms worker` and `lms beat`: run the background work, and check whether this host's processes are alive."""

import sys

import click
from flask import Flask
from flask.cli import ScriptInfo
from sqlalchemy.exc import DBAPIError

from lms.celery_app import run_beat, run_worker
from lms.clock import system_clock
from lms.db import Database
from lms.heartbeat import of_host, problem_of_all, problems_here
from lms.site_settings import settings_of
from lms.starting import refuse, settings_of_environment

NOT_ALIVE = 1


@click.command()
@click.option("--processes", default=2, show_default=True, type=click.IntRange(1, 64), help="Worker processes.")
@click.option("--beat/--no-beat", default=True, show_default=True, help="Also run the clock of the periodic tasks (one is enough).")
@click.option("--check", is_flag=True, help="Say whether the workers of this host and their clock are alive, and exit 1 if not.")
def worker(*, processes: int, beat: bool, check: bool) -> None:
    """Work in the background: credit hours, close silent stretches, make exports. Needs REDIS_URL."""
    if check:
        _check("worker")
    app = _app()
    with app.app_context():
        run_worker(app, processes, beat=beat)


@click.command()
@click.option("--check", is_flag=True, help="Say whether the clock of this host is alive, and exit 1 if not.")
def beat(*, check: bool) -> None:
    """Run only the clock of the periodic tasks, if workers run with --no-beat. Needs REDIS_URL."""
    if check:
        _check("beat")
    app = _app()
    with app.app_context():
        run_beat(app)


def _app() -> Flask:
    app = click.get_current_context().ensure_object(ScriptInfo).load_app()
    if settings_of(app).redis_url is None:
        refuse(["REDIS_URL: is not set; without it `lms serve` does the background work itself"])
    return app


def _check(kind: str) -> None:
    """Exit with 0 if this host's processes of a kind have recently reported that they are alive. This does not load the application.

    It also prints what `/readyz` says about the periodic work of the whole site.
    """
    database, at = Database(settings_of_environment().database_url), system_clock()
    try:
        with database.reader() as session:
            found, all_of_them = problems_here(session, kind, at), problem_of_all(session, at)
    except DBAPIError as error:
        refuse([f"{of_host(kind)}: the database does not answer ({type(error.orig).__name__})"], NOT_ALIVE)
    lines = [f"{name}: {problem or 'ok'}" for name, problem in found.items()]
    lines += [f"the site's periodic work: {all_of_them}"] if all_of_them else []
    if any(found.values()):
        refuse(lines, NOT_ALIVE)
    click.echo("\n".join(lines))
    sys.exit()
