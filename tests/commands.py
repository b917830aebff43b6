"""The groups of commands as `lms` has them, with what each slice adds, and what a command answered."""

import json
from typing import Any

import click
from click.testing import Result

from lms.cli import main_group

record_store = main_group.get_command(click.Context(main_group), "xapi")
assert record_store is not None


def json_of(result: Result, exit_code: int = 0) -> Any:
    """Return the JSON that a command wrote to its standard output.

    Raises:
        AssertionError: The command ended with another exit code, or wrote something else: says both, and its exception.
    """
    happened = f"exit code {result.exit_code}, exception {result.exception!r}, standard output {result.stdout!r}, error {result.stderr!r}"
    assert result.exit_code == exit_code, happened
    try:
        return json.loads(result.stdout)
    except ValueError:
        raise AssertionError(happened) from result.exception
