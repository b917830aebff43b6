"""Does a transcript show the account and its reasons, the same in every form, and only to people with access?"""

import io
import json

import pypdf
import pytest
from flask.testing import FlaskClient
from python_calamine import CalamineWorkbook

from lms import vocabulary as v
from lms.accounts.models import OFFICE, TEACHER
from lms.accounts.people import add_organisation, add_person
from lms.hours import recompute_file
from tests.factories import World, signed_in


@pytest.fixture
def studied(world: World) -> World:
    """25 of 30 minutes of reading, and ten minutes behind a gate that is closed."""
    world.study("reading", 1500)
    world.study("gated", 600)
    world.credit()
    return world


def page(client: FlaskClient, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200, answer.text[:500]
    return answer.text


def test_the_page_shows_what_is_credited_and_opens_to_why(studied: World) -> None:
    client = studied.client()
    shown = page(client, f"/transcript/{studied.enrolment_id}")
    assert "王秀兰" in shown
    assert "25 分钟" in shown
    assert "0.5" in shown  # 25 minutes are 0.55 hours of 45 minutes, rounded down once
    why = page(client, f"/transcript/{studied.enrolment_id}/why/c1:gated")
    assert "10 分钟" in why
    assert "完成" in why
    assert page(client, f"/transcript/{studied.enrolment_id}/why/c1:quiz")


def test_pdf_sheet_and_bundle_say_the_same(studied: World) -> None:
    client = studied.client()
    pdf = pypdf.PdfReader(io.BytesIO(client.get(f"/transcript/{studied.enrolment_id}.pdf").data))
    printed = "".join(one.extract_text() for one in pdf.pages)
    assert "王秀兰" in printed
    assert "25 分钟" in printed
    assert "40 学时" in printed
    book = CalamineWorkbook.from_filelike(io.BytesIO(client.get(f"/transcript/{studied.enrolment_id}.xlsx").data))
    rows = book.get_sheet_by_name("学习活动").to_python()
    assert [row[5] for row in rows[1:]] == [1500, 0, 0, 0]
    assert rows[1][4] == "25 分钟"
    bundle = client.get(f"/transcript/{studied.enrolment_id}.json").text
    answer, refused = recompute_file(bundle)
    assert answer is not None, refused
    assert answer["credited_seconds"] == 1500
    assert json.loads(bundle)["policy"]["hour_minutes"] == 45


def test_a_chinese_file_name_travels_in_a_header_of_latin_letters(studied: World) -> None:
    name = studied.client().get(f"/transcript/{studied.enrolment_id}.pdf").headers["Content-Disposition"]
    name.encode("latin-1")
    assert "filename*=UTF-8''%E7%8E%8B" in name


def test_an_english_transcript_is_english(studied: World) -> None:
    client = studied.client()
    with client.session_transaction() as cookie:
        cookie["locale"] = "en"
    assert "How hours are credited" in page(client, f"/transcript/{studied.enrolment_id}")


def test_what_did_not_count_is_said_with_its_reason(world: World) -> None:
    world.study("reading", 2400)
    subject = world.subject("film")
    world.clock.advance(20)
    world.say(subject, v.PAUSED, {"extensions": {v.PLAYED_SEGMENTS: "0[.]600"}})
    world.credit()
    client = world.client()
    reading = page(client, f"/transcript/{world.enrolment_id}/why/c1:reading")
    assert "10 分钟" in reading
    assert "已达本活动计时上限" in reading
    assert "太快" in page(client, f"/transcript/{world.enrolment_id}/why/c1:film")


def test_somebody_elses_transcript_is_not_there(studied: World) -> None:
    def others(session):  # type: ignore[no-untyped-def]
        elsewhere = add_organisation(session, "x", "外省办公室", "office")
        add_person(session, "stranger", "林静宜", (TEACHER,), password=None, organisation=elsewhere)
        add_person(session, "outside", "周明", (OFFICE,), password=None, organisation=elsewhere)

    studied.act(others)
    for name in ("stranger", "outside"):
        client = signed_in(studied.app, name)
        for address in ("", ".pdf", ".xlsx", ".json", "/why/c1:reading"):
            assert client.get(f"/transcript/{studied.enrolment_id}{address}").status_code == 404
    assert studied.app.test_client().get(f"/transcript/{studied.enrolment_id}").status_code == 302


def test_a_name_is_never_a_formula(world: World) -> None:
    def rename(session):  # type: ignore[no-untyped-def]
        from lms.accounts.models import Person  # noqa: PLC0415

        session.get_one(Person, world.person_id).name = "=1+1"

    world.act(rename)
    data = world.client().get(f"/transcript/{world.enrolment_id}.xlsx").data
    assert b"<f>" not in data
