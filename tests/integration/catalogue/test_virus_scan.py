"""Is an infected upload refused in one sentence, and is it clear what happens while the scanner is away?"""

import socket
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import func, select

from courses.samples import SAMPLES
from lms.catalogue import virus_scan
from lms.catalogue.models import CourseVersion
from lms.catalogue.publish_job import ASSEMBLED
from lms.catalogue.receiving import PUBLISHING
from lms.catalogue.virus_scan import Clean, Infected, NotScanned, scan
from lms.db import transaction
from lms.jobs.kinds import JobOrder, Piece
from lms.lease import TurnLost
from tests.fake_clamd import SIGNATURE, VIRUS, FakeClamd, clamd_on_port, clamd_on_socket
from tests.integration.catalogue.uploading import Outcome, send, sign_in_as, zipped


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """Pages are tested on SQLite alone."""
    return sqlite_url


@pytest.fixture
def scanner() -> Iterator[tuple[FakeClamd, str]]:
    with clamd_on_port() as found:
        yield found


def file(folder: Path, content: bytes) -> Path:
    path = folder / "file"
    path.write_bytes(content)
    return path


def test_a_file_is_scanned_whole_over_a_port_and_over_a_socket(tmp_path: Path, scanner: tuple[FakeClamd, str]) -> None:
    clean, bad = file(tmp_path, b"x" * (3 * virus_scan.PIECE + 1)), tmp_path / "bad"
    bad.write_bytes(b"x" * virus_scan.PIECE + VIRUS)
    fake, address = scanner
    assert scan(address, clean) == Clean()
    assert fake.seen == [clean.read_bytes()]
    assert scan(address, bad) == Infected(SIGNATURE)
    with clamd_on_socket(tmp_path / "clamd.ctl"):
        assert scan(str(tmp_path / "clamd.ctl"), bad) == Infected(SIGNATURE)
        assert scan(str(tmp_path / "clamd.ctl"), file(tmp_path, b"")) == Clean()


@pytest.mark.parametrize(
    "answer",
    [b"", b"\0", b"stream: Can't allocate memory ERROR\0", b"stream: OK and more\0", b"x" * 100_000, b"\xff\0", b"stream:  FOUND\0"],
)
def test_an_answer_that_does_not_say_clean_or_infected_is_no_scan(tmp_path: Path, scanner: tuple[FakeClamd, str], answer: bytes) -> None:
    scanner[0].answer = answer
    assert isinstance(scan(scanner[1], file(tmp_path, b"x")), NotScanned)


def test_a_scanner_that_is_away_silent_or_takes_no_file_of_this_size_has_not_scanned(
    tmp_path: Path, scanner: tuple[FakeClamd, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    path = file(tmp_path, b"x" * 2_000_000)
    assert isinstance(scan(str(tmp_path / "nothing.ctl"), path), NotScanned)
    assert isinstance(scan("127.0.0.1:1", path), NotScanned)
    fake, address = scanner
    fake.most = 1_000_000
    assert isinstance(scan(address, path), NotScanned)
    monkeypatch.setattr(virus_scan, "WAIT_S", 0.1)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        found = scan(f"127.0.0.1:{silent.getsockname()[1]}", file(tmp_path, b"x"), most_s=0.3)
    assert found == NotScanned("TimeoutError: the scan takes too long")
    ticks = iter(range(0, 10_000, 500))
    assert scan(address, file(tmp_path, b"x" * 600_000), clock=lambda: next(ticks)) == NotScanned("TimeoutError: the scan takes too long")


def test_a_scan_may_take_long_and_its_caller_hears_that_it_goes_on(
    tmp_path: Path, scanner: tuple[FakeClamd, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(virus_scan, "STEP_S", 0.2)
    monkeypatch.setattr(virus_scan, "WAIT_S", 0.1)
    heard: list[int] = []
    scanner[0].seconds = 0.6
    pieces = 3
    found = scan(scanner[1], file(tmp_path, b"x" * (pieces * virus_scan.PIECE)), lambda: heard.append(len(scanner[0].seen)))
    assert found == Clean()
    assert heard.count(0) >= pieces, "while the file is sent"
    assert heard.count(1) >= 3, "while the scanner thinks"


def test_a_scan_ends_when_its_caller_has_lost_the_turn(tmp_path: Path, scanner: tuple[FakeClamd, str]) -> None:
    def lost() -> None:
        raise TurnLost

    with pytest.raises(TurnLost):
        scan(scanner[1], file(tmp_path, b"x"), lost)


def test_publishing_renews_its_lease_during_a_scan(app: Flask, scanner: tuple[FakeClamd, str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(virus_scan, "WAIT_S", 0.05)
    kinds, heard = app.extensions["job_kinds"], []

    def make(order: JobOrder, piece: Piece) -> bytes:
        def report(done: int, total: int) -> None:
            heard.append((done, len(scanner[0].seen)))
            order.report(done, total)

        return bytes(kinds[PUBLISHING].make(replace(order, report=report), piece))

    app.extensions["job_kinds"] = {**kinds, PUBLISHING: replace(kinds[PUBLISHING], make=make)}
    scanner[0].seconds = 0.5
    assert upload(app, zipped(SAMPLES[0]), clamd=scanner[1]).status_code == 302
    assert heard.count((ASSEMBLED, 1)) >= 5


def upload(app: Flask, content: bytes, **settings: str) -> Outcome:
    app.extensions["settings"] = replace(app.extensions["settings"], **settings)
    return send(sign_in_as(app, "trainer"), content, "课程.zip")


def versions(app: Flask) -> int:
    with app.app_context(), transaction() as session:
        return session.scalar(select(func.count()).select_from(CourseVersion)) or 0


def test_an_infected_upload_is_refused_with_its_name_and_the_signature_and_nothing_is_kept(
    app: Flask, scanner: tuple[FakeClamd, str]
) -> None:
    answer = upload(app, zipped(SAMPLES[0]) + VIRUS, clamd=scanner[1])
    assert answer.status_code == 422
    assert f"病毒扫描在 课程.zip 中发现了 {SIGNATURE}" in answer.text
    assert versions(app) == 0
    store = app.extensions["storage"]
    assert store.folder is not None
    assert not [path for path in store.folder.rglob("*") if path.is_file() and "jobs" not in path.parts]


def test_a_clean_upload_is_published_after_its_scan(app: Flask, scanner: tuple[FakeClamd, str]) -> None:
    content = zipped(SAMPLES[0])
    assert upload(app, content, clamd=scanner[1]).status_code == 302
    assert scanner[0].seen == [content]


@pytest.mark.parametrize(("away", "status", "there"), [("refuse", 422, 0), ("accept", 302, 1)])
def test_while_the_scanner_is_away_the_setting_decides_and_a_refusal_says_so(app: Flask, away: str, status: int, there: int) -> None:
    answer = upload(app, zipped(SAMPLES[0]), clamd="127.0.0.1:1", clamd_away=away)
    assert (answer.status_code, versions(app)) == (status, there)
    assert ("病毒扫描没能检查 课程.zip" in answer.text) == (away == "refuse")
