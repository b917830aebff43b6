"""Do analysts get every statement, once, in a file that is either complete or absent?"""

import csv
import gzip
import io
import json
import re
import uuid
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from arro3.io import read_parquet
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

import xapi
import xapi.storage.store
from lms import vocabulary as v
from lms.jobs import tasks
from lms.jobs.models import Job
from lms.records import export, formats, selection
from tests.commands import json_of
from tests.factories import World, signed_in
from tests.integration.records.exports import FORMULA, fill, ids, run, said, start, store, with_offices, work_through


@pytest.fixture
def full(world: World) -> World:
    return fill(world)


@pytest.fixture
def office(full: World) -> FlaskClient:
    return with_offices(full)


def test_json_lines_are_the_statements_as_stored_in_order_without_what_is_void(full: World, tmp_path: Path) -> None:
    out = tmp_path / "all.jsonl"
    done = run(full, "export", "--out", str(out), "--json")
    assert done.exit_code == 0, done.output
    lines = out.read_text().split("\n")[:-1]
    stored = full.act(
        lambda session: dict(session.execute(select(xapi.storage.models.StatementRow.id, xapi.storage.models.StatementRow.text)).all())
    )
    assert len(lines) == len(stored) - 1 == 7
    assert set(lines) < set(stored.values())
    assert said(4)["id"] not in ids(out.read_text())
    moments = [json.loads(line)["stored"] for line in lines]
    assert moments == sorted(moments)
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith(".")] == []


def test_one_export_begins_where_the_last_one_ended(full: World, tmp_path: Path) -> None:
    first, second = tmp_path / "1", tmp_path / "2"
    until = json_of(run(full, "export", "--out", str(first), "--json"))["until"]
    store(full, [said(20)])
    full.clock.advance(1)
    assert run(full, "export", "--out", str(second), "--since", until).exit_code == 0
    assert ids(second.read_text()) == [said(20)["id"]]


def test_a_spreadsheet_opens_the_csv_and_runs_nothing(full: World, tmp_path: Path) -> None:
    out = tmp_path / "all.csv"
    assert run(full, "export", "--format", "csv", "--out", str(out)).exit_code == 0
    content = out.read_bytes()
    assert content.startswith(b"\xef\xbb\xbf")
    rows = list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline="")))
    assert len(rows) == 7
    cells = [cell for row in rows for cell in row.values()]
    assert not [
        cell for cell in cells if cell.startswith(("=", "+", "@")) or (cell.startswith("-") and not cell[1:].replace(".", "").isdigit())
    ]
    elsewhere = next(row for row in rows if row["object"] == "http://x.example/3")
    assert (elsewhere["actor_account"], elsewhere["score_raw"], elsewhere["stored"]) == (
        "'" + FORMULA,
        "-3.0",
        "2026-03-02T02:16:00.000000Z",
    )
    ours = next(row for row in rows if row["verb"] == v.COMPLETED and row["duration_s"])
    assert (ours["duration_s"], ours["completion"]) == ("900.0", "true")


def test_parquet_has_types_and_the_same_rows(full: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(formats, "BATCH", 3)
    out = tmp_path / "all.parquet"
    assert run(full, "export", "--format", "parquet", "--out", str(out)).exit_code == 0
    table = read_parquet(out).read_all()
    assert table.num_rows == 7
    raw = [cell.as_py() for cell in table["score_raw"]]
    assert [cell for cell in raw if cell is not None] == [0, -1, -2, -3]
    assert table["stored"][-1].as_py() == datetime(2026, 3, 2, 2, 17, tzinfo=UTC)
    assert [cell.as_py() for cell in table["completion"]].count(True) == 1
    assert FORMULA in [cell.as_py() for cell in table["actor_account"]]
    assert json.loads(table["statement"][1].as_py())["verb"]["id"] == v.COMPLETED


@pytest.mark.parametrize(
    ("options", "count"),
    [
        (("--person", "teacher"), 2),
        (("--course", "c1"), 2),
        (("--verb", v.COMPLETED), 5),
        (("--verb", v.COMPLETED, "--person", "teacher"), 1),
        (("--activity", "http://localhost/id/course/c1"), 1),
        (("--since", "2026-03-02T02:16:00Z", "--until", "2026-03-02T02:17:00Z"), 4),
        (("--since", "2026-03-03"), 0),
        (("--until", "2026-03-02T10:16:00"), 2),
    ],
)
def test_what_is_asked_for_is_what_comes(full: World, tmp_path: Path, options: tuple[str, ...], count: int) -> None:
    out = tmp_path / "some.jsonl"
    assert run(full, "export", "--out", str(out), *options).exit_code == 0
    assert len(ids(out.read_text())) == count


def test_a_course_may_have_more_people_than_a_query_has_parameters(full: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real = selection.registrations_of
    monkeypatch.setattr(selection, "registrations_of", lambda *course: [*(uuid.UUID(int=one) for one in range(70_000)), *real(*course)])
    out = tmp_path / "some.jsonl"
    assert run(full, "export", "--out", str(out), "--course", "c1").exit_code == 0
    assert len(ids(out.read_text())) == 2


def test_every_option_that_cannot_be_meant_is_named(full: World, tmp_path: Path) -> None:
    wrong = ("--person", "nobody", "--course", "x9", "--verb", "passed", "--since", "yesterday")
    done = run(full, "export", "--out", str(tmp_path / "x"), *wrong)
    assert done.exit_code == 2
    assert [line.partition(":")[0] for line in done.stderr.splitlines()] == ["since", "person", "course", "verb"]
    assert list(tmp_path.glob("*x*")) == []


def test_half_a_file_never_looks_whole(full: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    out = tmp_path / "all.jsonl"
    out.write_text("the last export\n")

    def breaks_off(texts: Any, file: Any) -> None:
        file.write(next(iter(texts)).text.encode())
        raise OSError(28, "No space left on device")

    monkeypatch.setitem(formats.FORMATS, "jsonl", breaks_off)
    done = run(full, "export", "--out", str(out))
    assert done.exit_code == 2
    assert "No space left on device" in done.stderr
    assert out.read_text() == "the last export\n"
    assert [path.name for path in tmp_path.iterdir() if "jsonl" in path.name] == ["all.jsonl"]


# ── As a job, for an office ──


@pytest.mark.parametrize("form", ["jsonl", "csv", "parquet"])
def test_an_office_exports_in_pieces_what_the_command_exports_at_once(
    full: World, office: FlaskClient, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, form: str
) -> None:
    monkeypatch.setattr(export, "IN_A_PIECE", 2)
    monkeypatch.setattr(tasks, "TURN_SECONDS", -1)
    job = start(full, office, format=form)
    assert start(full, office, format=form) == job, "pressed twice, it is the same job"
    work_through(full)
    out = tmp_path / "whole"
    assert run(full, "export", "--format", form, "--out", str(out)).exit_code == 0
    assert office.get(f"/jobs/{job}/download").data == out.read_bytes()
    state = full.act(lambda session: session.get_one(Job, job))
    assert (state.state, state.done, state.total) == ("done", 7, 7)


def test_an_office_below_gets_nothing_of_the_people_above_it(full: World, office: FlaskClient) -> None:
    county = signed_in(full.app, "county")
    job = start(full, county)
    work_through(full)
    assert county.get(f"/jobs/{job}/download").data == b""
    county.get("/jobs/")  # says that the export has started, once
    refused = county.post("/records/export", data={"format": "csv", "person": "teacher"})
    assert refused.status_code == 422
    unknown = county.post("/records/export", data={"format": "csv", "person": "nobody"})
    assert said_to(refused, "teacher") == said_to(unknown, "nobody"), "it is not told who is elsewhere"
    assert full.client().get("/records/export").status_code == 403


def said_to(answer: TestResponse, asked: str) -> str:
    """Return a page without whom it was asked for and without the form's token, which has the second it was made in."""
    token = re.search('name="csrf-token" content="([^"]+)"', answer.text)
    assert token
    return answer.text.replace(asked, "").replace(token[1], "")


def test_a_worker_killed_between_two_pieces_leaves_them_to_the_next(
    full: World, office: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(export, "IN_A_PIECE", 2)
    monkeypatch.setattr(tasks, "TURN_SECONDS", -1)
    job = start(full, office)
    with full.app.app_context():
        tasks.work.run()
    store(full, [said(30)])
    full.clock.advance(1)
    work_through(full)
    found = ids(office.get(f"/jobs/{job}/download").text)
    assert len(found) == len(set(found)) == 7, "what came after the plan is the next export's"


def test_pieces_are_lines_whatever_the_statements_hold(full: World) -> None:
    with full.app.app_context():
        plan = export.KINDS["statements"].plan({"path": "/", "format": "jsonl"})
        order = export.JobOrder({"path": "/", "format": "jsonl"}, full.clock())
        made = gzip.decompress(export.KINDS["statements"].make(order, plan[0])).decode()
    assert len(made.split("\n")) == 8
    assert "\u2028" in made
