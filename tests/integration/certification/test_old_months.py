"""When the statements of old months are removed, do certificates stay verifiable and recomputable?"""

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

import xapi
from lms.certification import recalculation
from lms.cli import main_group
from lms.crediting.certified import bundle_text
from lms.crediting.models import Certificate
from lms.db import database
from lms.hours import recompute_file
from tests.commands import json_of, record_store
from tests.factories import BEGIN
from tests.integration.certification.conftest import Office
from xapi.storage.models import StatementRow

LATER = datetime(2027, 4, 1, tzinfo=UTC)  # thirteen months after; the class ended in June


@pytest.fixture
def certificate(office: Office) -> Certificate:
    """Return the certificate of a teacher who learnt more afterwards. All statements are of a month that was removed since."""
    app = office.world.app
    app.extensions["settings"] = replace(app.extensions["settings"], statements_kept_months=12)
    [issued] = office.certify().issued
    office.world.study("more", 1800)
    office.world.credit()
    office.world.clock.at = LATER
    assert record_store is not None
    app.cli.add_command(record_store)
    answer = app.test_cli_runner().invoke(args=["xapi", "retention", "--apply", "--yes"])
    assert answer.exit_code == 0, answer.stderr
    assert office.find(lambda session: session.scalar(select(func.count()).select_from(StatementRow))) == 0
    return issued


@pytest.fixture
def office(office: Office) -> Office:
    """Store the months of the evidence where they can be removed."""
    with office.world.app.app_context(), database().writing() as connection:
        xapi.storage.partitions.prepare(connection, BEGIN)
    return office


def verify(office: Office, *words: str) -> dict[str, object]:
    answer = office.world.app.test_cli_runner().invoke(main_group, [*words, "--json"])
    found: dict[str, object] = json_of(answer)
    assert (answer.exit_code, found["findings"]) == (0, [])
    return found


def test_ledger_and_certificate_stay_clean_and_the_removed_statements_are_counted(office: Office, certificate: Certificate) -> None:
    assert verify(office, "ledger", "verify", "--statements")["statements_removed"] == 4
    assert verify(office, "certificate", "verify")["certificates"] == 1
    page = office.world.app.test_client().get(f"/verify/{certificate.number}")
    assert page.status_code == 200
    assert "有效" in page.text


def test_the_frozen_bundle_still_recomputes_to_the_hours_of_the_certificate(office: Office, certificate: Certificate) -> None:
    result, problems = recompute_file(bundle_text(certificate))
    assert problems == []
    assert result is not None
    assert result["hours"] == "40.0"


def test_superseding_works_from_the_evidence_that_stays(office: Office, certificate: Certificate) -> None:
    def later(session: Session) -> list[str]:
        found = recalculation.recalculate(session, session.get_one(Certificate, certificate.id), LATER)
        return [str(one.amount) for one in found.differences]

    assert office.find(later) == ["0.6", "0.6"]
    assert office.supersede(certificate).facts["hours"] == "40.6"
    assert verify(office, "ledger", "verify", "--statements")["clean"] is True
