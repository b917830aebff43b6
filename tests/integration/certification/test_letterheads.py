"""Do certificates print the wording and the logo that an office set, and is a bad one refused before anything is stored or issued?"""

import io
import struct
import zlib

import pypdf
import pytest
from flask.testing import FlaskClient
from PIL import Image
from sqlalchemy import select, update
from werkzeug.test import TestResponse

from lms.accounts.models import AccountChange, Organisation
from lms.certification.eligibility import Obstacle
from lms.crediting.models import Certificate
from lms.printing.models import Letterhead, Logo
from tests.access import form_token
from tests.factories import signed_in
from tests.integration.certification.conftest import Office, rename
from tests.integration.certification.files import pdf_of, words_of

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

TEXT = "{姓名}老师于{开始日期}至{结束日期}参加“{项目}”，在线学习{学时}学时，准予结业。"


def picture(width: int = 200, height: int = 100, kind: str = "PNG") -> bytes:
    made = io.BytesIO()
    Image.new("RGB", (width, height), "#a01414").save(made, kind, comment=b"from outside")
    return made.getvalue()


def place_of(office: Office) -> int:
    found = office.find(lambda session: session.scalars(select(Organisation.id).where(Organisation.code == "p1")).one())
    assert isinstance(found, int)
    return found


def send(office: Office, what: str = "", logo: bytes | None = None, **texts: str) -> TestResponse:
    client: FlaskClient = signed_in(office.world.app, "clerk")
    form: dict[str, object] = {**texts}
    if logo is not None:
        form["logo"] = (io.BytesIO(logo), "logo.png")
    headers = {"X-CSRFToken": form_token(client)}
    return client.post(f"/office/letterheads/{place_of(office)}{what}", data=form, headers=headers, content_type="multipart/form-data")


def rows(office: Office) -> int:
    return len(office.world.act(lambda session: session.scalars(select(Letterhead)).all()))


def printed(content: bytes) -> str:
    return "".join("".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(content)).pages).split())


def pictures_in(content: bytes) -> int:
    return sum(len(page.images) for page in pypdf.PdfReader(io.BytesIO(content)).pages)


def test_a_certificate_prints_the_wording_and_logo_of_its_office(office: Office) -> None:
    assert (
        send(office, logo=picture(), zh_issuer="示范省教师发展中心", zh_title="培训证书", zh_text=TEXT, zh_closing="特发此证。").status_code
        == 302
    )
    certificate = office.certify().issued[0]
    content = pdf_of(office, certificate)
    for part in ("示范省教师发展中心", "培训证书", "王秀兰老师于2026年3月1日至", "在线学习40学时，准予结业。", "特发此证。"):
        assert part in printed(content), part
    assert pictures_in(content) == 1
    assert len(pypdf.PdfReader(io.BytesIO(content)).pages) == 1
    assert "示范省教师发展中心" in office.world.client().get(f"/verify/{certificate.number}").text
    assert office.findings() == []


def test_an_issued_certificate_keeps_its_wording_and_its_later_versions_too(office: Office) -> None:
    send(office, zh_title="第一种证书")
    certificate = office.certify().issued[0]
    send(office, zh_title="第二种证书", logo=picture())
    assert "第一种证书" in printed(pdf_of(office, certificate))
    office.world.study("more", 1800)
    office.world.credit()
    newer = office.supersede(certificate)
    content = pdf_of(office, newer)
    assert "第一种证书" in printed(content)
    assert pictures_in(content) == 0
    office.revoke(newer)
    office.world.credit()
    assert "第二种证书" in printed(pdf_of(office, office.certify().issued[0])), "a new number has the wording of its day"


def test_an_organisation_without_a_letterhead_has_that_of_the_one_above(office: Office) -> None:
    def put_below(session: object) -> None:
        own = session.scalars(select(Organisation).where(Organisation.code == "p1")).one()  # type: ignore[attr-defined]
        above = Organisation(code="province", name="示范省教育厅", kind="office", path="/")
        session.add(above)  # type: ignore[attr-defined]
        session.flush()  # type: ignore[attr-defined]
        above.path = f"/{above.id}/"
        own.path, own.parent_id = f"/{above.id}/{own.id}/", above.id
        session.add(Letterhead(organisation_id=above.id, set_at=office.world.clock(), wordings={"zh": {"title": "全省统一证书"}}))  # type: ignore[attr-defined]

    office.world.act(put_below)
    page = signed_in(office.world.app, "clerk").get(f"/office/letterheads/{place_of(office)}").text
    assert "示范省教育厅" in page
    assert "全省统一证书" in page
    assert "全省统一证书" in printed(pdf_of(office, office.certify().issued[0]))


WRONG = (
    ("zh_text", "{姓名}完成{课时}学时", "课时"),
    ("en_text", "{name} completed {name.__class__}", "name.__class__"),
    ("zh_text", "完成{学时", "{"),
    ("zh_title", "长" * 61, "60"),
    ("zh_issuer", "{颁发单位}", "占位符"),
    ("zh_closing", "张\U000323af", "U+323AF"),
)


@pytest.mark.parametrize("what", ["", "/preview"])
def test_a_wrong_wording_is_refused_with_its_field_and_nothing_is_stored(office: Office, what: str) -> None:
    for field, text, said in WRONG:
        answer = send(office, what, **{field: text})
        assert answer.status_code == 422, text
        assert f'href="#{field}"' in answer.text
        assert said in words_of(answer)
    assert rows(office) == 0


def bomb() -> bytes:
    """A PNG of a few bytes that says it has 30,000 × 30,000 pixels."""
    header = struct.pack(">IIBBBBB", 30_000, 30_000, 8, 6, 0, 0, 0)
    chunks = [(b"IHDR", header), (b"IDAT", zlib.compress(b"\0" * 1000)), (b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(struct.pack(">I", len(c)) + n + c + struct.pack(">I", zlib.crc32(n + c)) for n, c in chunks)


def test_a_file_that_is_not_a_fitting_picture_is_refused_and_nothing_is_stored(office: Office) -> None:
    svg = b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>"
    large = b"\x89PNG\r\n\x1a\n" + b"x" * 500_000
    for logo in (svg, picture(kind="GIF"), picture()[:60], picture(10, 10), picture(4001, 40), bomb(), large):
        answer = send(office, logo=logo, zh_title="证书")
        assert answer.status_code == 422, logo[:20]
        assert 'href="#logo"' in answer.text
    assert rows(office) == 0


def test_a_logo_is_written_anew_and_smaller(office: Office) -> None:
    original = picture(1000, 500, "JPEG")
    assert b"from outside" in original
    send(office, logo=original)
    kept = office.world.act(lambda session: session.scalars(select(Logo.png)).one())
    assert b"from outside" not in kept
    assert Image.open(io.BytesIO(kept)).size == (480, 240)
    shown = signed_in(office.world.app, "clerk").get(f"/office/letterheads/{place_of(office)}/logo.png")
    assert (shown.data, shown.mimetype) == (kept, "image/png")


def test_a_preview_is_a_sample_in_either_language_and_stores_nothing(office: Office) -> None:
    for language, sample, title in (("zh", "样例", "培训证书"), ("en", "SAMPLE", "Diploma")):
        answer = send(office, "/preview", logo=picture(), zh_title="培训证书", en_title="Diploma", preview=language)
        assert (answer.status_code, answer.mimetype) == (200, "application/pdf")
        assert sample in printed(answer.data)
        assert title in printed(answer.data)
        assert b"/ByteRange" not in answer.data, "a sample is not signed"
    assert rows(office) == 0


def test_every_change_is_in_the_history_with_its_author(office: Office) -> None:
    send(office, zh_title="第一种证书")
    send(office, zh_title="第二种证书", logo=picture())
    assert send(office, zh_title="第二种证书").status_code == 302, "the same again changes nothing, and keeps the logo"
    assert rows(office) == 2
    page = words_of(signed_in(office.world.app, "clerk").get(f"/office/letterheads/{place_of(office)}"))
    assert "第一种证书 → 第二种证书" in page
    assert "周明" in page
    noted = office.world.act(lambda session: session.execute(select(AccountChange.what, AccountChange.after)).all())
    assert [tuple(one) for one in noted] == [("letterhead", "第一种证书"), ("letterhead", "第二种证书")]


def test_a_wording_that_asks_for_days_issues_nothing_where_the_programme_has_none(office: Office) -> None:
    send(office, zh_text="{姓名}参加集中培训{天数}天，准予结业。")
    page = words_of(signed_in(office.world.app, "clerk").get(f"/office/classes/{office.world.class_id}/certificates"))
    assert "{天数}" in page
    batch = office.certify()
    assert (batch.issued, batch.left_out[office.enrolment_id]) == ([], Obstacle.WORDING)
    assert office.world.act(lambda session: session.scalars(select(Certificate)).all()) == []


def test_a_name_that_no_font_has_is_said_before_anything_is_issued(office: Office) -> None:
    rename(office.world, "张\U000323b0")  # the last character of CJK extension H
    clerk = signed_in(office.world.app, "clerk")
    assert "U+323B0" in words_of(clerk.get(f"/office/classes/{office.world.class_id}/certificates"))
    batch = office.certify()
    assert (batch.issued, batch.left_out[office.enrolment_id]) == ([], Obstacle.GLYPH)
    assert batch.unprintable[office.enrolment_id] == ("\U000323b0",)


def test_a_damaged_logo_is_said_and_no_file_is_handed_out(office: Office) -> None:
    send(office, logo=picture())
    certificate = office.certify().issued[0]
    office.world.act(lambda session: session.execute(update(Certificate).values(facts={**certificate.facts, "logo": "0" * 64})))
    answer = office.world.client().get(f"/certificates/{certificate.id}.pdf")
    assert answer.status_code == 409
    assert "标志" in answer.text


def test_the_transcript_has_the_logo_and_the_issuer(office: Office) -> None:
    send(office, logo=picture(), zh_issuer="示范省教师发展中心")
    content = office.world.client().get(f"/transcript/{office.enrolment_id}.pdf").data
    assert pictures_in(content) == 1
    assert "示范省教师发展中心" in printed(content)
