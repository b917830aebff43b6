"""Are transcripts and certificates signed so that any change is noticed, and is nothing issued that could not be signed?"""

import io
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import pypdf
import pytest
from flask.testing import FlaskClient
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko_certvalidator import ValidationContext
from sqlalchemy import func, select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from lms.certification.files import name_in_store
from lms.certification.key_commands import key as key_group
from lms.certification.models import IssuedFile, RegisterEntry
from lms.crediting.models import Certificate
from lms.errors import Conflict
from lms.privacy.erasure import person as erasure
from lms.privacy.erasure.tasks import go_on
from lms.signing import site_key
from lms.signing.pades import sign_pdf
from lms.signing.pdf_check import signature_of
from lms.signing.signature_words import LIFETIME_RECORD
from lms.storage import storage
from tests import signing_keys
from tests.access import form_token
from tests.documents import faults
from tests.factories import PUBLIC_URL
from tests.integration.certification.conftest import Office
from tests.integration.certification.files import pdf_of, words_of
from tests.signing_keys import Made


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """Signatures are tested on one database: no SQL here differs."""
    return sqlite_url


@pytest.fixture
def made(office: Office, tmp_path: Path) -> Made:
    found = signing_keys.make()
    signing_keys.give(office.world.app, found, tmp_path)
    return found


@pytest.fixture
def certificate(office: Office, made: Made) -> Certificate:
    return office.certify().issued[0]


@pytest.fixture
def anyone(office: Office) -> FlaskClient:
    return office.world.app.test_client()


def transcript_of(office: Office) -> bytes:
    answer = office.world.client().get(f"/transcript/{office.enrolment_id}.pdf")
    assert answer.status_code == 200
    return answer.data


def dropped(anyone: FlaskClient, content: bytes, address: str) -> TestResponse:
    headers = {"X-CSRFToken": form_token(anyone)}
    sent = anyone.post(address, data={"file": (io.BytesIO(content), "c.pdf")}, headers=headers)
    sent.request.environ["wsgi.input"].close()
    return sent


def checked(anyone: FlaskClient, content: bytes, address: str = "/verify") -> str:
    return words_of(dropped(anyone, content, address))


def text_of(content: bytes) -> str:
    return "".join("".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(content)).pages).split())


def assert_valid(content: bytes, made: Made, office: Office) -> None:
    """Validate the only signature of a file as any other program would, with the site's certificate as the trusted one."""
    [signature] = PdfFileReader(io.BytesIO(content)).embedded_signatures
    trusted = ValidationContext(trust_roots=[signature.signer_cert], moment=office.world.clock())
    assert signature.signer_cert.sha256 == made.certificate.fingerprint(made.certificate.signature_hash_algorithm)  # type: ignore[arg-type]
    with ThreadPoolExecutor(1) as own:  # it starts an event loop, and a browser test before may have left one in this thread
        found = own.submit(validate_pdf_signature, signature, signer_validation_context=trusted).result()
    assert (found.intact, found.valid, found.bottom_line, found.docmdp_ok) == (True, True, True, True), found.pretty_print_details()
    assert str(signature.sig_object["/SubFilter"]) == "/ETSI.CAdES.detached"


def test_certificate_and_transcript_are_signed_as_other_programs_expect(office: Office, made: Made, certificate: Certificate) -> None:
    for content in (pdf_of(office, certificate), transcript_of(office)):
        assert_valid(content, made, office)
        assert faults(content) == [], "PDF/A-2a and PDF/UA-1"


def test_a_document_says_how_it_is_signed(office: Office, made: Made, certificate: Certificate) -> None:
    said = "自签名证书“示范培训机构”"
    assert said in text_of(pdf_of(office, certificate))
    assert said in text_of(transcript_of(office))


def test_without_a_key_documents_say_that_they_are_not_signed(office: Office) -> None:
    [one] = office.certify().issued
    for content in (pdf_of(office, one), transcript_of(office)):
        assert signature_of(content) is None
        assert "本文件没有数字签名" in text_of(content)


def test_the_signed_certificate_is_the_same_file_each_time(office: Office, certificate: Certificate) -> None:
    assert pdf_of(office, certificate) == pdf_of(office, certificate)
    assert office.find(lambda session: session.scalar(select(func.count()).select_from(IssuedFile))) == 1


def test_the_dropped_file_is_recognised_without_its_number(anyone: FlaskClient, office: Office, certificate: Certificate) -> None:
    page = checked(anyone, pdf_of(office, certificate))
    assert "内容未被改动" in page
    assert "证书有效" in page
    assert "自签名证书" in page
    assert "培训学时证明" in checked(anyone, transcript_of(office))


def test_a_transcript_is_told_from_the_certificate_to_whose_page_its_code_leads(
    anyone: FlaskClient, office: Office, certificate: Certificate
) -> None:
    page = checked(anyone, transcript_of(office), f"/verify/{certificate.number}")
    assert "这是本站出具的培训学时证明" in page
    assert "不是证书本身" in page
    assert f"只有其中印有编号 {certificate.number}" in page, "a transcript of somebody else is as genuine"
    assert "callout-warn" in dropped(anyone, transcript_of(office), f"/verify/{certificate.number}").text


def test_a_record_of_all_years_is_not_the_file_of_a_certificate(anyone: FlaskClient, office: Office, certificate: Certificate) -> None:
    blank, out = pypdf.PdfWriter(), io.BytesIO()
    blank.add_blank_page(100, 100)
    blank.write(out)
    with office.world.app.app_context():
        content = site_key.signed(out.getvalue(), LIFETIME_RECORD)
    assert "这是本站出具的" in checked(anyone, content)
    assert "不是本证书的文件" in checked(anyone, content, f"/verify/{certificate.number}")


def forget_files(office: Office) -> None:
    office.world.act(lambda session: [session.delete(one) for one in session.scalars(select(IssuedFile))])


def test_a_file_that_is_not_in_the_database_is_proved_by_its_signature(
    anyone: FlaskClient, office: Office, certificate: Certificate
) -> None:
    content = pdf_of(office, certificate)
    forget_files(office)
    assert "由本站签名" in checked(anyone, content)


def saved_anew(content: bytes) -> bytes:
    writer, out = pypdf.PdfWriter(clone_from=io.BytesIO(content)), io.BytesIO()
    writer.pages[0].compress_content_streams()
    writer.write(out)
    return out.getvalue()


EDITS: dict[str, Callable[[bytes], bytes]] = {
    "a byte of the first page": lambda content: content[:2000] + bytes([content[2000] ^ 1]) + content[2001:],
    "a byte near the end": lambda content: content[:-30] + bytes([content[-30] ^ 1]) + content[-29:],
    "a note appended": lambda content: content + b"\n99 0 obj\n<< /Type /Annot >>\nendobj\n",
    "saved anew": saved_anew,
    "the signed bytes moved": lambda content: content.replace(b"%PDF-1.7", b"%PDF-1.7\n%x", 1),
}


@pytest.mark.parametrize("edit", EDITS)
def test_each_edit_of_a_signed_file_is_named(edit: str, anyone: FlaskClient, office: Office, certificate: Certificate) -> None:
    for content in (pdf_of(office, certificate), transcript_of(office)):
        edited = EDITS[edit](content)
        assert edited != content
        page = checked(anyone, edited)
        assert "签名之后被改动过" in page
        assert "一字未改" not in page


def test_a_file_signed_by_somebody_else_is_named(anyone: FlaskClient, office: Office, certificate: Certificate, tmp_path: Path) -> None:
    plain = plain_pdf(office, certificate)
    theirs = signing_keys.make("某某公司")
    forged = sign_pdf(plain, site_key.SigningKey(theirs.private, theirs.certificate), office.world.clock(), "Certificate")  # type: ignore[arg-type]
    page = checked(anyone, forged)
    assert "不是由本站签名" in page
    assert "某某公司" in page


def plain_pdf(office: Office, certificate: Certificate) -> bytes:
    """Return the certificate's PDF as it was before it was signed."""
    content = pdf_of(office, certificate)
    return content[: content.index(b"%%EOF") + 6]


def test_a_signature_of_a_certificate_of_the_same_name_is_not_the_sites(
    anyone: FlaskClient, office: Office, certificate: Certificate
) -> None:
    namesake = signing_keys.make("示范培训机构")
    forged = sign_pdf(
        plain_pdf(office, certificate), site_key.SigningKey(namesake.private, namesake.certificate), office.world.clock(), "x"
    )  # type: ignore[arg-type]
    assert "不是由本站签名" in checked(anyone, forged)


def test_the_file_of_another_certificate_is_not_this_ones(anyone: FlaskClient, office: Office, certificate: Certificate) -> None:
    content = pdf_of(office, certificate)
    office.revoke(certificate)
    [again] = office.certify().issued
    page = checked(anyone, content, f"/verify/{again.number}")
    assert f"这是另一张证书的文件：{certificate.number}" in page


def test_files_of_a_replaced_key_stay_valid_and_those_of_a_revoked_one_do_not(
    anyone: FlaskClient, office: Office, certificate: Certificate, made: Made, tmp_path: Path
) -> None:
    old, transcript = pdf_of(office, certificate), transcript_of(office)
    signing_keys.give(office.world.app, signing_keys.make("新证书"), tmp_path)
    assert pdf_of(office, certificate) == old, "it is handed out as it was"
    assert "内容未被改动" in checked(anyone, old)
    assert "培训学时证明" in checked(anyone, transcript)
    app = office.world.app
    app.cli.add_command(key_group)
    sha256 = site_key.SigningKey(made.private, made.certificate).sha256  # type: ignore[arg-type]
    assert app.test_cli_runner().invoke(args=["key", "revoke", sha256, "--reason", "密钥被盗"]).exit_code == 0
    assert "已作废的密钥" in checked(anyone, transcript)
    assert "内容未被改动" in checked(anyone, old), "this very file was handed out"
    assert pdf_of(office, certificate) != old, "it is signed anew"
    assert "新证书" in checked(anyone, pdf_of(office, certificate))


def expired(office: Office, made: Made, folder: Path) -> None:
    office.world.clock.advance(timedelta(days=400).total_seconds())


def revoked(office: Office, made: Made, folder: Path) -> None:
    transcript_of(office)
    sha256 = site_key.SigningKey(made.private, made.certificate).sha256  # type: ignore[arg-type]
    office.world.act(lambda session: site_key.revoke(session, sha256, "被盗", office.world.clock()))


def damaged(office: Office, made: Made, folder: Path) -> None:
    (folder / "signing.pem").write_bytes(made.pem() + signing_keys.make().certificate_pem())


@pytest.mark.parametrize(("fault", "words"), [(expired, "已过期"), (revoked, "已被撤销"), (damaged, "属于另一把密钥")])
def test_nothing_is_issued_with_a_key_that_cannot_sign(
    fault: Callable[[Office, Made, Path], None], words: str, office: Office, made: Made, tmp_path: Path
) -> None:
    fault(office, made, tmp_path)
    with office.world.app.test_request_context(), pytest.raises(Conflict, match=words):
        office.certify()
    counts = office.find(
        lambda session: [session.scalar(select(func.count()).select_from(one)) for one in (Certificate, RegisterEntry, IssuedFile)]
    )
    assert counts == [0, 0, 0]
    answer = office.world.client().get(f"/transcript/{office.enrolment_id}.pdf")
    assert answer.status_code == 409
    assert words in answer.text
    app = office.world.app
    app.cli.add_command(key_group)
    assert app.test_cli_runner().invoke(args=["key", "show"]).exit_code == 1


def test_a_certificate_that_was_issued_is_not_superseded_with_a_key_that_cannot_sign(office: Office, certificate: Certificate) -> None:
    office.world.clock.advance(timedelta(days=400).total_seconds())
    with pytest.raises(Conflict, match="已过期"):
        office.supersede(certificate)
    assert office.find(lambda session: session.get_one(Certificate, certificate.id).state) == "valid"


@pytest.mark.usefixtures("guarded")
def test_an_erasure_deletes_the_signed_files(office: Office, certificate: Certificate) -> None:
    pdf_of(office, certificate)
    name = name_in_store(certificate.id, "zh")

    def erase(session: Session) -> None:
        erasure.begin(session, erasure.find(session, "teacher"), None, PUBLIC_URL, office.world.clock())

    with office.world.app.app_context():
        assert storage().size(name)
        office.world.act(erase)
        assert go_on()
        assert storage().size(name) is None
    assert office.find(lambda session: session.scalar(select(func.count()).select_from(IssuedFile))) == 0


def test_the_certificates_of_the_site_can_be_downloaded(anyone: FlaskClient, office: Office, made: Made, certificate: Certificate) -> None:
    pdf_of(office, certificate)
    assert anyone.get("/verify/certificates.pem").data == made.certificate_pem()
    assert "示范培训机构" in words_of(anyone.get("/verify"))
