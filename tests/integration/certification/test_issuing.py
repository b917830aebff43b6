"""Does certifying freeze exactly what was earned, and does nothing change a certificate silently?"""

from decimal import Decimal
from threading import Barrier, Thread

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from lms.accounts.account_changes import By
from lms.certification import issuing, recalculation
from lms.certification.eligibility import Obstacle
from lms.certification.models import RegisterEntry
from lms.classes.models import Enrolment
from lms.crediting.certified import RequirementDifference, bundle_text
from lms.crediting.ledger import entries_of
from lms.crediting.models import Certificate
from lms.errors import Conflict, InvalidInput
from lms.hours import recompute_file
from tests.integration.certification.conftest import HOURS, Office, rename


def states(office: Office) -> list[tuple[int, str]]:
    rows = office.find(lambda session: session.execute(select(Certificate.version, Certificate.state).order_by(Certificate.id)).all())
    return [tuple(row) for row in rows]  # type: ignore[attr-defined]


def events(office: Office) -> list[tuple[int, str, int]]:
    columns = (RegisterEntry.position, RegisterEntry.event, RegisterEntry.version)
    rows = office.find(lambda session: session.execute(select(*columns).order_by(RegisterEntry.position)).all())
    return [tuple(row) for row in rows]  # type: ignore[attr-defined]


def test_who_has_met_everything_is_certified_and_the_others_are_told_what_is_missing(office: Office) -> None:
    batch = office.certify()
    [certificate] = batch.issued
    assert batch.left_out == {office.other_id: Obstacle.SHORT}
    assert certificate.facts["hours"] == "40"
    assert certificate.person == {"name": "王秀兰", "school": "示范培训机构"}
    result, problems = recompute_file(bundle_text(certificate))
    assert problems == []
    assert result is not None
    assert result["met"] is True
    assert office.findings() == []


def test_certifying_twice_issues_nothing_the_second_time(office: Office) -> None:
    assert len(office.certify().issued) == 1
    again = office.certify()
    assert again.issued == []
    assert again.left_out[office.enrolment_id] is Obstacle.CERTIFIED
    assert events(office) == [(1, "issued", 1)]


def test_two_offices_at_once_issue_one_certificate(office: Office) -> None:
    seen, both, issued = office.heads(), Barrier(2), []

    def press() -> None:
        both.wait()
        issued.extend(office.certify(seen=seen).issued)

    presses = [Thread(target=press) for _ in range(2)]
    for one in presses:
        one.start()
    for one in presses:
        one.join()
    assert len(issued) == 1
    assert events(office) == [(1, "issued", 1)]
    assert office.findings() == []


def test_nobody_certifies_their_own_hours(office: Office) -> None:
    batch = office.certify(By(office.world.person_id, office.world.clock()))
    assert batch.left_out[office.enrolment_id] is Obstacle.OWN
    assert not batch.issued


def test_an_account_that_changed_since_the_preview_is_left_out(office: Office) -> None:
    seen = office.heads()
    office.world.study("more", 600)
    office.world.credit()
    assert office.certify(seen=seen).left_out[office.enrolment_id] is Obstacle.CHANGED


def test_later_evidence_is_kept_and_moves_nothing_until_the_certificate_is_superseded(office: Office) -> None:
    [first] = office.certify().issued
    before = office.world.credited()
    office.world.study("more", 1800)
    office.world.credit()
    assert office.world.credited() == before
    [more] = [one for one in difference(office, first) if one.zh == ""]
    assert (more.amount, more.unit_zh) == (Decimal("0.6"), "学时")
    assert office.findings() == []

    second = office.supersede(first)
    assert (second.number, second.version, second.facts["hours"]) == (first.number, 2, "40.6")
    assert office.world.credited() == {**before, "c1:more": 1800}
    assert states(office) == [(1, "superseded"), (2, "valid")]
    assert events(office) == [(1, "issued", 1), (2, "superseded", 1), (3, "issued", 2)]
    assert difference(office, second) == []
    assert office.findings() == []


def difference(office: Office, certificate: Certificate) -> list[RequirementDifference]:
    def read(session: Session) -> list[RequirementDifference]:
        found = recalculation.recalculate(session, session.get_one(Certificate, certificate.id), office.world.clock())
        return list(found.differences)

    return office.find(read)  # type: ignore[return-value]


def test_what_was_appended_names_the_statements_that_came_later(office: Office) -> None:
    [first] = office.certify().issued
    office.world.study("more", 1800)
    office.world.credit()
    office.supersede(first)
    entries = office.find(lambda session: [entry for entry, _ in entries_of(session, office.enrolment_id) if entry.amount])
    assert [len(one.evidence) for one in entries][-1:] == [1]  # type: ignore[attr-defined]


def test_superseding_without_a_difference_is_refused(office: Office) -> None:
    [first] = office.certify().issued
    with pytest.raises(InvalidInput):
        office.supersede(first)
    assert states(office) == [(1, "valid")]


def test_a_new_name_is_a_reason_to_supersede_and_the_old_version_keeps_the_old_name(office: Office) -> None:
    [first] = office.certify().issued
    rename(office.world, "王秀岚")
    second = office.supersede(first, "更正姓名")
    assert [first.person["name"], second.person["name"]] == ["王秀兰", "王秀岚"]  # type: ignore[index]
    assert office.findings() == []


def test_evidence_that_arrives_after_the_preview_stops_the_superseding(office: Office) -> None:
    [first] = office.certify().issued
    office.world.study("more", 900)
    office.world.credit()

    def look(session: Session) -> str:
        return recalculation.recalculate(session, session.get_one(Certificate, first.id), office.world.clock()).digest

    seen = office.find(look)
    office.world.study("more", 900)
    office.world.credit()
    with office.world.app.test_request_context(), pytest.raises(Conflict):
        office.world.act(lambda session: issuing.supersede(session, first.id, str(seen), "补录", office.by()))
    assert states(office) == [(1, "valid")]


def test_a_revoked_certificate_frees_the_account_which_can_be_certified_again(office: Office) -> None:
    [first] = office.certify().issued
    office.world.study("more", 1800)
    office.world.credit()
    office.revoke(first)
    assert office.world.credited()["c1:more"] == 1800
    assert office.findings() == []
    [second] = office.certify().issued
    assert second.number != first.number
    assert states(office) == [(1, "revoked"), (1, "valid")]
    assert office.findings() == []


def test_a_certificate_is_revoked_once_and_with_a_reason(office: Office) -> None:
    [first] = office.certify().issued
    with pytest.raises(InvalidInput):
        office.revoke(first, " ")
    office.revoke(first)
    with pytest.raises(Conflict):
        office.revoke(first)
    assert events(office) == [(1, "issued", 1), (2, "revoked", 1)]


def test_new_rules_take_nothing_from_a_certified_account(office: Office) -> None:
    """A later version of the class would make the same evidence worth less; the certificate and its recalculation keep the old rules."""
    [first] = office.certify().issued

    def shorten(session: Session) -> None:
        enrolment = session.get_one(Enrolment, office.enrolment_id)
        enrolment.window_to = office.world.clock.at.replace(year=2020)

    office.world.act(shorten)
    assert difference(office, first) == []
    assert sum(office.world.credited().values()) == HOURS * 3600
