"""Does a new month find its partition ready, without any manual work?"""

import pytest
from flask import Flask

import xapi
from lms.db import database
from lms.records.partitions import SCHEDULE, prepare
from tests.commands import json_of, record_store


def parts(app: Flask) -> int:
    with app.app_context(), database().engine.connect() as connection:
        return len(xapi.storage.partitions.listed(connection))


def test_the_clock_makes_the_months_to_come_once(app: Flask) -> None:
    before = parts(app)
    with app.app_context():
        prepare.run()
        prepare.run()
    on_postgres = before > 0
    assert parts(app) == (before + 2 * (1 + xapi.storage.partitions.AHEAD) if on_postgres else 0)
    assert [entry["task"] for entry in SCHEDULE.values()] == [prepare.name]


@pytest.mark.parametrize("form", [[], ["--json"]])
def test_an_operator_sees_what_there_is(app: Flask, form: list[str]) -> None:
    app.cli.add_command(record_store)
    answer = app.test_cli_runner().invoke(args=["xapi", "partitions", "--ahead", "0", *form])
    assert answer.exit_code == 0
    found = parts(app)
    if form:
        assert [one["made"] for one in json_of(answer)].count(True) == (2 if found else 0)
    else:
        assert ("created now" in answer.stdout) == bool(found)
        assert ("SQLite" in answer.stdout) == (not found)
