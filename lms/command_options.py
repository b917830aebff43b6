"""The options that many commands have, in the same words for each."""

from collections.abc import Callable
from typing import Any

import click

Decorator = Callable[[Callable[..., Any]], Callable[..., Any]]


def json_option(what: str = "the result") -> Decorator:
    """Return the option `--json`, which prints `what` as JSON."""
    return click.option("--json", "as_json", is_flag=True, help=f"Print {what} as JSON.")


def dry_run_option(what: str) -> Decorator:
    """Return the option `--dry-run`, which changes nothing and only says `what`."""
    return click.option("--dry-run", is_flag=True, help=f"Only say {what}.")


def yes_option() -> Decorator:
    """Return the option `--yes`, which answers the command's question."""
    return click.option("--yes", is_flag=True, help="Do not ask.")
