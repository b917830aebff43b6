"""With which settings does a command of ours start, and is the database fit for it? What is wrong is told, a line each, exit code 2."""

import os
import sys
from typing import NoReturn

import click

from lms.config import Settings, SettingsError, from_env
from lms.db import Database
from lms.migrations import schema


def settings_of_environment(port: int = 8000) -> Settings:
    """Return the settings of this process, or end it."""
    try:
        return from_env(os.environ, port=port)
    except SettingsError as error:
        refuse(error.problems)


def demand_schema(settings: Settings) -> None:
    """Refuse to work on a database that is behind; no connection is left over for the processes started next."""
    found = Database(settings.database_url)
    with found.engine.connect() as connection:
        missing = schema.missing(connection)
    found.dispose()
    if missing:
        refuse([f"DATABASE_URL: the database is {missing}"])


def refuse(problems: list[str], code: int = 2) -> NoReturn:
    """End this process with a line for each problem."""
    for problem in problems:
        click.echo(problem, err=True)
    sys.exit(code)
