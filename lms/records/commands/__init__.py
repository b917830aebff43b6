"""`lms xapi …`: an operator's commands for the record store.

Each module has the commands of one subject; GROUPS lists them. `lms.cli` adds the commands of other packages.
"""

import click

from lms.records.commands.export import export
from lms.records.commands.key import key
from lms.records.commands.parked import parked
from lms.records.partitions import partitions

GROUPS: tuple[click.Command, ...] = (key, partitions, parked, export)


@click.group("xapi")
def record_store() -> None:
    """The record store (xAPI)."""


for command in GROUPS:
    record_store.add_command(command)
