"""The groups of commands as `lms` has them, with what each slice adds."""

import click

from lms.cli import main_group

record_store = main_group.get_command(click.Context(main_group), "xapi")
assert record_store is not None
