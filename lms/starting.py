"""Check the settings and the database before a command starts. Each problem gets a line, and the exit code is 2."""

import os
import sys
from typing import NoReturn

import click

from lms.config import Settings, SettingsError, from_env
from lms.db import Database
from lms.migrations import schema
from lms.signing import key as keys
from lms.signing.key import KeyRefused
from lms.signing.words import PROBLEMS


def settings_of_environment(port: int = 8000) -> Settings:
    """Return the settings of this process, or exit."""
    try:
        settings = from_env(os.environ, port=port)
        keys.load(settings)
    except SettingsError as error:
        refuse(error.problems)
    except KeyRefused as error:
        refuse([f"SIGNING_KEY_FILE: {error.file}: {PROBLEMS[error.problem]}"])
    return settings


def demand_schema(settings: Settings) -> None:
    """Refuse to work on an outdated database; no connection stays open for processes that are started next."""
    found = Database(settings.database_url)
    with found.engine.connect() as connection:
        missing = schema.missing(connection)
    found.dispose()
    if missing:
        refuse([f"DATABASE_URL: the database is {missing}"])


def refuse(problems: list[str], code: int = 2) -> NoReturn:
    """Exit with a line for each problem."""
    for problem in problems:
        click.echo(problem, err=True)
    sys.exit(code)
