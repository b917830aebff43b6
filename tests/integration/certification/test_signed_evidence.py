"""Is the evidence bundle of one person signed, and is every change of it noticed, on the page and by the command?"""

import base64
import io
import json
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from sqlalchemy import update
from werkzeug.test import TestResponse

from lms.accounts.models import Person
from lms.crediting.commands import hours
from lms.crediting.inputs import person_digest
from lms.crediting.models import Certificate
from lms.signing.models import SigningCertificate
from lms.signing.site_key import sign_as_site
from tests import signing_keys
from tests.access import form_token
from tests.factories import World, signed_in
from tests.integration.certification.conftest import Office
from tests.integration.certification.files import words_of
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


def signed_evidence(office: Office) -> str:
    answer = office.world.client().get(f"/transcript/{office.enrolment_id}.jws")
    assert answer.status_code == 200
    return answer.text


def dropped(office: Office, content: str) -> TestResponse:
    return sent(office, "/verify", content)


def dropped_beside(office: Office, certificate: Certificate, content: str) -> TestResponse:
    return sent(office, f"/verify/{certificate.number}", content)


def sent(office: Office, address: str, content: str | bytes) -> TestResponse:
    anyone: FlaskClient = office.world.app.test_client()
    file = io.BytesIO(content.encode() if isinstance(content, str) else content)
    form = {"file": (file, "file"), "csrf_token": form_token(anyone)}
    return anyone.post(address, data=form, content_type="multipart/form-data")


def changed(text: str) -> str:
    """Give the person five minutes more in the signed content."""
    header, content, signature = text.split(".")
    plain = base64.urlsafe_b64decode(content + "=" * (-len(content) % 4)).decode()
    bundle = json.loads(plain)
    bundle["about"]["enrolment"] += 1
    said = base64.urlsafe_b64encode(json.dumps(bundle).encode()).rstrip(b"=").decode()
    return f"{header}.{said}.{signature}"


def content_of(text: str) -> dict[str, object]:
    content = text.split(".")[1]
    found: dict[str, object] = json.loads(base64.urlsafe_b64decode(content + "=" * (-len(content) % 4)))
    return found


def test_the_signed_bundle_is_the_printed_one_and_names_person_rules_and_statements(office: Office, made: Made) -> None:
    client = office.world.client()
    content = content_of(signed_evidence(office))
    assert content == client.get(f"/transcript/{office.enrolment_id}.json").json
    about = content["about"]
    assert isinstance(about, dict)
    assert about["person"] == person_digest(account_of(office.world), "王秀兰")
    assert {len(one["sha256"]) for one in (about["rules"]["programme"], *about["rules"]["courses"].values())} == {64}
    assert about["statements"]


def account_of(world: World) -> str:
    found = world.act(lambda session: session.get_one(Person, world.person_id).account)
    assert isinstance(found, str)
    return found


def test_the_verification_page_takes_it_and_recomputes_its_hours(office: Office, made: Made) -> None:
    said = words_of(dropped(office, signed_evidence(office)))
    assert "一字未改" in said
    assert "40.0 学时" in said
    assert person_digest(account_of(office.world), "王秀兰") in said


def test_every_change_of_it_is_noticed(office: Office, made: Made, tmp_path: Path) -> None:
    whole = signed_evidence(office)
    for text in (changed(whole), whole[:-4] + "AAAA", whole.split(".")[0] + ".." + whole.split(".")[2]):
        assert "在签名之后被改动" in words_of(dropped(office, text)), text[-20:]
        assert recompute(office, tmp_path, text)[0] == 2


def test_a_bundle_signed_with_a_key_that_was_revoked_proves_nothing(office: Office, made: Made) -> None:
    text = signed_evidence(office)
    office.world.act(lambda session: session.execute(update(SigningCertificate).values(revoked_at=office.world.clock(), reason="丢失")))
    assert "作废" in words_of(dropped(office, text))


def test_beside_a_certificate_only_its_own_evidence_is_good(office: Office, made: Made) -> None:
    [certificate] = office.certify().issued
    own = dropped_beside(office, certificate, signed_evidence(office))
    assert ("一字未改" in own.text, "callout-err" in own.text) == (True, False)
    answer = signed_in(office.world.app, "other").get(f"/transcript/{office.other_id}.jws")
    beside = dropped_beside(office, certificate, answer.text)
    assert "不是这份证书的学时依据" in beside.text
    assert ("callout-err" in beside.text, "一字未改" in beside.text) == (True, False)


def toned(answer: TestResponse) -> tuple[bool, bool]:
    """Say whether a sentence is green, and whether the signature is called intact."""
    return "callout-ok" in answer.text, "签名完好" in answer.text


def test_the_evidence_of_a_revoked_certificate_is_genuine_and_proves_nothing(office: Office, made: Made) -> None:
    [certificate] = office.certify().issued
    own = signed_evidence(office)
    assert toned(dropped(office, own)) == (True, True)
    office.revoke(certificate)
    for answer in (dropped(office, own), dropped_beside(office, certificate, own)):
        assert toned(answer) == (False, True)
        assert "证书已被撤销，不再证明任何事" in words_of(answer)


def test_the_evidence_of_a_superseded_version_names_the_newer_one(office: Office, made: Made) -> None:
    [certificate] = office.certify().issued
    own = signed_evidence(office)
    office.world.act(lambda session: setattr(session.get_one(Person, office.world.person_id), "name", "王秀英"))
    office.supersede(certificate)
    for address in (f"/verify/{certificate.number}?version=1", "/verify"):
        answer = sent(office, address, own)
        assert toned(answer) == (False, True), address
        assert "已被新的版本取代" in words_of(answer), address


def test_the_pdf_of_a_revoked_certificate_is_called_genuine_and_revoked(office: Office, made: Made) -> None:
    [certificate] = office.certify().issued
    content = office.world.client().get(f"/certificates/{certificate.id}.pdf").data
    office.revoke(certificate)
    assert "证书已被撤销，不再证明任何事" in words_of(sent(office, f"/verify/{certificate.number}", content))


@pytest.mark.parametrize("content", ['{"members": 3}', "[]", "no JSON"])
def test_another_signed_file_is_not_called_a_transcript(office: Office, made: Made, content: str) -> None:
    with office.world.app.app_context():
        other = sign_as_site(content.encode())
    alone = dropped(office, other)
    assert "不是学时证明、学时依据或证书" in alone.text
    assert ("一字未改" in alone.text, "callout-ok" in alone.text) == (False, False)
    [certificate] = office.certify().issued
    assert "不是学时证明、学时依据或证书" in dropped_beside(office, certificate, other).text


def recompute(office: Office, folder: Path, text: str) -> tuple[int, str]:
    file = folder / "evidence.jws"
    file.write_text(text)
    answer = office.world.app.test_cli_runner().invoke(hours, ["recompute", str(file)])
    return answer.exit_code, answer.output


def test_the_command_checks_the_signature_and_names_the_signer(office: Office, made: Made, tmp_path: Path) -> None:
    code, said = recompute(office, tmp_path, signed_evidence(office))
    answer = json.loads(said)
    assert (code, answer["signed_by"]) == (0, made.certificate.fingerprint(made.certificate.signature_hash_algorithm).hex())  # type: ignore[arg-type]
    assert answer["credited_seconds"] == 108_000


def test_a_site_that_does_not_sign_says_so(office: Office) -> None:
    answer = office.world.client().get(f"/transcript/{office.enrolment_id}.jws")
    assert answer.status_code == 409
    assert ".jws" not in office.world.client().get(f"/transcript/{office.enrolment_id}").text
