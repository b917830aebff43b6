"""Does each command that lists something say so when there is nothing to list?"""

from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from flask import Flask
from flask.cli import ScriptInfo

from lms.app import create_app
from lms.cli import main_group
from tests.architecture.commands import COMMANDS
from tests.commands import json_of
from tests.factories import settings_for

LISTS = {
    *(name for name in COMMANDS if name.endswith(" list")),
    "lms course libraries",
    "lms xapi parked",
    "lms xapi aside",
    "lms xapi partitions",
}
FORWARD = "xapi forward add --name north --endpoint http://127.0.0.1:9/xapi --key k --secret s --internal"


@pytest.fixture
def empty(sqlite_url: str, tmp_path: Path) -> Iterator[Flask]:
    """A site on which nothing has been added yet."""
    made = create_app(settings_for(sqlite_url, tmp_path))
    yield made
    made.extensions["db"].dispose()


def run(app: Flask, words: str) -> Result:
    answer = CliRunner().invoke(main_group, words.split(), obj=ScriptInfo(create_app=lambda: app), prog_name="lms")
    assert answer.exit_code == 0, answer.output
    return answer


def says_that_there_is_nothing(answer: Result) -> bool:
    return answer.stdout.startswith(("No ", "Nothing ", "SQLite keeps all statements in one table")) and answer.stdout.count("\n") == 1


@pytest.mark.parametrize("command", sorted(LISTS))
def test_an_empty_list_says_that_it_is_empty_and_is_an_empty_array_to_a_program(empty: Flask, command: str) -> None:
    words = command.removeprefix("lms ")
    assert says_that_there_is_nothing(run(empty, words))
    assert json_of(run(empty, f"{words} --json")) == []


@pytest.mark.parametrize("words", ["class list --open", "course list --search 写作", "xapi forward letters north"])
def test_a_list_without_a_match_says_so(empty: Flask, words: str) -> None:
    run(empty, FORWARD)
    assert says_that_there_is_nothing(run(empty, words))
    assert json_of(run(empty, f"{words} --json")) == []


def test_retention_says_that_nothing_is_old_enough(sqlite_url: str, tmp_path: Path) -> None:
    app = create_app(settings_for(sqlite_url, tmp_path, statements_kept_months=3))
    assert says_that_there_is_nothing(run(app, "xapi retention"))
    app.extensions["db"].dispose()
