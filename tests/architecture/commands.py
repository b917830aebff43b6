"""Every command of `lms`, as it is written in the documentation."""

from collections.abc import Iterator

import click

from lms.cli import main_group


def commands(command: click.Command = main_group, path: str = "lms") -> Iterator[tuple[str, click.Command]]:
    """Yield every command that does something, under its full name."""
    if isinstance(command, click.Group):
        context = click.Context(command)
        for name in command.list_commands(context):
            below = command.get_command(context, name)
            assert below is not None
            yield from commands(below, f"{path} {name}")
    else:
        yield path, command


COMMANDS = dict(commands())
