"""`lms xapi …`: what does an operator do with the record store on the command line?

Each kind of work is a module of its own; GROUPS lists what they add.
"""

import click

from lms.records.aside_commands import aside
from lms.records.export_commands import export
from lms.records.forward_commands import forward
from lms.records.import_commands import import_
from lms.records.key_commands import key
from lms.records.parked_commands import parked
from lms.records.partitions import partitions
from lms.records.retention_commands import retention

GROUPS: tuple[click.Command, ...] = (key, partitions, parked, export, import_, aside, forward, retention)


@click.group("xapi")
def record_store() -> None:
    """The record store (xAPI)."""


for command in GROUPS:
    record_store.add_command(command)
