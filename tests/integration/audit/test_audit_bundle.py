"""Does the stand-alone checker recompute an audit bundle without this site, and name every tampering with it?"""

import hashlib
import json
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from courses.strict_json.canonical import digest_of
from lms.audit.bundle_commands import audit
from lms.audit.checker.main import main
from lms.audit.models import AuditExport
from tests import signing_keys
from tests.earned_elsewhere import DOCUMENT, approve_hours
from tests.factories import DrivenClock
from tests.integration.certification.conftest import Office, build_office

Files = dict[str, bytes]


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """An export reads through the same queries as transcripts, which are tested on both databases."""
    return sqlite_url


@pytest.fixture
def office(app: Flask, clock: DrivenClock, tmp_path: Path) -> Office:
    """A class with a superseded certificate and its new version, and a key that signs."""
    found = build_office(app, clock)
    app.cli.add_command(audit)
    signing_keys.give(app, signing_keys.make(), tmp_path)
    [first] = found.certify().issued
    found.world.study("more", 1800)
    found.world.credit()
    found.supersede(first)
    approve_hours(found.world)
    return found


def export(office: Office, folder: Path, *options: str) -> Path:
    out = folder / "bundle.zip"
    done = office.world.app.test_cli_runner().invoke(args=["audit", "bundle", "--class", "k1", *options, str(out)])
    assert done.exit_code == 0, done.output
    return out


def checked(path: Path, capsys: pytest.CaptureFixture[str]) -> tuple[int, str]:
    code = main([str(path)])
    out = capsys.readouterr()
    return code, out.out + out.err


def read(path: Path) -> Files:
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def write(path: Path, files: Files, *, manifest: bool = True) -> Path:
    """Write the files again, with a manifest that fits them: the tamperer knows the format."""
    if manifest:
        said = json.loads(files["manifest.json"])
        named = {name: content for name, content in files.items() if not name.startswith("manifest.")}
        said["files"] = {name: hashlib.sha256(content).hexdigest() for name, content in named.items()}
        files = {**files, "manifest.json": json.dumps(said).encode()}
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return path


def test_the_checker_is_one_file_that_needs_python_alone(office: Office, tmp_path: Path) -> None:
    program, bundle = tmp_path / "checker.pyz", export(office, tmp_path)
    assert office.world.app.test_cli_runner().invoke(args=["audit", "checker", str(program)]).exit_code == 0
    alone = subprocess.run([sys.executable, "-I", "-S", program, bundle], capture_output=True, text=True, check=False, cwd=tmp_path)
    assert alone.stderr == ""
    assert (alone.returncode, alone.stdout) == (0, "k1: 2 members, 2 certificates, signature not checked (install cryptography): clean\n")
    broken = write(bundle, change(read(bundle), "certificates.json", lambda rows: rows[0]["facts"].update(hours="41")))
    again = subprocess.run([sys.executable, "-I", "-S", program, broken], capture_output=True, text=True, check=False, cwd=tmp_path)
    assert again.returncode == 1
    assert "what it says was changed after it was issued" in again.stdout


def test_a_bundle_is_clean_and_signed_and_its_export_is_recorded(
    office: Office, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, said = checked(export(office, tmp_path), capsys)
    assert (code, said.splitlines()[-1][-6:]) == (0, " clean")
    assert "signed by" in said
    [row] = office.find(lambda session: session.scalars(select(AuditExport)).all())  # type: ignore[misc]
    assert (row.revealed, row.reason, row.members) == (False, "", 2)


def test_names_are_masked_unless_they_are_revealed_for_a_reason_that_is_kept(
    office: Office, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    masked = b"".join(read(export(office, tmp_path)).values()).decode()
    assert "王秀兰" not in masked
    assert "王**" in masked
    revealed = export(office, tmp_path, "--reveal", "省厅抽查")
    assert "王秀兰" in b"".join(read(revealed).values()).decode()
    assert checked(revealed, capsys)[0] == 0
    kept = office.find(
        lambda session: [(one.revealed, one.reason) for one in session.scalars(select(AuditExport).order_by(AuditExport.id))]
    )
    assert kept == [(False, ""), (True, "省厅抽查")]
    empty = office.world.app.test_cli_runner().invoke(args=["audit", "bundle", "--class", "k1", "--reveal", " ", str(tmp_path / "x.zip")])
    assert empty.exit_code == 1
    assert not (tmp_path / "x.zip").exists()


def change(files: Files, name: str, edit: Callable[[Any], object]) -> Files:
    """Edit one JSON file."""
    document = json.loads(files[name])
    edit(document)
    return {**files, name: json.dumps(document, ensure_ascii=False, indent=1, sort_keys=True).encode()}


def first(files: Files, folder: str) -> str:
    return next(name for name in sorted(files) if name.startswith(folder))


def anchor(files: Files, edit: Callable[[str], str]) -> Files:
    name = first(files, "anchors/")
    return {**files, name: edit(files[name].decode()).encode()}


def rules(rows: list[dict[str, Any]]) -> None:
    """Edit a rule and make its digest fit."""
    rows[0]["document"]["year"] = 1999
    rows[0]["sha256"] = digest_of(rows[0]["document"])


def entry(files: Files, edit: Callable[[dict[str, Any]], object]) -> Files:
    """Edit the hours earned elsewhere."""
    return change(files, "elsewhere.json", lambda found: edit(found["entries"][0]))


TAMPERINGS: dict[str, tuple[Callable[[Files], Files], str]] = {
    "evidence": (
        lambda files: change(files, first(files, "evidence/1.json"), lambda bundle: bundle["observations"].pop()),
        "c1:more stands at 1800 seconds, its evidence gives 0 seconds",
    ),
    "frozen evidence": (
        lambda files: change(files, first(files, "evidence/certificate-"), lambda bundle: bundle["observations"].pop()),
        "its frozen evidence was changed",
    ),
    "a ledger entry": (
        lambda files: change(files, "ledger/1.json", lambda rows: rows[0].update(amount=rows[0]["amount"] + 60)),
        "entry 1 was changed after it was written",
    ),
    "a ledger cut off": (lambda files: change(files, "ledger/1.json", lambda rows: rows.pop()), "its last entry is not the one"),
    "a certificate": (
        lambda files: change(files, "certificates.json", lambda rows: rows[0]["facts"].update(hours="99")),
        "what it says was changed after it was issued",
    ),
    "a certificate's state": (
        lambda files: change(files, "certificates.json", lambda rows: rows[0].update(state="valid")),
        "the register says superseded",
    ),
    "a certificate left out": (lambda files: change(files, "certificates.json", lambda rows: rows.pop()), "and it is missing"),
    "a register row": (
        lambda files: change(files, "register.json", lambda rows: rows[0].update(at="2026-01-01T00:00:00.000000+00:00")),
        "register: entry 1 (issued",
    ),
    "a register row left out": (lambda files: change(files, "register.json", lambda rows: rows.pop(1)), "register: entry 2 is missing"),
    "a rule": (
        lambda files: change(files, "rules.json", lambda rows: rows[0]["document"].update(year=1999)),
        "was changed",
    ),
    "a rule with its digest": (lambda files: change(files, "rules.json", rules), "with another digest"),
    "an anchor": (lambda files: anchor(files, lambda text: text.replace('"entries": ', '"entries": 1', 1)), "its signature does not fit"),
    "an anchor's heads": (
        lambda files: anchor(files, lambda text: text[:-2] + ("1" if text[-2] == "0" else "0") + "\n"),
        "the list of heads is not the one",
    ),
    "a multi-year rule": (
        lambda files: change(files, "elsewhere.json", lambda found: found["rules"][0]["document"]["total"].update(target=36)),
        "multi-year rule five-years-360 version 1 was changed",
    ),
    "the approver of hours earned elsewhere": (
        lambda files: entry(files, lambda one: one["decisions"][0].update(by=one["entered_by"])),
        "hours earned elsewhere 1: it was approved by the person who entered it",
    ),
    "the teacher as the approver": (
        lambda files: entry(files, lambda one: one["decisions"][0].update(by=one["person"])),
        "a decision about it is the person's own",
    ),
    "the teacher as the one who entered": (lambda files: entry(files, lambda one: one.update(entered_by=one["person"])), "for themselves"),
    "a decision left out": (lambda files: entry(files, lambda one: one["decisions"].pop()), "its last decision says proposed"),
    "a decision after the last": (
        lambda files: entry(files, lambda one: one["decisions"].append({**one["decisions"][0], "what": "returned"})),
        "it was approved, and cannot be returned after that",
    ),
    "the document of an entry": (lambda files: entry(files, lambda one: one.update(document="")), "it names no document"),
    "the statement of an entry": (lambda files: entry(files, lambda one: one.update(statement=None)), "do not belong together"),
    "an entry of somebody else": (lambda files: entry(files, lambda one: one.update(enrolment=99)), "belong to nobody in this class"),
}


@pytest.mark.parametrize("what", TAMPERINGS)
def test_each_tampering_is_named_even_if_the_manifest_was_made_to_fit(
    what: str, office: Office, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    tamper, words = TAMPERINGS[what]
    bundle = export(office, tmp_path)
    files = read(bundle)
    files.pop("manifest.jws")
    said = json.loads(files["manifest.json"]) | {"signed_by": ""}
    assert checked(write(bundle, {**files, "manifest.json": json.dumps(said).encode()}), capsys)[0] == 0
    code, found = checked(write(bundle, tamper({**files, "manifest.json": json.dumps(said).encode()})), capsys)
    assert code == 1
    assert words in found, found


def test_hours_earned_elsewhere_name_document_approver_and_decision_and_nobody_by_name(office: Office, tmp_path: Path) -> None:
    found = json.loads(read(export(office, tmp_path))["elsewhere.json"])["entries"][0]
    assert found["document"] == hashlib.sha256(DOCUMENT).hexdigest()
    assert (found["state"], found["hours"], [one["what"] for one in found["decisions"]]) == ("approved", "30.5", ["approved"])
    assert len({found["person"], found["entered_by"], found["decisions"][0]["by"]}) == 3
    assert {"title", "provider", "statement_text"}.isdisjoint(found)


@pytest.mark.parametrize(
    ("edit", "said"),
    [
        (lambda one: one.update(hours="99"), "it is not what its statement says"),
        (lambda one: one.update(provider="另一单位"), "it is not what its statement says"),
        (lambda one: one.update(statement_text=one["statement_text"].replace("30.5", "99")), "its statement was changed"),
    ],
    ids=["amount", "provider", "statement"],
)
def test_a_revealed_entry_is_compared_with_its_statement(
    edit: Callable[[dict[str, Any]], object], said: str, office: Office, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    bundle = export(office, tmp_path, "--reveal", "省厅抽查")
    assert checked(bundle, capsys)[0] == 0
    code, found = checked(write(bundle, entry(read(bundle), edit)), capsys)
    assert code == 1
    assert f"hours earned elsewhere 1: {said}" in found, found


def test_a_file_that_was_changed_added_or_removed_differs_from_the_manifest(
    office: Office, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    bundle = export(office, tmp_path)
    files = read(bundle)
    name = first(files, "evidence/1.json")
    write(bundle, {**files, name: files[name] + b"\n", "more.txt": b"x"} | {}, manifest=False)
    found = checked(bundle, capsys)[1]
    assert f"{name}: is not the file that was exported" in found
    assert "more.txt: is not in the manifest" in found
    write(bundle, {key: content for key, content in files.items() if key != name}, manifest=False)
    assert f"{name}: is missing" in checked(bundle, capsys)[1]


def test_a_signed_manifest_cannot_be_made_to_fit(office: Office, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    bundle = export(office, tmp_path)
    files = read(bundle)
    write(bundle, change(files, "members.json", lambda rows: rows[0].update(name="李**")))
    assert "manifest.json: is not the one that was signed" in checked(bundle, capsys)[1]
    header, content, signature = files["manifest.jws"].decode().split(".")
    broken = f"{header}.{content}.{signature[:-8]}AAAAAAAA".encode()
    write(bundle, {**files, "manifest.jws": broken}, manifest=False)
    assert "manifest.jws: does not fit" in checked(bundle, capsys)[1]
    write(bundle, {name: content for name, content in files.items() if name != "manifest.jws"}, manifest=False)
    assert "manifest.jws: is missing" in checked(bundle, capsys)[1]


@pytest.mark.parametrize("content", [b"", b"PK no zip", b"{}"])
def test_a_file_that_is_no_bundle_is_refused(content: bytes, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "x.zip"
    file.write_bytes(content)
    assert checked(file, capsys)[0] == 2
    assert main([]) == 2
