"""Can analysts also export voided statements, marked, and the data of attachments, once and completely?"""

import csv
import hashlib
import io
import json
import zipfile
from pathlib import Path
from typing import Any

import pytest
from arro3.io import read_parquet
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

import xapi
import xapi.storage.store
from lms import vocabulary as v
from lms.jobs import tasks
from lms.records import attached, export
from tests.commands import json_of
from tests.factories import World, signed_in
from tests.integration.records.exports import ANALYST, fill, ids, run, said, start, store, with_offices, work_through
from xapi.rules.attachments import ReceivedAttachment
from xapi.rules.checking import check_received
from xapi.rules.statement_json import received

DATA = {name: content * 700_000 for name, content in (("a", b"one"), ("b", b"two"), ("c", b"three"))}
SHA2 = {name: hashlib.sha256(content).hexdigest() for name, content in DATA.items()}


@pytest.fixture
def full(world: World) -> World:
    return fill(world)


@pytest.fixture
def office(full: World) -> FlaskClient:
    return with_offices(full)


def bring(world: World, number: int, *names: str) -> None:
    """Store a statement with these attachments' data."""
    listed = [
        {"usageType": "http://x.example/u", "display": {"en": "a"}, "contentType": "image/png", "length": 1, "sha2": SHA2[name]}
        for name in names
    ]
    data = {SHA2[name]: ReceivedAttachment(SHA2[name], len(DATA[name]), io.BytesIO(DATA[name])) for name in names}

    def insert(session: Session) -> None:
        checked = check_received([received(said(number, attachments=listed))], ANALYST, "1.0.3", attached=data)
        xapi.storage.consistency.announce(session, world.clock(), referring=False)
        xapi.storage.store.insert_checked(session, checked, ANALYST, world.clock())

    world.act(insert)
    world.clock.advance(1)


def test_void_statements_come_if_asked_for_and_are_marked(full: World, tmp_path: Path) -> None:
    lines, table, typed = tmp_path / "all.jsonl", tmp_path / "all.csv", tmp_path / "all.parquet"
    for out in (lines, table, typed):
        assert run(full, "export", "--void", "--format", out.suffix[1:], "--out", str(out)).exit_code == 0
    found = {one["statement"]["id"]: one["void"] for one in map(json.loads, lines.read_text().split("\n")[:-1])}
    assert [one for one, void in found.items() if void] == [said(4)["id"]]
    assert len(found) == 8
    rows = list(csv.DictReader(io.StringIO(table.read_text("utf-8-sig"), newline="")))
    assert {row["id"]: row["void"] == "true" for row in rows} == found
    columns = read_parquet(typed).read_all()
    assert {one.as_py(): void.as_py() for one, void in zip(columns["id"], columns["void"], strict=True)} == found


def test_data_of_attachments_is_written_once_for_each_hash(full: World, tmp_path: Path) -> None:
    bring(full, 40, "a", "b")
    bring(full, 41, "b")
    bring(full, 42, "c")
    folder, out = tmp_path / "data", tmp_path / "all.jsonl"
    store(full, [said(43, verb={"id": v.VOIDED}, object={"objectType": "StatementRef", "id": said(42)["id"]})])
    full.clock.advance(1)
    done = run(full, "export", "--out", str(out), "--attachments", str(folder), "--json")
    assert json_of(done)["attachments"] == 2
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == {SHA2[name]: DATA[name] for name in "ab"}
    again = run(full, "export", "--out", str(out), "--void", "--attachments", str(folder), "--json")
    assert json_of(again)["attachments"] == 1, "what is there is not written again"
    assert {path.name for path in folder.iterdir()} == set(SHA2.values())


def test_half_of_an_attachment_never_looks_whole(full: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    bring(full, 40, "a")

    def breaks_off(*_: Any) -> Any:
        yield b"on"
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(attached, "content_of", breaks_off)
        done = run(full, "export", "--out", str(tmp_path / "all.jsonl"), "--attachments", str(tmp_path / "data"))
    assert done.exit_code == 2
    assert list((tmp_path / "data").iterdir()) == []
    assert not (tmp_path / "all.jsonl").exists()


def unzipped(content: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(content)) as file:
        assert file.testzip() is None
        assert len(set(file.namelist())) == len(file.namelist())
        return {name: file.read(name) for name in file.namelist()}


def test_an_office_gets_attachments_in_a_zip_and_void_statements_marked(
    full: World, office: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    bring(full, 40, "a", "b")
    bring(full, 41, "b")
    monkeypatch.setattr(export, "IN_A_PIECE", 2)
    monkeypatch.setattr(tasks, "TURN_SECONDS", -1)
    plain, whole = start(full, office), start(full, office, void="y", attachments="y")
    assert plain != whole
    work_through(full)
    answer = office.get(f"/jobs/{whole}/download")
    assert ".zip" in answer.headers["Content-Disposition"]
    files = unzipped(answer.data)
    (statements,) = [content for name, content in files.items() if name.endswith(".jsonl")]
    found = {one["statement"]["id"]: one["void"] for one in map(json.loads, statements.decode().split("\n")[:-1])}
    assert [one for one, void in found.items() if void] == [said(4)["id"]]
    assert len(found) == 10
    assert {name: content for name, content in files.items() if "/" in name} == {f"attachments/{SHA2[name]}": DATA[name] for name in "ab"}
    assert said(4)["id"] not in ids(office.get(f"/jobs/{plain}/download").text)


def test_an_office_below_gets_no_attachments_of_the_people_above_it(full: World, office: FlaskClient) -> None:
    bring(full, 40, "a")
    county = signed_in(full.app, "county")
    job = start(full, county, attachments="y")
    work_through(full)
    files = unzipped(county.get(f"/jobs/{job}/download").data)
    assert list(files.values()) == [b""]
