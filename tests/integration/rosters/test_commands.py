"""Does `lms class enrol` report the outcome of a list, and follow its options about other names?"""

from pathlib import Path
from typing import Any

import pytest
from click.testing import Result
from flask.cli import ScriptInfo
from sqlalchemy import select

from lms.accounts.models import Person
from lms.cli import main_group
from tests.commands import json_of
from tests.factories import World


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    return sqlite_url


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A list that calls the known teacher by another name, and has a problem."""
    found = tmp_path / "list.csv"
    found.write_text("姓名,用户名,类别\n王秀蓝,teacher,小学\n林静宜,lin,高中\n", encoding="utf-8")
    return found


def enrol(world: World, file: Path, *options: str) -> Result:
    runner = world.app.test_cli_runner()
    return runner.invoke(main_group, ["class", "enrol", "k1", str(file), "--json", *options], obj=ScriptInfo(create_app=lambda: world.app))


def told(done: Result) -> dict[str, Any]:
    found: dict[str, Any] = json_of(done)
    return found


def test_each_problem_is_told_with_its_code_name_and_value(world: World, file: Path) -> None:
    problems = told(enrol(world, file, "--partly"))["problems"]
    assert [(one["line"], one["field"], one["code"], one["name"], one["value"]) for one in problems] == [
        (2, "username", "left-out", "王秀蓝", "teacher"),
        (3, "track", "track", "林静宜", "高中"),
    ]
    assert "should be" in problems[1]["problem"]


def test_without_partly_nobody_is_enrolled_and_a_dry_run_says_the_same(world: World, file: Path) -> None:
    for options in ((), ("--dry-run",), ("--names", "change")):
        done = enrol(world, file, *options)
        assert done.exit_code == 2
        assert "line 3: track: should be" in done.stderr


@pytest.mark.parametrize(("choice", "renamed", "name"), [("keep", 0, "王秀兰"), ("change", 1, "王秀蓝")])
def test_another_name_is_kept_or_changed_as_asked_and_first_in_a_dry_run(
    world: World, file: Path, choice: str, renamed: int, name: str
) -> None:
    def known() -> str:
        found: str = world.act(lambda session: session.scalars(select(Person.name).where(Person.username == "teacher")).one())
        return found

    assert told(enrol(world, file, "--partly", "--names", choice, "--dry-run"))["renamed"] == renamed
    assert known() == "王秀兰"
    assert told(enrol(world, file, "--partly", "--names", choice))["there"] == 1
    assert known() == name
