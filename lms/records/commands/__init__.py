"""`lms xapi …`: what does an operator do with the record store on the command line?

Each kind of work is a module of its own; GROUPS lists what they add. `lms.cli` adds what other slices bring.
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
