"""Is the transcript of a certified account exactly what was certified, and does it say what was learnt since?"""

import io
import re
from typing import Any

import pypdf
import pytest
from python_calamine import CalamineWorkbook
from sqlalchemy import update
from sqlalchemy.orm import Session

from lms.classes.models import Enrolment
from lms.crediting.certified import bundle_text
from lms.crediting.ledger import entries_of
from lms.crediting.models import Certificate
from lms.hours import recompute_file
from lms.transcripts.transcript import fingerprint
from tests.integration.certification.conftest import Office


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """Pages are tested on one database: no SQL here differs."""
    return sqlite_url


@pytest.fixture
def certificate(office: Office) -> Certificate:
    """Return the certificate of a teacher who has learnt half an hour more since."""
    [issued] = office.certify().issued
    office.world.clock.advance(60)
    office.world.study("more", 1800)
    office.world.credit()
    return issued


def download(office: Office, form: str, **query: str) -> bytes:
    answer = office.world.client().get(f"/transcript/{office.enrolment_id}.{form}", query_string=query)
    assert answer.status_code == 200, answer.text
    return bytes(answer.data)


def recomputed(bundle: bytes) -> dict[str, Any]:
    result, problems = recompute_file(bundle.decode())
    assert problems == []
    assert result is not None
    return dict(result)


def ledger(office: Office) -> dict[str, int]:
    def read(session: Session) -> dict[str, int]:
        found: dict[str, int] = {}
        for entry, _hash in entries_of(session, office.enrolment_id):
            if entry.unit == "seconds" and entry.amount:
                found[entry.account] = found.get(entry.account, 0) + entry.amount
        return found

    seconds: dict[str, int] = office.world.act(read)
    return seconds


def seconds_in(result: dict[str, Any]) -> dict[str, int]:
    return {name: one["credited_seconds"] for name, one in result["activities"].items() if one["credited_seconds"]}


def page(office: Office) -> str:
    return office.world.client().get(f"/transcript/{office.enrolment_id}").text


def test_the_bundle_that_is_downloaded_is_the_certificate_s_and_recomputes_to_the_ledger(office: Office, certificate: Certificate) -> None:
    bundle = download(office, "json")
    assert seconds_in(recomputed(bundle)) == ledger(office)
    assert bundle.decode() == bundle_text(certificate)


def test_the_page_says_since_when_it_is_frozen_and_what_was_learnt_since(office: Office, certificate: Certificate) -> None:
    text = page(office)
    assert certificate.number in text
    assert certificate.bundle_sha256 in text
    assert "+0.6 学时" in text
    office.revoke(certificate)
    text = page(office)
    assert certificate.bundle_sha256 not in text
    assert "40.6" in text


def test_new_rules_change_neither_the_page_nor_the_bundle_of_a_certified_account(office: Office, certificate: Certificate) -> None:
    def shorten(session: Session) -> None:
        session.get_one(Enrolment, office.enrolment_id).window_to = office.world.clock.at.replace(year=2020)

    office.world.act(shorten)
    assert seconds_in(recomputed(download(office, "json"))) == ledger(office)
    assert download(office, "json").decode() == bundle_text(certificate)
    assert "40.0" in page(office)


def test_the_fingerprint_on_a_printed_transcript_of_a_certified_account_can_be_checked_later(
    office: Office, certificate: Certificate
) -> None:
    text = "".join(one.extract_text() for one in pypdf.PdfReader(io.BytesIO(download(office, "pdf"))).pages)
    at, printed = re.search(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", text), re.search(r"[0-9a-f]{64}", re.sub(r"\s", "", text))
    assert at is not None
    assert printed is not None
    assert printed[0] == certificate.bundle_sha256
    assert certificate.number in text
    assert fingerprint(download(office, "json", at=at[0]).decode()) == printed[0]
    office.supersede(certificate)
    office.world.clock.advance(60)
    assert fingerprint(download(office, "json", at=at[0], sha256=printed[0]).decode()) == printed[0]
    assert seconds_in(recomputed(download(office, "json"))) == ledger(office)


def test_a_transcript_from_before_the_certificate_can_still_be_checked(office: Office) -> None:
    early = download(office, "json")
    at = office.world.clock().isoformat(timespec="seconds")
    office.world.clock.advance(60)
    office.world.study("more", 900)
    office.world.credit()
    office.certify()
    assert download(office, "json", at=at, sha256=fingerprint(early.decode())) == early


def test_frozen_evidence_that_is_damaged_is_said_and_nothing_else_is_shown_in_its_place(office: Office, certificate: Certificate) -> None:
    office.world.act(lambda session: session.execute(update(Certificate).values(bundle=b"damaged")))
    answer = office.world.client().get(f"/transcript/{office.enrolment_id}.json")
    assert (answer.status_code, certificate.number in answer.text) == (409, True)


def test_the_explanation_of_a_line_is_the_certified_one(office: Office, certificate: Certificate) -> None:
    answer = office.world.client().get(f"/transcript/{office.enrolment_id}/why/c1:more")
    assert answer.status_code == 200
    assert certificate.number in answer.text


def test_a_spreadsheet_names_the_certificate(office: Office, certificate: Certificate) -> None:
    book = CalamineWorkbook.from_filelike(io.BytesIO(download(office, "xlsx")))
    [said] = [str(row[1]) for row in book.get_sheet_by_index(0).to_python() if certificate.number in str(row[1])]
    assert "不" in said
