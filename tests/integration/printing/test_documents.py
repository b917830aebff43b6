"""Would an office sign these documents: complete, archivable, readable by all, scannable, and with no nearly empty last page?"""

import io
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pypdf
import pytest
from flask_babel import force_locale
from pypdf import PdfWriter
from pypdf.generic import DictionaryObject
from sqlalchemy import select, update

from lms.accounts.models import Organisation, Person
from lms.classes.models import Enrolment
from lms.crediting.models import Certificate
from lms.db import session as reading
from lms.printing.typesetting import write_pdf
from lms.privacy.erasure import person as erasure
from lms.signing.site_key import SiteKey
from lms.transcripts import pdf
from lms.transcripts.transcript import read
from tests.documents import faults, filled, scanned
from tests.factories import PUBLIC_URL
from tests.integration.certification.conftest import Office, build_office

LONG_SCHOOL = "河南省信阳市光山县柳河镇中心学校东校区附属第二寄宿制九年一贯制实验学校（原柳河镇中学）"
LANGUAGES = ("zh_Hans_CN", "en")
LINES = 60
LEAST = 0.25  # of the height of the last page


@dataclass
class Desk:
    """An office whose documents are looked at; its teacher has a long school."""

    office: Office

    def transcript(self, language: str, lines: int | None = None) -> bytes:
        """Return the transcript; with `lines`, its course has so many activities."""
        world = self.office.world
        with world.app.app_context(), force_locale(language):
            content = pdf.content_of(read(reading(), world.enrolment_id, world.clock()), SiteKey())
        if lines is not None:
            chapter = content["courses"]["chapters"][0]
            content["courses"]["chapters"] = [{**chapter, "rows": (chapter["rows"] * lines)[:lines]}]
        return write_pdf(pdf.TEMPLATE, content, world.clock())

    def certificate(self, language: str) -> tuple[Certificate, bytes]:
        """Issue the certificate and return it with its file."""
        [one] = self.office.certify().issued or self.office.world.act(lambda session: session.scalars(select(Certificate)).all())
        answer = self.office.world.client().get(f"/certificates/{one.id}.pdf", headers={"Accept-Language": language.partition("_")[0]})
        assert answer.status_code == 200
        return one, answer.data


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """Documents are made from what other tests read on both databases."""
    return sqlite_url


@pytest.fixture
def desk(app: Any, clock: Any) -> Desk:
    assert len(LONG_SCHOOL) > 40
    office = build_office(app, clock)
    office.world.act(lambda session: session.execute(update(Organisation).where(Organisation.code == "p1").values(name=LONG_SCHOOL)))
    return Desk(office)


def words_of(content: bytes) -> str:
    """Return the printed words without spaces, because lines wrap anywhere."""
    return "".join("".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(content)).pages).split())


@pytest.mark.parametrize("language", LANGUAGES)
def test_transcript_and_certificate_are_archivable_tagged_and_name_everything(desk: Desk, language: str) -> None:
    for content in (desk.transcript(language), desk.certificate(language)[1]):
        assert faults(content) == []
        said = words_of(content)
        for part in ("王秀兰", LONG_SCHOOL, "在线教学能力提升k1班", "45", "online-teaching2020"):
            assert part in said, part


def saved_by_another_program(content: bytes) -> bytes:
    """Return a copy without tags, title and language, as many programs save it."""
    writer, out = PdfWriter(), io.BytesIO()
    for page in pypdf.PdfReader(io.BytesIO(content)).pages:
        writer.add_page(page)
    writer.write(out)
    return out.getvalue()


def with_a_silent_picture(content: bytes) -> bytes:
    writer, out = PdfWriter(clone_from=io.BytesIO(content)), io.BytesIO()
    for one in writer._objects:
        if isinstance(one, DictionaryObject) and one.get("/S") == "/Figure":
            del one["/Alt"]
    writer.write(out)
    return out.getvalue()


@pytest.mark.parametrize(
    ("spoil", "named"),
    [
        (saved_by_another_program, {"no PDF/A-2a and PDF/UA-1 in its metadata", "not tagged", "no language"}),
        (with_a_silent_picture, {"a picture without words"}),
    ],
)
def test_the_check_of_documents_names_what_is_missing(desk: Desk, spoil: Callable[[bytes], bytes], named: set[str]) -> None:
    assert named <= set(faults(spoil(desk.transcript("en"))))


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_code_on_paper_leads_to_the_page_that_verifies_it(desk: Desk, language: str) -> None:
    assert scanned(desk.transcript(language)) == [f"{PUBLIC_URL}/verify"]
    certificate, content = desk.certificate(language)
    assert scanned(content) == [f"{PUBLIC_URL}/verify/{certificate.number}?version=1"]
    assert scanned(desk.transcript(language)) == [f"{PUBLIC_URL}/verify/{certificate.number}"], "of a certified account, its certificate"


@pytest.mark.parametrize("language", LANGUAGES)
def test_sixty_lines_have_page_numbers_and_no_nearly_empty_last_page(desk: Desk, language: str) -> None:
    for lines in (LINES, LINES + 9, LINES + 18):
        content = desk.transcript(language, lines)
        pages = len(pypdf.PdfReader(io.BytesIO(content)).pages)
        assert pages > 1
        said = words_of(content)
        number = "第{0}页，共{1}页" if language == "zh_Hans_CN" else "Page{0}of{1}"
        assert all(number.format(page, pages) in said for page in range(1, pages + 1))
        assert filled(content)[-1] >= LEAST, lines


@pytest.mark.parametrize(
    ("status", "said"),
    [
        ("withdrawn", "已退班。本证明只列出已认定的部分，不表示完成培训。"),
        ("not-completed", "未结业。本证明"),
        ("dismissed", "已劝退。本证明"),
        ("absent", "未参训。本证明"),
    ],
)
def test_a_training_that_was_not_completed_is_said_at_the_top(desk: Desk, status: str, said: str) -> None:
    assert "不表示完成培训" not in words_of(desk.transcript("zh_Hans_CN"))
    whose = update(Enrolment).where(Enrolment.id == desk.office.enrolment_id)
    desk.office.world.act(lambda session: session.execute(whose.values(status=status)))
    first = pypdf.PdfReader(io.BytesIO(desk.transcript("zh_Hans_CN"))).pages[0].extract_text().replace(" ", "").replace("\n", "")
    assert first.index(said) < first.index("王秀兰")


@pytest.mark.usefixtures("guarded")
def test_the_transcript_of_somebody_certified_and_then_erased_says_nothing_against_the_certificate(desk: Desk) -> None:
    desk.certificate("zh_Hans_CN")
    world = desk.office.world
    world.act(lambda session: erasure.begin(session, erasure.find(session, "teacher"), None, PUBLIC_URL, world.clock()))
    printed = words_of(desk.transcript("zh_Hans_CN"))
    assert "已删除" in printed
    assert "不表示完成培训" not in printed


NAMES = ("𬭼𫖮", "ئابدۇرېھىم ئابلىز", "བསྟན་འཛིན་རྒྱ་མཚོ", "ᠪᠠᠲᠤ ᠮᠥᠩᠬᠡ", "ꀉꃀꆏꌠ", "Әбдірахман Ұлы", "王·Nurgül 艾力")


@pytest.mark.parametrize("name", NAMES)
def test_each_name_is_printed_in_letters_on_transcript_and_certificate(desk: Desk, name: str) -> None:
    whose = update(Person).where(Person.id == desk.office.world.person_id).values(name=name)
    desk.office.world.act(lambda session: session.execute(whose))
    for content in (desk.transcript("zh_Hans_CN"), desk.certificate("zh_Hans_CN")[1]):
        assert faults(content) == []
        assert "U+" not in words_of(content)
