"""Where the programme asks for two people, does one propose and another confirm before a certificate is issued?"""

import re
from importlib import resources

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from lms.accounts.account_changes import By
from lms.accounts.models import OFFICE, Organisation
from lms.accounts.people import add_person
from lms.certification import issuing, recalculation
from lms.certification.eligibility import Obstacle
from lms.certification.models import CertificateProposal, RegisterEntry
from lms.classes.models import TrainingClass
from lms.crediting.models import Certificate
from lms.crediting.windows import go_on_somewhere
from lms.errors import Conflict
from lms.programmes import store as programmes
from tests.access import form_token
from tests.factories import BEGIN, signed_in
from tests.integration.certification.conftest import ISSUER, Office


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    return sqlite_url


@pytest.fixture
def two(office: Office) -> tuple[Office, By]:
    """An office whose programme asks for two people, and the second person."""
    text = (resources.files("lms.programmes") / "data" / "online-teaching-2020.toml").read_text(encoding="utf-8")

    def work(session: Session) -> int:
        version = programmes.import_toml(session, text.replace("[rules]\n", "[rules]\nsecond_confirmation = true\n"), BEGIN).version
        session.get_one(TrainingClass, office.world.class_id).programme_version_id = version.id
        provider = session.scalars(select(Organisation).where(Organisation.code == "p1")).one()
        return int(add_person(session, "second", "吴二", (OFFICE,), password=None, organisation=provider).id)

    number = office.world.act(work)
    while office.world.act(lambda session: go_on_somewhere(session, office.world.clock())):
        pass
    return office, By(number, office.world.clock())


def propose(office: Office, by: By) -> issuing.CertifiedBatch:
    seen = office.heads()
    made: issuing.CertifiedBatch = office.world.act(lambda session: issuing.propose(session, seen, by))
    return made


def test_nothing_is_issued_before_somebody_else_has_proposed_it(two: tuple[Office, By]) -> None:
    office, second = two
    assert office.certify().left_out[office.enrolment_id] is Obstacle.UNPROPOSED
    assert len(propose(office, office.by()).proposed) == 1
    assert propose(office, office.by()).proposed == [], "a repeated proposal adds nothing"
    assert office.certify().left_out[office.enrolment_id] is Obstacle.SECOND
    assert len(office.certify(second).issued) == 1
    (entry,) = office.world.act(lambda session: session.scalars(select(RegisterEntry)).all())
    assert (entry.proposed_by, entry.by) == (office.clerk_id, second.person_id)
    assert office.findings() == []


def test_verify_finds_another_proposer_in_the_register(two: tuple[Office, By]) -> None:
    office, second = two
    propose(office, office.by())
    office.certify(second)

    def edit(session: Session) -> None:
        session.scalars(select(RegisterEntry)).one().proposed_by = second.person_id

    office.world.act(edit)
    assert any("was changed after it was written" in one for one in office.findings())


def test_a_proposal_is_for_the_account_as_it_was(two: tuple[Office, By]) -> None:
    office, second = two
    propose(office, office.by())
    office.world.study("more", 600)
    office.world.credit()
    assert office.certify(second).left_out[office.enrolment_id] is Obstacle.CHANGED


def test_nobody_confirms_or_proposes_their_own_hours(two: tuple[Office, By]) -> None:
    office, _second = two
    own = By(office.world.person_id, office.world.clock())
    assert propose(office, own).left_out[office.enrolment_id] is Obstacle.OWN
    propose(office, office.by())
    assert office.certify(own).left_out[office.enrolment_id] is Obstacle.OWN


def press(client: FlaskClient, office: Office, what: str) -> str:
    path = f"/office/classes/{office.world.class_id}/certificates"
    who = re.findall(r'name="who" value="([^"]*)"', client.get(path).text)
    headers = {"X-CSRFToken": form_token(client)}
    return client.post(path, data={"who": who, "what": what}, headers=headers, follow_redirects=True).text


def test_on_the_page_one_proposes_withdraws_and_another_confirms(two: tuple[Office, By]) -> None:
    office, _second = two
    clerk, second = (signed_in(office.world.app, name) for name in ("clerk", "second"))
    assert "已提请颁发 1 张证书" in press(clerk, office, "propose")
    page = clerk.get(f"/office/classes/{office.world.class_id}/certificates").text
    assert "须由同事确认" in page
    withdraw = re.search(r'action="([^"]*/withdraw)"', page)
    assert withdraw is not None
    back = clerk.post(withdraw[1], headers={"X-CSRFToken": form_token(clerk)}, follow_redirects=True).text
    assert "已撤回提请" in back
    press(clerk, office, "propose")
    assert "已颁发" not in press(clerk, office, "confirm"), "the one who proposed has nothing to tick"
    assert "已颁发 1 张证书" in press(second, office, "confirm")
    assert "提请人：周明" in second.get(certificate_page(office)).text
    states = office.world.act(lambda session: session.scalars(select(CertificateProposal.state).order_by(CertificateProposal.id)).all())
    assert states == ["withdrawn", "confirmed"]


def certificate_page(office: Office) -> str:
    number = office.world.act(lambda session: session.scalars(select(Certificate.id)).one())
    return f"/office/classes/{office.world.class_id}/certificates/{number}"


def test_without_the_policy_one_person_is_enough(office: Office) -> None:
    batch = office.world.act(lambda session: issuing.certify(session, office.heads(), office.by(), ISSUER))
    assert len(batch.issued) == 1


def certified(two: tuple[Office, By]) -> tuple[Office, By, Certificate]:
    """Return a certificate that two people issued, with later evidence."""
    office, second = two
    propose(office, office.by())
    (issued,) = office.certify(second).issued
    office.world.study("more", 1800)
    office.world.credit()
    return office, By(second.person_id, office.world.clock()), issued


def seen_of(office: Office, issued: Certificate) -> str:
    def look(session: Session) -> str:
        return recalculation.recalculate(session, session.get_one(Certificate, issued.id), office.world.clock()).digest

    return str(office.world.act(look))


def act(office: Office, what, issued: Certificate, by: By, reason: str = "补录学习记录"):  # type: ignore[no-untyped-def]
    with office.world.app.test_request_context():
        seen = seen_of(office, issued)
        return office.world.act(lambda session: what(session, issued.id, seen, reason, by))


def test_a_new_version_takes_two_people_too_and_the_register_names_both(two: tuple[Office, By]) -> None:
    office, second, issued = certified(two)
    with pytest.raises(Conflict, match="两人"):
        act(office, issuing.supersede, issued, second)
    act(office, issuing.propose_superseding, issued, office.by())
    with pytest.raises(Conflict, match="同事"):
        act(office, issuing.supersede, issued, office.by())
    with pytest.raises(Conflict):
        act(office, issuing.propose_superseding, issued, second)
    new = act(office, issuing.supersede, issued, second, reason="")
    assert new.version == 2
    entries = office.world.act(lambda session: session.scalars(select(RegisterEntry).order_by(RegisterEntry.position)).all())
    assert [(one.event, one.proposed_by, one.by, one.reason) for one in entries[1:]] == [
        (event, office.clerk_id, second.person_id, "补录学习记录") for event in ("superseded", "issued")
    ]
    assert office.findings() == []


def test_evidence_that_came_after_the_proposal_is_not_confirmed_with_it(two: tuple[Office, By]) -> None:
    office, second, issued = certified(two)
    act(office, issuing.propose_superseding, issued, office.by())
    office.world.study("more", 900)
    office.world.credit()
    with pytest.raises(Conflict):
        act(office, issuing.supersede, issued, second)


def test_revoking_withdraws_an_open_proposal_so_that_the_account_can_be_proposed_again(two: tuple[Office, By]) -> None:
    office, _second, issued = certified(two)
    act(office, issuing.propose_superseding, issued, office.by())
    office.revoke(issued)
    states = office.world.act(lambda session: session.scalars(select(CertificateProposal.state).order_by(CertificateProposal.id)).all())
    assert list(states) == ["confirmed", "withdrawn"]
    office.world.credit()
    assert len(propose(office, office.by()).proposed) == 1


def test_the_page_proposes_and_a_colleague_confirms(two: tuple[Office, By]) -> None:
    office, _second, issued = certified(two)
    path = f"/office/classes/{office.world.class_id}/certificates/{issued.id}"
    clerk, other = (signed_in(office.world.app, name) for name in ("clerk", "second"))
    with office.world.app.test_request_context():
        seen = seen_of(office, issued)
    data = {"csrf_token": form_token(clerk), "seen": seen, "reason": "补录", "what": "propose"}
    page = clerk.post(f"{path}/supersede", data=data, follow_redirects=True).text
    assert "由同事确认" in page
    assert "确认新版本" not in page
    assert "确认新版本" in other.get(path).text
    answer = other.post(f"{path}/supersede", data={"csrf_token": form_token(other), "seen": seen})
    assert answer.status_code == 302, answer.text
    assert office.findings() == []
