"""Are downloaded files complete, the same every time, and harmless?"""

import io
import zipfile
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pypdf
import pytest
from flask_babel import force_locale
from python_calamine import CalamineWorkbook
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from lms.accounts.models import Organisation, Person
from lms.classes import setup
from lms.classes.models import Enrolment
from lms.db import session as reading
from lms.hours import recompute_file
from lms.printing.typesetting import write_pdf
from lms.signing.site_key import SiteKey
from lms.transcripts import pdf, sheet
from lms.transcripts.commands import transcript as command_group
from lms.transcripts.export import write
from lms.transcripts.transcript import read
from tests.commands import json_of
from tests.factories import World, add_class

pytestmark = pytest.mark.parametrize(
    "database_url", ["sqlite"], indirect=True
)  # files are made from what test_reasons.py and test_earlier.py read on both databases


@pytest.fixture
def studied(world: World) -> World:
    world.study("reading", 1500)
    world.study("gated", 600)
    world.credit()
    world.app.cli.add_command(command_group)
    return world


def made(world: World, form: str, locale: str = "zh_Hans_CN") -> bytes:
    with world.app.app_context(), force_locale(locale):
        return write(reading(), world.enrolment_id, form, world.clock())


def text_of(content: bytes) -> str:
    return "\n".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(content)).pages)


def rename(world: World, name: str) -> None:
    world.act(lambda session: session.execute(update(Person).where(Person.id == world.person_id).values(name=name)))


@pytest.mark.parametrize("form", ["pdf", "xlsx", "json"])
def test_the_same_evidence_at_the_same_moment_gives_the_same_bytes(studied: World, form: str) -> None:
    assert made(studied, form) == made(studied, form)


def test_the_pdf_has_what_an_office_compares(studied: World) -> None:
    content = made(studied, "pdf")
    printed = text_of(content)
    with studied.app.app_context(), force_locale("zh_Hans_CN"):
        transcript = read(reading(), studied.enrolment_id, studied.clock())
    for part in (
        "王秀兰",
        "0.5 学时",
        "40 学时",
        "25 分钟",
        "10 分钟",
        "第 1 页",
        "证据条数",
        "观测记录",
        transcript.bundle_sha256,
        transcript.ledger_head,
    ):
        assert part in printed, part


def set_usernames(world: World, how: str) -> None:
    world.app.extensions["settings"] = replace(world.app.extensions["settings"], transcript_usernames=how)


def test_page_pdf_and_sheet_identify_the_person_alike(studied: World) -> None:
    """School, masked user name, provider, class and days; two teachers of one name are told apart."""
    page = studied.client().get(f"/transcript/{studied.enrolment_id}").text
    book = CalamineWorkbook.from_filelike(io.BytesIO(made(studied, "xlsx"))).get_sheet_by_index(0).to_python()
    printed = "".join(text_of(made(studied, "pdf")).split())  # lines wrap anywhere
    parts = ("王秀兰", "t*****r", "示范培训机构", "在线教学能力提升 k1 班", "2026年3月1日")
    for part in parts:
        assert part in page, part
        assert part.replace(" ", "") in printed, part
        assert any(part in str(row[1]) for row in book), part
    assert "teacher" not in printed


@pytest.mark.parametrize(("how", "shown"), [("whole", True), ("none", False)])
def test_the_user_name_stands_whole_or_not_at_all_where_the_site_says_so(studied: World, how: str, shown: bool) -> None:
    set_usernames(studied, how)
    printed = text_of(made(studied, "pdf"))
    assert ("teacher" in printed, "用户名" in printed) == (shown, shown)


def test_that_only_the_days_of_the_class_count_is_said_where_it_holds(studied: World) -> None:
    assert "之间的时间" not in text_of(made(studied, "pdf"))
    window = {"window_from": datetime(2026, 3, 1, tzinfo=UTC), "window_to": datetime(2026, 7, 1, tzinfo=UTC)}
    studied.act(lambda session: session.execute(update(Enrolment).values(**window)))
    assert "之间的时间" in text_of(made(studied, "pdf"))
    assert "之间的时间" in studied.client().get(f"/transcript/{studied.enrolment_id}").text


def test_the_sheet_of_a_class_has_schools_and_targets_and_prints_on_wide_pages(studied: World) -> None:
    with studied.app.app_context(), force_locale("zh_Hans_CN"):
        row = sheet.class_row(read(reading(), studied.enrolment_id, studied.clock()))
        content = sheet.of_class([row], studied.clock(), "语文 & 数学班")
    head, row = CalamineWorkbook.from_filelike(io.BytesIO(content)).get_sheet_by_index(0).to_python()
    found = dict(zip(head, row, strict=True))
    assert found["学校"] == "示范培训机构"
    asked = next(name for name in found if name.startswith("在线学习") and name.endswith("应完成"))
    assert (found[asked], found[asked.rpartition("：")[0]]) == (40, 0.5)
    with zipfile.ZipFile(io.BytesIO(content)) as book:
        page, whole = book.read("xl/worksheets/sheet1.xml").decode(), book.read("xl/workbook.xml").decode()
    for part in ('orientation="landscape"', 'paperSize="9"', '<pageSetUpPr fitToPage="1"/>', 'fitToHeight="0"', "&amp;P / &amp;N"):
        assert part in page, part
    assert 'name="_xlnm.Print_Titles" localSheetId="0">班!$1:$1<' in whole, "the head row is on every page"
    assert "&amp;L语文 &amp;&amp; 数学班&amp;R2026年3月2日 10:35" in page, "a printed page says of which class and of when it is"


def test_the_pdf_says_its_title_and_language_and_has_a_structure_to_read_aloud(studied: World) -> None:
    reader = pypdf.PdfReader(io.BytesIO(made(studied, "pdf")))
    root: Any = reader.trailer["/Root"]
    assert reader.metadata is not None
    assert "王秀兰" in (reader.metadata.title or "")
    assert root["/Lang"].startswith("zh")
    assert "/StructTreeRoot" in root


def test_the_pdf_in_english_is_english(studied: World) -> None:
    printed = text_of(made(studied, "pdf", "en"))
    assert "Training transcript" in printed
    assert "How hours are credited" in printed


def test_no_amount_in_the_english_pdf_is_broken_over_two_lines(world: World) -> None:
    world.study("reading", 13 * 60 + 45)
    world.credit()
    lines = text_of(made(world, "pdf", "en")).splitlines()
    assert not [line for line in lines if line.strip() in {"s", "min", "hours", "credit hours"}]
    assert any("13 min 45 s" in line for line in lines)
    assert any("40 credit hours" in line for line in lines)


def test_rare_characters_and_markup_are_printed_as_they_are(studied: World) -> None:
    rename(studied, "龘㐂 #set page() *b* $x$ <a>")
    printed = text_of(made(studied, "pdf"))
    assert "#set page() *b* $x$ <a>" in printed
    assert "㐂" in printed


def test_a_character_that_no_font_has_is_printed_as_its_code_and_hinders_nothing(studied: World) -> None:
    rename(studied, "张𠀀三 مرحبا")
    content = made(studied, "pdf")
    assert "张[U+20000]三 " in text_of(content)
    assert text_of(content).count("[U+") == 2, "in the table and at the foot; the Arabic letters are not spelt"
    assert "/StructTreeRoot" in pypdf.PdfReader(io.BytesIO(content)).trailer["/Root"]
    assert made(studied, "pdf") == content


def test_the_sheet_has_the_ledger_and_whose_it_is(studied: World) -> None:
    book = CalamineWorkbook.from_filelike(io.BytesIO(made(studied, "xlsx")))
    assert book.sheet_names == ["学时证明", "学时要求", "学习活动", "学时流水"]
    about = {row[0]: row[1] for row in book.get_sheet_by_name("学时证明").to_python()}
    assert about["姓名"] == "王秀兰"
    ledger: list[list[Any]] = book.get_sheet_by_name("学时流水").to_python()
    assert sum(row[2] for row in ledger[1:]) == 1500
    assert about["学时流水校验码"] == ledger[-1][4]


@pytest.mark.parametrize("name", ["=1+1", "+cmd|' /C calc'!A0", "-2+3", "@SUM(A1)", "\t=1", "＝1+1", "https://x.example", "{=1}"])
def test_no_name_is_ever_a_formula_or_a_link(studied: World, name: str) -> None:
    rename(studied, name)
    content = made(studied, "xlsx")
    archive = zipfile.ZipFile(io.BytesIO(content))
    for part in archive.namelist():
        assert b"<f>" not in archive.read(part)
        assert b"<hyperlink" not in archive.read(part)
    shown = str(CalamineWorkbook.from_filelike(io.BytesIO(content)).get_sheet_by_index(0).to_python()[1][1])
    assert shown.removeprefix("'").strip() == name.strip()
    assert not shown.startswith(("=", "+", "-", "@", "\t", "＝"))


def test_a_form_that_there_is_not_is_not_there(studied: World) -> None:
    assert studied.client().get(f"/transcript/{studied.enrolment_id}.docx").status_code == 404


def test_a_file_is_named_for_its_owner_and_kept_by_no_cache(studied: World) -> None:
    rename(studied, '../王 "秀兰"\r\nX: y')
    answer = studied.client().get(f"/transcript/{studied.enrolment_id}.pdf")
    assert "no-store" in answer.headers["Cache-Control"]
    assert answer.headers["Content-Disposition"].isascii()
    assert "filename*=UTF-8''%E7%8E%8B%E7%A7%80%E5%85%B0Xy-k1-" in answer.headers["Content-Disposition"]


# ── The command ──


def run(world: World, *arguments: str) -> Any:
    return world.app.test_cli_runner().invoke(args=["transcript", "export", *arguments])


@pytest.mark.parametrize("form", ["pdf", "xlsx", "json"])
def test_the_command_writes_each_form_for_a_user_name_or_an_id(studied: World, tmp_path: Path, form: str) -> None:
    by_name, by_id = tmp_path / "a", tmp_path / "b"
    assert run(studied, "--person", "teacher", "--format", form, "--out", str(by_name)).exit_code == 0
    answer = run(studied, "--person", str(studied.person_id), "--format", form, "--out", str(by_id), "--json")
    assert answer.exit_code == 0
    assert by_name.read_bytes() == by_id.read_bytes()
    assert json_of(answer)["bytes"] == by_id.stat().st_size
    if form == "json":
        recomputed, _ = recompute_file(by_id.read_text(encoding="utf-8"))
        assert recomputed is not None
        assert recomputed["credited_seconds"] == 1500


def test_the_command_says_what_is_wrong_in_one_line(studied: World, tmp_path: Path) -> None:
    out = str(tmp_path / "out")
    for arguments in (
        ["--person", "nobody", "--out", out],
        ["--person", "999999", "--out", out],
        ["--person", "teacher", "--class", "k9", "--out", out],
        ["--person", "teacher", "--out", str(tmp_path / "no" / "folder")],
    ):
        answer = run(studied, *arguments)
        assert answer.exit_code == 2
        assert len(answer.stderr.splitlines()) == 1, answer.stderr
    assert run(studied, "--person", "teacher", "--format", "docx", "--out", out).exit_code == 2


def test_somebody_in_two_classes_gets_the_newest_or_the_one_named(studied: World, tmp_path: Path) -> None:
    def second(session: Session) -> int:
        provider = session.scalars(select(Organisation).where(Organisation.code == "p1")).one()
        return setup.enrol(session, add_class(session, "k2", provider), session.get_one(Person, studied.person_id), "junior").id

    newest, out = studied.act(second), str(tmp_path / "out")
    answer = run(studied, "--person", "teacher", "--out", out, "--json")
    assert json_of(answer)["enrolment"] == newest
    assert "k1" in answer.stderr
    named = run(studied, "--person", "teacher", "--class", "k1", "--out", out, "--json")
    assert json_of(named)["enrolment"] == studied.enrolment_id


def test_the_last_page_never_has_a_few_lines_only(studied: World) -> None:
    """However many activities there are: the rules and the way to verify stand on one page."""
    with studied.app.app_context(), force_locale("en"):
        transcript = read(reading(), studied.enrolment_id, studied.clock())
        content = pdf.content_of(transcript, SiteKey())
    chapter = content["courses"]["chapters"][0]
    for count in range(36, 60, 4):
        content["courses"]["chapters"] = [{**chapter, "rows": (chapter["rows"] * count)[:count]}]
        pages = pypdf.PdfReader(io.BytesIO(write_pdf(pdf.TEMPLATE, content, studied.clock()))).pages
        last = pages[-1].extract_text()
        assert "How hours are credited" in last, count
        assert "How to verify this" in last, count
