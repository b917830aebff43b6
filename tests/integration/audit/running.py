"""Run a command of `lms` on a world."""

from click.testing import Result

from lms.cli import main_group
from tests.factories import World


def run(world: World, *words: str) -> Result:
    return world.app.test_cli_runner().invoke(main_group, list(words))
