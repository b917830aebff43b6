"""The command `lms`. Every command has help; bad input gives exit code 2 and one line for each problem.

Only the requested command is imported, and the application only by commands that need it, because importing everything takes longer
than most commands.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from typing import IO, Any

import click
from click.exceptions import NoArgsIsHelpError
from flask import Flask
from flask.cli import ScriptInfo
from sqlalchemy.exc import DBAPIError

from lms import garbage
from lms.errors import InvalidInput

# command → its module, and commands that other packages add below it
COMMANDS: dict[str, tuple[str, ...]] = {
    "audit": ("lms.audit.bundle_commands:audit",),
    "beat": ("lms.worker_commands:beat",),
    "certificate": ("lms.certification.commands:certificate", "lms.certification.key_commands:key"),
    "class": (
        "lms.office.commands:class_",
        "lms.office.course_commands:drop_course",
        "lms.office.course_commands:move_course",
        "lms.office.roster_commands:enrol",
        "lms.office.roster_commands:passwords",
    ),
    "course": ("lms.catalogue.commands:course", "lms.workshop.commands:sweep_contents"),
    "db": ("lms.db_commands:db",),
    "demo": ("lms.demo.commands:demo",),
    "hours": ("lms.crediting.commands:hours",),
    "ledger": (
        "lms.crediting.commands:ledger",
        "lms.audit.commands:anchor",
        "lms.crediting.attendance_commands:convert_attendance",
        "lms.audit.commands:verify",
    ),
    "lifetime": ("lms.lifetime.commands:lifetime", "lms.audit.lifetime_commands:verify"),
    "organisation": (
        "lms.accounts.commands:organisation",
        "lms.office.organisation_commands:rename",
        "lms.office.organisation_commands:move",
        "lms.office.organisation_commands:merge",
    ),
    "programme": ("lms.programmes.commands:programme", "lms.office.programme_commands:preview"),
    "serve": ("lms.serve_commands:serve",),
    "transcript": ("lms.transcripts.commands:transcript", "lms.bulk.commands:bulk"),
    "user": ("lms.accounts.commands:user", "lms.privacy.erasure.commands:erase"),
    "worker": ("lms.worker_commands:worker",),
    "xapi": (
        "lms.records.commands:record_store",
        "lms.federation.importing.commands:import_",
        "lms.federation.importing.aside_commands:aside",
        "lms.federation.forwarding.commands:forward",
        "lms.privacy.retention.commands:retention",
    ),
}


def _found(place: str) -> Any:
    module, _colon, name = place.partition(":")
    return getattr(import_module(module), name)


def _app() -> Flask:
    starting, logs = import_module("lms.starting"), import_module("lms.web.logs")
    settings = starting.settings_of_environment()
    logs.configure(settings.log_level)
    starting.demand_schema(settings)
    made: Flask = import_module("lms.app").create_app(settings)
    garbage.look_less_often()
    return made


class Refusal(click.ClickException):
    """A line for each problem, and exit code 2."""

    exit_code = 2

    def show(self, file: IO[Any] | None = None) -> None:
        """Write the lines unchanged."""
        click.echo(self.message, file=file, err=True)


@contextmanager
def _in_one_line() -> Iterator[None]:
    """Turn an error of Click or of the database, which would print a paragraph or a stack trace, into one line for each problem."""
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
    """The group of all commands: every error of a command is reported on one line."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return all names."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Load one command."""
        if cmd_name not in COMMANDS:
            return None
        first, *below = COMMANDS[cmd_name]
        command: click.Command = _found(first)
        for place in below:
            command.add_command(_found(place))  # type: ignore[attr-defined]  # a group, where something is below it
        return command

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
    """Blended-learning LMS and training-hours tracker. Settings come from the environment; docs/operator.md explains them."""


def main() -> None:
    """Run the command line."""
    main_group(obj=ScriptInfo(create_app=_app))
