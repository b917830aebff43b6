"""Does the nightly check find an edit, name it, keep an anchor outside, and go on after its worker was lost?"""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select, text
from sqlalchemy.orm import Session

import xapi.store
from lms import vocabulary as v
from lms.accounts.models import ADMIN, OFFICE, Organisation
from lms.accounts.people import add_person
from lms.audit import anchors, check_run, tasks
from lms.crediting.models import NIGHTLY, LedgerCheck
from lms.db import database, transaction
from lms.i18n import SITE_ZONE, local_time
from lms.lease import TurnLost
from lms.lifetime.elsewhere import document_object
from lms.lifetime.models import ElsewhereHours
from lms.storage import Storage, storage
from tests.access import form_token
from tests.earned_elsewhere import approve_hours
from tests.factories import DrivenClock, signed_in
from tests.integration.certification.conftest import Office, build_office
from xapi.storage.models import StatementRow


@pytest.fixture
def office(app: Flask, clock: DrivenClock) -> Office:
    found = build_office(app, clock)

    def add(session: Session) -> None:
        provider = session.scalars(select(Organisation).where(Organisation.code == "p1")).one()
        add_person(session, "root", "管理员", (OFFICE, ADMIN), password=None, organisation=provider)

    found.world.act(add)
    clock.at = clock.at.replace(hour=19, minute=30)  # 3:30 in Shanghai
    return found


def run(office: Office) -> LedgerCheck:
    """Begin the night's check and carry it through."""
    with office.world.app.app_context():
        assert tasks.nightly()
        with transaction() as session:
            taken = check_run.claim(session, office.world.clock())
        assert taken is not None
        check_run.carry(*taken, office.world.app.extensions["settings"])
        with transaction() as session:
            return session.get_one(LedgerCheck, taken[0])


def edit(office: Office, statement: str) -> None:
    office.world.act(lambda session: session.execute(text(statement)))


def test_a_clean_night_says_so_and_keeps_an_anchor(office: Office) -> None:
    office.certify()
    found = run(office)
    assert (found.by, found.findings, found.found, found.problem) == (NIGHTLY, [], 0, "")
    assert (found.enrolments, found.certificates) == (2, 1)
    assert found.finished_at == office.world.clock()
    [file] = folder(office).iterdir()
    anchor, heads = anchors.read(file.read_text(encoding="utf-8"))
    assert file.read_text(encoding="utf-8").splitlines()[0] == found.anchor
    assert {one.id for one in heads if one.kind == "enrolment"} == {office.enrolment_id}
    assert anchor.enrolments == 1, "the other one has no entry yet"


def test_hours_earned_elsewhere_are_checked_every_night(office: Office) -> None:
    approve_hours(office.world)
    assert run(office).findings == []
    edit(office, "UPDATE elsewhere_hours SET amount = 9900")
    office.world.clock.advance(24 * 3600)
    [found] = run(office).findings
    assert found.startswith("hours earned elsewhere 1: it is not what statement")


def test_a_whole_check_reads_every_document_and_a_night_some_of_them(office: Office) -> None:
    number = approve_hours(office.world)

    def spoil(session: Session) -> None:
        entry = session.get_one(ElsewhereHours, number)
        storage().put(document_object(entry.person_id, entry.document_sha256), b"%PDF-1.7 another")

    with office.world.app.app_context():
        office.world.act(spoil)
        nights = [run(office).findings for _night in range(check_run.NIGHTS) if office.world.clock.advance(24 * 3600) or True]
    assert [found for found in nights if found] == [["hours earned elsewhere 1: its document was changed"]]


class SlowStorage(Storage):
    """A file store that needs ten minutes for each file, and calls `before_answer` first."""

    def __init__(self, url: str, before_answer: Callable[[], None]) -> None:
        super().__init__(url)
        self.before_answer = before_answer

    def get(self, name: str) -> bytes:
        """Return a file after ten minutes."""
        self.before_answer()
        return super().get(name)


def test_nobody_takes_over_a_check_that_reads_documents_for_half_an_hour(office: Office) -> None:
    approve_hours(office.world, count=3)
    extensions, taken = office.world.app.extensions, []

    def try_to_claim() -> None:
        office.world.clock.advance(10 * 60)
        with transaction() as session:
            taken.append(check_run.claim(session, office.world.clock()))

    extensions["storage"] = SlowStorage(extensions["settings"].storage_url, try_to_claim)
    with office.world.app.app_context():
        with transaction() as session:
            check_run.begin(session, "root", office.world.clock())
            mine = check_run.claim(session, office.world.clock())
        assert mine is not None
        check_run.carry(*mine, extensions["settings"])
        assert taken == [None, None, None]
        with transaction() as session:
            check = session.get_one(LedgerCheck, mine[0])
            assert (check.findings, bool(check.anchor), check.turn) == ([], True, None)


def folder(office: Office) -> Path:
    found: Path = office.world.app.extensions["settings"].data_dir
    return found / "anchors"


def test_it_runs_once_a_night_and_not_by_day(office: Office) -> None:
    run(office)
    with office.world.app.app_context():
        assert not tasks.nightly()
        office.world.clock.advance(12 * 3600)
        assert not tasks.nightly()
        office.world.clock.advance(12 * 3600)
        assert tasks.nightly()


EDITS = {
    "UPDATE ledger_entry SET amount = amount + 60 WHERE number = 1": "entry 1 was changed after it was written",
    "DELETE FROM ledger_entry WHERE number = 1": "entry 1 is missing",
    "UPDATE enrolment SET credited_seconds = credited_seconds + 60": "its total is kept as",
    "UPDATE observation SET at = at + 60": "its evidence is not what was kept",
    "UPDATE certificate SET facts = '{}'": "what it says was changed",
    'UPDATE register_entry SET "by" = NULL': "was changed after it was written",
}


@pytest.mark.parametrize("statement", EDITS)
def test_each_edit_is_named_in_the_same_night_whose_ever_turn_it_is(statement: str, office: Office) -> None:
    office.certify()
    with office.world.app.app_context():
        night = local_time(office.world.clock(), SITE_ZONE).date()
    assert office.enrolment_id not in check_run.share_of([office.enrolment_id], night), "no account is recomputed in this night"
    edit(office, statement)
    found = run(office)
    assert any(EDITS[statement] in one for one in found.findings), found.findings
    assert any(f"enrolment {office.enrolment_id}" in one or "register" in one for one in found.findings)


def test_every_account_is_recomputed_within_four_weeks() -> None:
    nights = [date(2026, 3, 1) + timedelta(days=day) for day in range(check_run.NIGHTS)]
    for number in range(1, 60):
        assert sum(number in check_run.share_of(range(1, 60), night) for night in nights) == 1


def test_a_chain_that_was_rewritten_with_new_hashes_differs_from_the_anchor(office: Office) -> None:
    run(office)
    edit(
        office,
        f"UPDATE ledger_entry SET enrolment_id = {office.other_id}, number = number + 100 WHERE enrolment_id = {office.enrolment_id}",
    )
    office.world.clock.advance(24 * 3600)
    found = run(office)
    assert any(f"enrolment {office.enrolment_id}: its chain" in one for one in found.findings), found.findings


def test_a_check_whose_worker_was_lost_goes_on_where_it_was(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(check_run, "AT_ONCE", 1)
    with office.world.app.app_context():
        tasks.nightly()
        with transaction() as session:
            number, turn = check_run.claim(session, office.world.clock()) or (0, "")
            session.get_one(LedgerCheck, number).after = office.enrolment_id
        office.world.clock.advance(16 * 60)
        with transaction() as session:
            taken = check_run.claim(session, office.world.clock())
        assert taken is not None
        with pytest.raises(TurnLost):
            check_run.carry(number, turn, office.world.app.extensions["settings"])
        check_run.carry(*taken, office.world.app.extensions["settings"])
        with transaction() as session:
            assert session.get_one(LedgerCheck, number).enrolments == 1, "the first one was checked before"


def test_an_anchor_that_cannot_be_written_is_said_and_the_check_is_whole(office: Office) -> None:
    folder(office).write_text("a file in the way", encoding="utf-8")
    found = run(office)
    assert "anchors" in found.problem
    assert found.finished_at is not None
    assert found.anchor


def test_without_anchors_nothing_is_written(office: Office) -> None:
    set_anchors(office, "none")
    assert run(office).anchor == ""
    assert not folder(office).exists()


def set_anchors(office: Office, how: str) -> None:
    app = office.world.app
    app.extensions["settings"] = replace(app.extensions["settings"], anchors=how)


def test_an_anchor_can_leave_the_site_as_a_statement_and_earns_nothing(office: Office) -> None:
    set_anchors(office, "statements")
    found = run(office)
    office.world.credit()

    def stated(session: Session) -> list[str]:
        ids = session.scalars(select(StatementRow.id)).all()
        return [text for text in xapi.store.load_texts(session, ids).values() if v.ANCHORED in text]

    [statement] = office.world.act(stated)
    assert json.loads(statement)["result"]["extensions"][v.ANCHOR] == found.anchor
    with office.world.app.app_context(), database().reader() as session:
        assert xapi.outbox.oldest(session) is None, "crediting passes it by"


def test_administrators_see_the_findings_and_start_a_check_of_everything(office: Office) -> None:
    edit(office, "UPDATE ledger_entry SET amount = amount + 60 WHERE number = 1")
    run(office)
    admin = signed_in(office.world.app, "root")
    page = admin.get("/records/ledger-checks").text
    assert "entry 1 was changed after it was written" in page
    answer = admin.post("/records/ledger-checks", headers={"X-CSRFToken": form_token(admin)})
    assert answer.status_code == 302
    assert office.find(lambda session: session.scalars(select(LedgerCheck).where(LedgerCheck.whole)).one().asked_by) is not None
    assert signed_in(office.world.app, "clerk").get("/records/ledger-checks").status_code == 403
