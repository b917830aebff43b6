"""Can anyone verify a certificate without an account, and learn no more than they should?"""

import hashlib
import io

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from lms.certification.models import IssuedFile
from lms.certification.numbers import new_number
from lms.crediting.models import Certificate
from lms.privacy.erasure import person as erasure
from tests.access import form_token
from tests.factories import PUBLIC_URL, signed_in
from tests.integration.certification.conftest import Office, rename
from tests.integration.certification.files import pdf_of, words_of


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """Pages are tested on one database: no SQL here differs."""
    return sqlite_url


@pytest.fixture
def certificate(office: Office) -> Certificate:
    return office.certify().issued[0]


@pytest.fixture
def anyone(office: Office) -> FlaskClient:
    return office.world.app.test_client()


def test_a_valid_certificate_is_verified_by_its_number_with_a_masked_name(anyone: FlaskClient, certificate: Certificate) -> None:
    page = words_of(anyone.get(f"/verify?number={certificate.number.lower()}", follow_redirects=True))
    assert "证书有效" in page
    assert "王**" in page
    assert "王秀兰" not in page
    assert "40 学时" in page
    assert "示范培训机构" in page


def test_a_mistyped_number_is_told_from_an_unknown_one(anyone: FlaskClient, certificate: Certificate) -> None:
    assert anyone.get(f"/verify?number={certificate.number[:-1]}").status_code == 422
    assert anyone.get(f"/verify/{new_number(2026)}").status_code == 404


def test_numbers_cannot_be_tried_one_after_the_other(anyone: FlaskClient, certificate: Certificate) -> None:
    answers = [anyone.get(f"/verify/{new_number(2026)}").status_code for _ in range(25)]
    assert answers == [404] * 20 + [429] * 5


def test_right_numbers_are_verified_as_often_as_anybody_likes(anyone: FlaskClient, certificate: Certificate) -> None:
    assert {anyone.get(f"/verify/{certificate.number}").status_code for _ in range(30)} == {200}


def test_a_superseded_version_leads_to_the_newest_one(anyone: FlaskClient, office: Office, certificate: Certificate) -> None:
    office.world.study("more", 1800)
    office.world.credit()
    office.supersede(certificate)
    old = words_of(anyone.get(f"/verify/{certificate.number}?version=1"))
    assert "此版本已换发" in old
    assert "查看第 2 版" in old
    new = words_of(anyone.get(f"/verify/{certificate.number}"))
    assert "证书有效" in new
    assert "40.6 学时" in new


def test_a_revoked_certificate_is_shown_as_revoked_without_the_reason(
    anyone: FlaskClient, office: Office, certificate: Certificate
) -> None:
    office.revoke(certificate, "冒名顶替")
    page = words_of(anyone.get(f"/verify/{certificate.number}"))
    assert "证书已撤销" in page
    assert "冒名顶替" not in page


@pytest.mark.usefixtures("guarded")
def test_after_an_erasure_the_certificate_is_still_valid_and_names_nobody(
    anyone: FlaskClient, office: Office, certificate: Certificate
) -> None:
    def erase(session: Session) -> None:
        erasure.begin(session, erasure.find(session, "teacher"), None, PUBLIC_URL, office.world.clock())

    with office.world.app.app_context():
        office.world.act(erase)
    page = words_of(anyone.get(f"/verify/{certificate.number}"))
    assert "证书有效" in page
    assert "已按本人要求删除" in page
    assert "王" not in page


def test_after_a_change_of_name_the_name_of_the_issue_stands(anyone: FlaskClient, office: Office, certificate: Certificate) -> None:
    rename(office.world, "李秀兰")
    assert "王**" in words_of(anyone.get(f"/verify/{certificate.number}"))


def compare(anyone: FlaskClient, certificate: Certificate, content: bytes) -> TestResponse:
    headers = {"X-CSRFToken": form_token(anyone)}
    sent = anyone.post(f"/verify/{certificate.number}", data={"file": (io.BytesIO(content), "c.pdf")}, headers=headers)
    sent.request.environ["wsgi.input"].close()
    return sent


def test_the_file_that_was_handed_out_is_recognised_and_an_edited_one_is_not(
    anyone: FlaskClient, office: Office, certificate: Certificate
) -> None:
    content = pdf_of(office, certificate)
    assert content.startswith(b"%PDF")
    assert pdf_of(office, certificate) == content, "the same certificate is the same file"
    assert "内容未被改动" in compare(anyone, certificate, content).text
    edited = content[:-20] + bytes([content[-20] ^ 1]) + content[-19:]
    assert "不是本证书发放的原件" in compare(anyone, certificate, edited).text


def test_a_file_planted_in_the_database_vouches_for_nothing(anyone: FlaskClient, office: Office, certificate: Certificate) -> None:
    fake = b"%PDF fake"

    def plant(session: Session) -> None:
        sha256 = hashlib.sha256(fake).hexdigest()
        session.add(IssuedFile(certificate_id=certificate.id, sha256=sha256, language="zh", made_at=office.world.clock(), seal="0" * 64))

    office.world.act(plant)
    assert "不是本证书发放的原件" in compare(anyone, certificate, fake).text


@pytest.mark.parametrize("content", [b"", b"x" * (2**20 + 1)], ids=["empty", "too large"])
def test_no_file_and_a_huge_one_are_refused(anyone: FlaskClient, certificate: Certificate, content: bytes) -> None:
    assert compare(anyone, certificate, content).status_code == 422


def test_only_who_may_see_the_transcript_downloads_the_certificate(office: Office, certificate: Certificate) -> None:
    app = office.world.app
    assert signed_in(app, "clerk").get(f"/certificates/{certificate.id}.pdf").status_code == 200
    assert signed_in(app, "other").get(f"/certificates/{certificate.id}.pdf").status_code == 404
    office.revoke(certificate)
    assert office.world.client().get(f"/certificates/{certificate.id}.pdf").status_code == 410


def test_the_transcript_shows_the_certificate_and_what_came_since(office: Office, certificate: Certificate) -> None:
    office.world.study("more", 1800)
    office.world.credit()
    page = words_of(office.world.client().get(f"/transcript/{office.enrolment_id}"))
    assert certificate.number in page
    assert "颁发证书之后新增、不在证书之内： 在线学习：+0.6 学时" in page
    assert "新的学习记录正在认定" not in page


def test_the_certificate_is_printed_in_both_languages_with_an_uyghur_name(office: Office) -> None:
    rename(office.world, "ئابدۇرەھىم")
    [one] = office.certify().issued
    client = office.world.client()
    assert client.get(f"/certificates/{one.id}.pdf").data.startswith(b"%PDF")
    client.post("/locale", data={"locale": "en"}, headers={"X-CSRFToken": form_token(client)})
    assert client.get(f"/certificates/{one.id}.pdf").data.startswith(b"%PDF")
    languages = office.world.act(lambda session: set(session.scalars(select(IssuedFile.language))))
    assert languages == {"zh", "en"}
