"""Can neither the application's role nor an accident change ledger, register and history, while erasure and certificates still work?"""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import Engine, create_engine, make_url, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from lms.attendance.models import AttendanceMark, CheckIn
from lms.classes.models import AttendanceRecord, ClassSession, EnrolmentTransfer
from lms.db import database
from lms.migrations import guards, migrating
from lms.practice.models import PracticeDecision, PracticeWork
from lms.privacy.erasure import person as erasure
from lms.signing import site_key
from tests import signing_keys
from tests.factories import PUBLIC_URL, DrivenClock
from tests.integration.certification.conftest import Office, build_office
from tests.integration.certification.files import pdf_of


@pytest.fixture
def office(app: Flask, clock: DrivenClock) -> Office:
    """A class, on a database with its guards."""
    with database_of(app).begin() as connection:
        guards.install(connection)
    return build_office(app, clock)


def database_of(app: Flask) -> Engine:
    with app.app_context():
        return database().engine


def erase(office: Office) -> None:
    def work(session: Session) -> None:
        erasure.begin(session, erasure.find(session, "teacher"), None, PUBLIC_URL, office.world.clock())

    with office.world.app.app_context():
        office.world.act(work)


WRITES = (
    "UPDATE ledger_entry SET amount = amount + 60",
    "UPDATE ledger_entry SET hash = hash",
    "DELETE FROM ledger_entry",
    "UPDATE register_entry SET reason = 'x'",
    "UPDATE register_entry SET hash = 'x'",
    "DELETE FROM register_entry",
    "UPDATE certificate SET facts = '{}'",
    "UPDATE certificate SET person = NULL, salt = NULL, bundle = NULL",
    "UPDATE certificate SET bundle_sha256 = 'x'",
    "DELETE FROM certificate",
    "UPDATE certificate_proposal SET reason = ''",
    "UPDATE certificate_proposal SET state = 'open'",
    "UPDATE certificate_proposal SET proposed_by = NULL",
    "DELETE FROM certificate_proposal",
    "UPDATE appeal SET text = 'x'",
    "UPDATE appeal SET state = 'open'",
    "UPDATE appeal SET made_at = '2026-01-01'",
    "DELETE FROM appeal",
    "UPDATE waiver SET amount = 9900",
    "UPDATE waiver SET state = 'proposed'",
    "UPDATE waiver SET reason = '', answer = ''",
    "DELETE FROM waiver",
    "UPDATE held_session SET enrolment_id = 2",
    "UPDATE held_session SET activity = 'x'",
    "UPDATE issued_file SET sha256 = 'x'",
    "DELETE FROM issued_file",
    "UPDATE class_change SET after = ''",
    "DELETE FROM class_change",
    "UPDATE observation SET since = 0",
    "UPDATE observation SET activity = 'x'",
    "UPDATE observation SET statement_sha256 = NULL",
    "DELETE FROM observation",
    "UPDATE practice_decision SET what = 'returned'",
    "UPDATE practice_decision SET comment = ''",
    "DELETE FROM practice_decision",
    "UPDATE attendance_record SET quantity = 300",
    "UPDATE attendance_record SET note = ''",
    "DELETE FROM attendance_record",
    "UPDATE attendance_mark SET state = 'absent'",
    "UPDATE attendance_mark SET superseded_at = NULL",
    "UPDATE attendance_mark SET reason = ''",
    "DELETE FROM attendance_mark",
    "UPDATE check_in SET code_at = '2026-03-09'",
    "UPDATE check_in SET state = 'counted'",
    "UPDATE check_in SET state = 'declined', decided_by = NULL",
    "UPDATE check_in SET reason = '', device = ''",
    "DELETE FROM check_in",
    "UPDATE enrolment_transfer SET day = '2026-03-09'",
    "DELETE FROM enrolment_transfer",
    "UPDATE programme_version SET document = '{}'",
    "UPDATE programme_version SET effective_from = '2020-01-01'",
    "DELETE FROM programme_version",
    "UPDATE course_version SET document = '{}'",
    "UPDATE course_version SET document_sha256 = 'x'",
    "DELETE FROM course_version",
    "UPDATE account_change SET after = 'x'",
    "DELETE FROM account_change",
    "UPDATE audit_export SET reason = 'x'",
    "DELETE FROM audit_export",
    "UPDATE access_record SET reason = ''",
    "UPDATE access_record SET at = at",
    "UPDATE elsewhere_hours SET amount = 9900",
    "UPDATE elsewhere_hours SET state = 'proposed'",
    "UPDATE elsewhere_hours SET state = 'withdrawn', statement_sha256 = 'x'",
    "DELETE FROM elsewhere_decision",
    "DELETE FROM elsewhere_hours",
    "UPDATE elsewhere_decision SET reason = 'x'",
    "UPDATE lifetime_rule SET sha256 = 'x'",
    "DELETE FROM lifetime_rule",
    "UPDATE signing_certificate SET certificate = '1'",
    "DELETE FROM signing_certificate",
)


def refused(app: Flask, statements: tuple[str, ...]) -> list[str]:
    """Return which statements the database accepts."""
    accepted = []
    for one in statements:
        try:
            with database_of(app).begin() as connection:
                connection.execute(text(one))
            accepted.append(one)
        except DBAPIError as error:
            accepted += [] if "never changed or deleted" in str(error) else [str(error)]
    return accepted


def test_what_must_never_change_cannot_be_changed_while_certificates_and_erasure_work(office: Office, tmp_path: Path) -> None:
    signing_keys.give(office.world.app, signing_keys.make(), tmp_path)
    [first] = office.certify().issued
    pdf_of(office, first)
    account_change(office)
    office.world.act(lambda session: attest(session, office.enrolment_id))
    assert refused(office.world.app, WRITES) == []
    office.world.study("more", 1800)
    office.world.credit()
    second = office.supersede(first)
    office.revoke(second)
    [third] = office.certify().issued
    assert refused(office.world.app, ("UPDATE certificate SET state = 'valid' WHERE state = 'revoked'",)) == []
    assert office.findings() == []
    erase(office)
    assert office.findings() == []
    assert office.world.act(lambda session: [list(session.execute(text(one)).one()) for one in CLEARED]) == [["", "", "", "", ""], [0]]
    assert refused(office.world.app, ("UPDATE certificate SET facts = '{}'", "DELETE FROM certificate")) == []
    assert office.world.act(lambda session: session.scalar(text("SELECT count(*) FROM elsewhere_hours"))) == 0, "erased with the teacher"
    office.world.act(
        lambda session: site_key.revoke(session, session.scalar(text("SELECT sha256 FROM signing_certificate")), "被盗", third.issued_at)
    )
    assert refused(office.world.app, ("UPDATE signing_certificate SET revoked_at = NULL",)) == []


CLEARED = (  # by the erasure, and nothing else of these rows
    "SELECT d.comment, r.note, m.reason, c.reason, c.device FROM practice_decision d, attendance_record r, attendance_mark m, check_in c"
    " WHERE d.what = 'accepted' AND r.quantity = 200 AND m.state = 'present' AND c.state = 'confirmed'",
    "SELECT count(*) FROM observation WHERE enrolment_id = 1",
)


def attest(session: Session, enrolment_id: int) -> None:
    """Write one row of each kind of evidence that people attest, with texts that name the teacher, and void one observation."""
    at, own = datetime(2026, 3, 2, 1, tzinfo=UTC), {"enrolment_id": enrolment_id}
    lesson = ClassSession(class_id=1, key="day-1", title="x", requirement="x", starts_at=at, ends_at=at, half_days=1)
    work = PracticeWork(**own, requirement="tasks", on=at.date(), state="accepted", handed_in_at=at)
    session.add_all([lesson, work])
    session.flush()
    here = own | {"session_id": lesson.id, "reason": "李青"}
    mark = AttendanceMark(**here, state="present", noted_at=at, superseded_at=at)
    scan = CheckIn(**here, way="in", code_at=at, received_at=at, device="x", state="confirmed", decided_at=at, decided_by=1)
    session.add_all([mark, scan, PracticeDecision(work_id=work.id, what="accepted", comment="李青", at=at)])
    session.add(AttendanceRecord(**own, requirement="x", quantity=2, noted_on=at.date(), note="李青", created_at=at))
    session.add(EnrolmentTransfer(enrolment_id=2, from_class_id=1, to_class_id=1, day=at.date(), made_at=at))


def test_a_claim_is_decided_once_and_a_mark_is_superseded_once(office: Office) -> None:
    office.world.act(lambda session: attest(session, office.enrolment_id))
    for state, day in (("measured", "2026-03-02"), ("claimed", "2026-03-03")):
        scan = "INSERT INTO check_in (session_id, enrolment_id, source, way, code_at, received_at, device, state, reason)"
        scan += f" SELECT id, 2, 'code', 'in', '{day}', '{day}', '{state}', '{state}', '' FROM class_session"
        office.world.act(lambda session, one=scan: session.execute(text(one)))
    first = (
        "UPDATE check_in SET state = 'counted' WHERE device = 'measured'",
        "UPDATE check_in SET state = 'confirmed', reason = 'x', decided_by = 1 WHERE device = 'claimed'",
        "UPDATE check_in SET came_at = code_at WHERE device = 'claimed'",
        "UPDATE course_version SET warnings = '[]'",
        "UPDATE observation SET voided = true",
    )
    again = (
        "UPDATE check_in SET state = 'declined' WHERE device = 'claimed'",
        "UPDATE check_in SET state = 'measured' WHERE device = 'measured'",
        "UPDATE observation SET voided = false",
    )
    assert refused(office.world.app, (*first, *again)) == list(first)


def account_change(office: Office) -> None:
    change = "INSERT INTO account_change (at, what, before, after) VALUES ('2026-03-01', 'role', '', 'x')"
    export = (
        "INSERT INTO audit_export (class_id, at, revealed, reason, members, manifest_sha256) VALUES (1, '2026-03-01', false, '', 1, 'x')"
    )
    access = "INSERT INTO access_record (at, what, form, person_id, reason) VALUES ('2026-03-01', 'revealed', 'username', 1, 'x')"
    proposal = (
        "INSERT INTO certificate_proposal (enrolment_id, class_id, ledger_head, reason, proposed_at, state, ended_at)"
        " VALUES (1, 1, 'x', 'x', '2026-03-01', 'confirmed', '2026-03-01')"
    )
    appeal = (  # one answered, and one open
        "INSERT INTO appeal (enrolment_id, account, text, made_at, state, answer)"
        " VALUES (1, 'x', 'y', '2026-03-01', 'declined', 'z'), (1, 'w', 'y', '2026-03-01', 'open', '')"
    )
    held = (
        "INSERT INTO held_session (enrolment_id, activity, session, flags, seconds, state, raised_at)"
        " VALUES (1, 'c1:a', 'x', ' rate ', 60, 'open', '2026-03-01')"
    )
    earned = (
        "INSERT INTO elsewhere_hours (person_id, kind, title, provider, first_on, last_on, unit, amount, document_name, document_mimetype,"
        " document_sha256, state, entered_at, entered_by) SELECT id, 'x', 'x', 'x', '2026-01-01', '2026-01-01', 'hours', 100, 'x', 'x',"
        " 'x', 'approved', '2026-03-01', id FROM person WHERE username = 'teacher'"
    )
    decided = (
        "INSERT INTO elsewhere_decision (entry_id, what, reason, at, by) SELECT id, 'approved', '', entered_at, 1 FROM elsewhere_hours"
    )
    rule = "INSERT INTO lifetime_rule (code, number, document, sha256, imported_at) VALUES ('x', 1, '{}', 'x', '2026-03-01')"
    waived = (
        "INSERT INTO waiver (enrolment_id, requirement, amount, reason, proposed_at, state, answer)"
        " VALUES (1, 'x', 100, 'x', '2026-03-01', 'approved', '')"
    )
    for one in (change, export, access, proposal, appeal, waived, held, earned, decided, rule):
        office.world.act(lambda session, row=one: session.execute(text(row)))


def test_an_access_is_deleted_only_once_it_is_old(office: Office) -> None:
    """The database's clock decides, so a wrong clock of the application deletes nothing."""
    said = "INSERT INTO access_record (at, what, form, person_id, reason) VALUES (:at, 'revealed', 'username', 1, 'x')"
    with database_of(office.world.app).begin() as connection:
        for days in (1, 29, 31):
            at = datetime.now(UTC) - timedelta(days=days)
            connection.execute(
                text(said), {"at": at if connection.dialect.name == "postgresql" else at.replace(tzinfo=None).isoformat(" ")}
            )
    assert refused(office.world.app, ("DELETE FROM access_record", "DELETE FROM access_record WHERE id = 2")) == []
    old = ("DELETE FROM access_record WHERE id = 3",)
    assert refused(office.world.app, old) == list(old)


def run(engine: Engine, *statements: str) -> None:
    """Run statements in one transaction."""
    with engine.begin() as connection:
        for one in statements:
            connection.execute(text(one))


@pytest.mark.services
def test_a_role_that_does_not_own_the_tables_cannot_take_the_guards_away(postgres_url: str) -> None:
    engine = create_engine(postgres_url)
    with engine.begin() as connection:
        guards.install(connection)
        connection.execute(text("CREATE ROLE lms_app_role LOGIN"))
        connection.execute(text("GRANT USAGE ON SCHEMA public TO lms_app_role"))
        connection.execute(text("GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO lms_app_role"))
    try:
        for one in (
            "ALTER TABLE ledger_entry DISABLE TRIGGER ALL",
            "DROP TRIGGER guard_ledger_entry_update ON ledger_entry",
            "TRUNCATE ledger_entry",
        ):
            with pytest.raises(DBAPIError):
                run(engine, "SET ROLE lms_app_role", one)
        with pytest.raises(DBAPIError, match="never changed"):
            run(engine, "TRUNCATE ledger_entry CASCADE")
    finally:
        with engine.begin() as connection:
            connection.execute(text("DROP OWNED BY lms_app_role"))
            connection.execute(text("DROP ROLE lms_app_role"))
        engine.dispose()


def test_an_upgrade_puts_the_guards_in_place_and_a_second_one_changes_nothing(database_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    engine = create_engine(database_url)
    with engine.connect() as connection:
        assert not guards.are_there(connection)
    migrating.upgrade(engine)
    migrating.upgrade(engine)
    with engine.connect() as connection:
        assert guards.are_there(connection)
        other = replace(guards.GUARDS[0], deleted_if="(1 = 1)")
        with monkeypatch.context() as another_version:
            another_version.setattr(guards, "GUARDS", (other, *guards.GUARDS[1:]))
            assert not guards.are_there(connection), "triggers of another version are renewed"
        guards.remove(connection)
        assert not guards.are_there(connection)
    engine.dispose()
    assert make_url(database_url).database
