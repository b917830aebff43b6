"""Does importing a document create a version exactly if its content is new?"""

from datetime import date
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import func, select

from lms.db import transaction
from lms.errors import InvalidInput
from lms.programmes import store
from lms.programmes.commands import programme
from lms.programmes.models import Programme, ProgrammeVersion
from tests.integration.programmes.own_documents import NOW, text


def test_the_same_content_is_the_same_version_however_the_file_is_laid_out(app: Flask) -> None:
    with app.app_context(), transaction() as session:
        first = store.import_toml(session, text(), NOW)
        again = store.import_toml(session, "# another comment\n" + text(), NOW)
        assert (first.new, again.new) == (True, False)
        assert first.version is again.version


def test_changed_content_is_the_next_version_and_the_old_one_stays(app: Flask) -> None:
    with app.app_context(), transaction() as session:
        first = store.import_toml(session, text(), NOW).version
        changed = (
            text().replace("hour_minutes = 45", "hour_minutes = 50").replace("effective_from = 2020-01-01", "effective_from = 2021-01-01")
        )
        second = store.import_toml(session, changed, NOW).version
        assert (first.number, second.number) == (1, 2)
        assert (store.document_of(first).policy.hour_minutes, store.document_of(second).policy.hour_minutes) == (45, 50)
        assert store.in_force(session, "rural-lead", 2020, date(2020, 6, 1)) is first
        assert store.in_force(session, "rural-lead", 2020, date(2021, 6, 1)) is second
        assert store.in_force(session, "rural-lead", 2020, date(2019, 6, 1)) is None
        assert store.newest(session) == [second]


def test_a_wrong_document_leaves_nothing_behind(app: Flask) -> None:
    with app.app_context():
        with pytest.raises(InvalidInput) as refused, transaction() as session:
            store.import_toml(session, text().replace("target = 30", "target = 31"), NOW)
        assert any(problem.startswith("$.requirements[0].target") for problem in refused.value.problems)
        with transaction() as session:
            assert session.scalar(select(func.count()).select_from(Programme)) == 0


def test_import_on_the_command_line_exits_2_with_one_line_per_problem(app: Flask, tmp_path: Path) -> None:
    good, bad = tmp_path / "good.toml", tmp_path / "bad.toml"
    good.write_text(text(), encoding="utf-8")
    bad.write_text(text().replace("years = 3", "years = 0").replace("max_rate = 2", "max_rate = 99"), encoding="utf-8")
    runner = app.test_cli_runner()
    done = runner.invoke(programme, ["import", str(good)])
    assert (done.exit_code, done.stdout.startswith("rural-lead 2020 version 1 (new)")) == (0, True)
    assert '"new": false' in runner.invoke(programme, ["import", str(good), "--json"]).stdout
    refused = runner.invoke(programme, ["import", str(bad)])
    assert refused.exit_code == 2
    assert {line.partition(":")[0] for line in refused.stderr.splitlines()} == {"$.policy.max_rate", "$.rules.integrity.years"}
    assert "rural-lead 2020 version 1 乡村首席教师素质提升培训 [lead]" in runner.invoke(programme, ["list"]).stdout
    with app.app_context(), transaction() as session:
        assert session.scalar(select(func.count()).select_from(ProgrammeVersion)) == 1
