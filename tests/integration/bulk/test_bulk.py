"""Does an office get the documents of many people in one file: complete, each once, and only those that it may see?"""

import io
import json
import os
import signal
import subprocess
import sys
import time
import zipfile
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pypdf
import pytest
from flask.testing import FlaskClient
from python_calamine import CalamineWorkbook
from sqlalchemy import update

from lms.bulk import job as bulk_job
from lms.bulk import selection
from lms.bulk.commands import bulk as command
from lms.classes.models import Enrolment, TrainingClass
from lms.crediting.models import VALID, Certificate
from lms.jobs.models import CANCELLED, DONE, RUNNING
from lms.web import spreadsheet
from lms.web.spreadsheet import Book
from tests.access import form_token
from tests.factories import signed_in
from tests.integration.bulk.conftest import Bulk, index_of

PDF = "学时证明"
# Makes four pieces, and waits when the fifth is stored and not yet counted, so that the kill need not be quick.
WORKER = """
import sys, time, lms.bulk.selection, lms.jobs.tasks
from lms.jobs import queue
from lms.app import create_app
from tests.factories import settings_for
from pathlib import Path
lms.bulk.selection.AT_ONCE, lms.jobs.tasks.TURN_SECONDS = 1, 600
advance = queue.advance
queue.advance = lambda job, number, *rest: time.sleep(600) if number > 4 else advance(job, number, *rest)
app = create_app(settings_for(sys.argv[1], Path(sys.argv[2])))
with app.app_context():
    lms.jobs.tasks.work.run()
"""


def begin(client: FlaskClient, status: int = 302, **form: str) -> str:
    answer = client.post("/office/bulk/", data={"csrf_token": form_token(client), "what": "transcripts", **form})
    assert answer.status_code == status, answer.text
    return str(answer.text)


def test_everybody_of_an_office_is_in_the_file_once_in_folders_by_city_school_and_class(bulk: Bulk, clerk: FlaskClient) -> None:
    begin(clerk, of="area")
    bulk.finish()
    archive, rows = bulk.result(), index_of(bulk.result())
    files = [name for name in archive.namelist() if name.endswith(".pdf")]
    assert sorted(files) == sorted(str(row[PDF]) for row in rows)
    assert len(files) == len(set(files)) == len(bulk.everybody()) == 7
    assert {int(name.rpartition("-")[2].removesuffix(".pdf")) for name in files} == set(bulk.everybody())
    folders = {name.rpartition("/")[0] for name in files}
    assert "第0市教育局" not in str(folders)
    assert {folder.split("/")[0] for folder in folders} == {"第1市教育局", "第2市教育局"}
    assert {folder.split("/")[1] for folder in folders} == {"中心学校 school0", "中心学校 school1", "a_b_ _CON_ _"}
    assert {folder.split("/")[2] for folder in folders} == {"在线教学能力提升 k1 班 k1", "第二班 k2"}


def test_the_index_names_person_school_class_state_and_hours_as_the_pdf_does(bulk: Bulk, clerk: FlaskClient) -> None:
    begin(clerk, of="classes", codes="k1")
    bulk.finish()
    archive = bulk.result()
    (own,) = [row for row in index_of(archive) if str(row[PDF]).endswith(f"-{bulk.world.enrolment_id}.pdf")]
    assert (own["姓名"], own["学校"], own["班级编号"], own["状态"], own["在线已认定学时"]) == ("王秀兰", "中心学校", "k1", "培训中", 0.5)
    printed = "".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(archive.read(str(own[PDF])))).pages)
    assert "0.5 学时" in printed
    assert "中心学校" in printed
    assert "13800000001" not in str(index_of(archive)), "user names that are telephone numbers are masked"


def test_an_office_gets_its_own_teachers_wherever_they_are_trained_and_nobody_else(bulk: Bulk) -> None:
    county = signed_in(bulk.world.app, "county")
    begin(county, of="area")
    bulk.finish()
    found = {int(str(row[PDF]).rpartition("-")[2].removesuffix(".pdf")) for row in index_of(bulk.result())}
    assert found == set(bulk.county_people)
    assert "k1" in begin(county, 422, of="classes", codes="k1"), "the class belongs to a provider of another office"


def test_what_cannot_be_made_is_said_and_nothing_starts(bulk: Bulk, clerk: FlaskClient) -> None:
    for form in ({"of": "classes", "codes": "k1, nobody"}, {"of": "classes"}, {"of": "programme", "programme": "999"}, {}):
        assert "没有启动" in begin(clerk, 422, **form)
    bulk.world.act(lambda session: session.execute(update(TrainingClass).values(following_after=0)))
    assert "正在重新计算" in begin(clerk, 422, of="area")
    assert bulk.job() is None


def test_the_same_request_is_one_job_and_can_be_cancelled(bulk: Bulk, clerk: FlaskClient) -> None:
    begin(clerk, of="area")
    begin(clerk, of="area")
    number = bulk.job().id
    clerk.post(f"/jobs/{number}/cancel", data={"csrf_token": form_token(clerk)})
    assert bulk.job().state == CANCELLED
    assert not bulk.turn()


def test_a_killed_worker_leaves_neither_gaps_nor_doubles(bulk: Bulk, clerk: FlaskClient) -> None:
    begin(clerk, of="area")
    settings = bulk.world.app.extensions["settings"]
    worker = subprocess.Popen([sys.executable, "-c", WORKER, settings.database_url, str(settings.data_dir)], cwd=Path(__file__).parents[3])
    end = time.monotonic() + 200
    while bulk.job().pieces < 2:
        assert worker.poll() is None
        assert time.monotonic() < end
        time.sleep(0.02)
    os.kill(worker.pid, signal.SIGKILL)
    worker.wait()
    left = bulk.job()
    assert left.state == RUNNING
    assert left.pieces >= 2
    folder = Path(settings.storage_url.removeprefix("file://")) / "jobs" / str(left.id)
    before = {path.name: path.stat().st_mtime_ns for path in folder.iterdir() if int(path.name.partition("-")[2]) < left.pieces}
    bulk.world.clock.at = datetime.now(UTC)
    assert not bulk.turn(), "the lost worker still holds its lease"
    bulk.world.clock.at += timedelta(minutes=3)
    while bulk.job().state != DONE:
        assert {name: (folder / name).stat().st_mtime_ns for name in before} == before, "no finished piece is made again"
        assert bulk.turn()
    numbers = [int(str(row[PDF]).rpartition("-")[2].removesuffix(".pdf")) for row in index_of(bulk.result())]
    assert sorted(numbers) == bulk.everybody()
    files = [name for name in bulk.result().namelist() if name.endswith(".pdf")]
    assert len(files) == len(set(files)) == 7


def test_a_damaged_account_stops_nobody_else(bulk: Bulk, clerk: FlaskClient) -> None:
    """Its row says why there is no file."""
    bulk.world.act(lambda session: damage(session, bulk.world.enrolment_id))
    begin(clerk, of="area")
    bulk.finish()
    rows = index_of(bulk.result())
    (without,) = [row for row in rows if not row[PDF]]
    assert len(rows) == 7
    assert "lms ledger verify" in str(without["问题"])


def damage(session, enrolment_id: int) -> None:  # type: ignore[no-untyped-def]
    enrolment = session.get_one(Enrolment, enrolment_id)
    enrolment.certified_at = datetime(2026, 3, 2, tzinfo=UTC)
    facts = {"requirements": []}
    session.add(
        Certificate(
            number="2026-AAAA-AAAA-AAAA",
            version=1,
            enrolment_id=enrolment_id,
            class_id=enrolment.class_id,
            state=VALID,
            facts=facts,
            person={"name": "王秀兰", "school": "中心学校"},
            rules={},
            salt="0",
            person_sha256="0",
            bundle=b"damaged",
            bundle_sha256="0",
            issued_at=enrolment.certified_at,
        )
    )


def test_the_command_continues_where_it_stopped(bulk: Bulk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    out = tmp_path / "out" / "all.zip"
    out.parent.mkdir()
    made: list[int] = []

    def stopped(order, piece):  # type: ignore[no-untyped-def]
        if made:
            raise KeyboardInterrupt
        made.append(len(piece))
        return original(order, piece)

    original = bulk_job.make
    runner = bulk.world.app.test_cli_runner()
    bulk.world.app.cli.add_command(command)
    monkeypatch.setattr(selection, "AT_ONCE", 4)
    monkeypatch.setattr(bulk_job, "make", stopped)
    assert runner.invoke(args=["bulk", "--out", str(out)]).exit_code != 0
    parts = out.with_name("all.zip.parts")
    assert [path.name for path in parts.glob("*.zip")] == ["0.zip"]
    assert not out.exists()
    other = runner.invoke(args=["bulk", "--class", "k1", "--out", str(out)])
    assert "parts of another export" in str(other.exception)
    monkeypatch.setattr(bulk_job, "make", original)
    answer = runner.invoke(args=["bulk", "--out", str(out), "--json"])
    assert answer.exit_code == 0, answer.output
    assert json.loads(answer.output.splitlines()[-1])["people"] == 7
    assert not parts.exists()
    assert len(index_of(zipfile.ZipFile(out))) == 7


def test_an_index_of_more_people_than_a_sheet_holds_goes_on_in_further_sheets(
    bulk: Bulk, clerk: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(spreadsheet, "ROWS_OF_A_SHEET", 3, raising=False)
    begin(clerk, of="area")
    bulk.finish()
    book = CalamineWorkbook.from_filelike(io.BytesIO(bulk.result().read("索引.xlsx")))
    rows = {name: book.get_sheet_by_name(name).to_python() for name in book.sheet_names}
    assert {name: len(one) - 1 for name, one in rows.items()} == {"索引": 3, "索引 2": 3, "索引 3": 1}
    assert len({tuple(one[0]) for one in rows.values()}) == 1, "each sheet has the heads"


def test_an_index_of_nobody_has_its_heads(bulk: Bulk) -> None:
    book = Book(bulk.world.clock())
    book.sheets("s", ["h"], iter(()))
    assert CalamineWorkbook.from_filelike(io.BytesIO(book.content())).get_sheet_by_name("s").to_python() == [["h"]]
