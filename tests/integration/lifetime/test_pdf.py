"""Is the record of all years as PDF complete, archivable and verifiable?"""

import io
import re
from pathlib import Path

import pypdf
import pytest
from flask.testing import FlaskClient

from lms.accounts.models import Person
from lms.classes.models import Enrolment
from lms.db import session as reading
from lms.lifetime import pdf, rules
from lms.lifetime.record import read_record
from lms.printing.typesetting import write_pdf
from lms.signing.site_key import demand
from tests import signing_keys
from tests.access import form_token
from tests.documents import faults, scanned
from tests.factories import PUBLIC_URL, World, signed_in
from tests.integration.lifetime.entering import decide, enter

BOTTOM_MARGIN = 62  # points; 22 mm
FILE = "five-years-360.pdf"
EARNED = {2025: "30.5", 2026: "0.5"}


@pytest.fixture
def recorded(offices: World) -> World:
    """A teacher with 25 measured minutes of this year, and 30.5 hours earned elsewhere last year."""
    offices.study("reading", 1500)
    offices.credit()
    enter(signed_in(offices.app, "first"), offices)
    decide(signed_in(offices.app, "second"), offices, "approved")
    return offices


def pdf_of(world: World, client: FlaskClient, language: str = "zh-CN") -> bytes:
    answer = client.get(f"/lifetime/{world.person_id}/{FILE}", headers={"Accept-Language": language})
    assert (answer.status_code, answer.mimetype) == (200, "application/pdf"), answer.text[:500]
    return answer.data


def text_of(content: bytes) -> str:
    """Return the printed text without spaces, because lines wrap anywhere."""
    return "".join("".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(content)).pages).split())


def test_it_prints_the_person_the_years_and_what_was_earned_where_in_both_languages(recorded: World) -> None:
    printed = {language: text_of(pdf_of(recorded, recorded.client(), language)) for language in ("zh-CN", "en")}
    for part in ("王秀兰", "示范培训机构", "2021–2025", "2026–2030", "0.5", "30.5", "国培示范项目", "某师范大学", "k1"):
        assert all(part in text for text in printed.values()), part
    assert "历年学时" in printed["zh-CN"]
    assert "系统记录" in printed["zh-CN"]
    assert "Hoursofallyears" in printed["en"]
    assert "teacher" not in printed["en"].replace("Teachers'", ""), "the user name is partly hidden"


def test_it_says_what_does_not_count_under_its_rule(recorded: World) -> None:
    other = rules.example().replace("five-years-360", "other").replace('"school-based"', '"elsewhere"')
    recorded.act(lambda session: rules.import_toml(session, other, recorded.clock()))
    answers = {file: recorded.client().get(f"/lifetime/{recorded.person_id}/{file}") for file in (FILE, "other.pdf")}
    said = "按本规则不算学时"
    assert [said in text_of(answer.data) for answer in answers.values()] == [False, True]
    assert recorded.client().get("/lifetime/").text.count(said) == 1, "under one of the two rules"


def test_it_says_that_a_class_was_not_completed_or_left(recorded: World) -> None:
    for status, said in (("withdrawn", "已退班"), ("not-completed", "未结业")):
        recorded.act(lambda session, status=status: setattr(session.get_one(Enrolment, recorded.enrolment_id), "status", status))
        assert f"，{said}" in text_of(pdf_of(recorded, recorded.client()))
        assert said in recorded.client().get("/lifetime/").text


def test_it_is_archivable_tagged_and_says_the_picture_in_words(recorded: World) -> None:
    content = pdf_of(recorded, recorded.client())
    assert faults(content) == []
    assert scanned(content) == [f"{PUBLIC_URL}/verify"]
    whole = pypdf.PdfReader(io.BytesIO(content))
    objects = [whole.get_object(number) for number in range(1, len(whole.xref[0]) + 1)]
    pictures = [one["/Alt"] for one in objects if isinstance(one, pypdf.generic.DictionaryObject) and "/Alt" in one]
    told = [[f"{year} 年 {EARNED.get(year, '0.0')}" for year in range(first, first + 5)] for first in (2021, 2026)]
    code = f"查验页面二维码：{PUBLIC_URL}/verify"
    assert sorted(pictures) == [*(f"各年学时：{'；'.join(years)}" for years in told), code]


def test_the_checksums_of_80_ledgers_stand_one_below_the_other_on_as_many_pages_as_they_need(recorded: World) -> None:
    with recorded.app.test_request_context(headers={"Accept-Language": "zh-CN"}):
        [record] = read_record(reading(), reading().get_one(Person, recorded.person_id), recorded.clock())
        content = pdf.content_of(record, demand())
        content["proof"]["items"] = [[f"checksum-{number}", f"{number:064x}"] for number in range(80)]
        printed = pypdf.PdfReader(io.BytesIO(write_pdf(pdf.TEMPLATE, content, record.made_at)))
    places: list[tuple[int, int]] = []  # page, points above its lower edge
    for number, page in enumerate(printed.pages):

        def note(text: str, outer: list[float], inner: list[float], *_font: object, number: int = number) -> None:
            if re.search("[0-9a-f]{64}", text):
                places.append((number, round(outer[1] * inner[4] + outer[3] * inner[5] + outer[5])))

        page.extract_text(visitor_text=note)
    assert len(places) == len(set(places)) == 80
    assert all(above > BOTTOM_MARGIN for _page, above in places)


def verified(world: World, content: bytes) -> str:
    anyone = world.app.test_client()
    sent = anyone.post("/verify", data={"file": (io.BytesIO(content), "r.pdf")}, headers={"X-CSRFToken": form_token(anyone)})
    sent.request.environ["wsgi.input"].close()
    return sent.text


def test_a_signed_record_is_recognised_and_a_changed_one_is_not(recorded: World, tmp_path: Path) -> None:
    signing_keys.give(recorded.app, signing_keys.make(), tmp_path)
    content = pdf_of(recorded, signed_in(recorded.app, "first"))
    assert "这是本站出具的历年学时表，内容未经任何改动。" in verified(recorded, content)
    middle = content.index(b"stream") + 40
    assert "此文件在签名之后被改动过" in verified(recorded, content[:middle] + bytes([content[middle] ^ 1]) + content[middle + 1 :])


def test_nothing_is_issued_with_a_key_that_cannot_sign(recorded: World, tmp_path: Path) -> None:
    ended = signing_keys.make(ends=recorded.clock())
    signing_keys.give(recorded.app, ended, tmp_path)
    recorded.clock.advance(86400)
    assert recorded.client().get(f"/lifetime/{recorded.person_id}/{FILE}").status_code == 409
