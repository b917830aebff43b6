"""From what people attest to days, months, tasks and courses in the ledger, on both databases."""

import json
import uuid
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from importlib import resources

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

import xapi
import xapi.storage.store
from lms.accounts.models import TEACHER
from lms.accounts.people import add_organisation, add_person
from lms.classes import attendance, setup
from lms.classes.attendance import Note
from lms.classes.models import ClassSession, Enrolment
from lms.crediting import noted
from lms.crediting.attesting import Attestor
from lms.crediting.ledger import Account, sums
from lms.crediting.models import LedgerEntry
from lms.crediting.ripening import ripen
from lms.crediting.standing import of_enrolments, of_person
from lms.crediting.verify import verify
from lms.crediting.windows import go_on_somewhere
from lms.db import database
from lms.errors import InvalidInput
from lms.hours import recompute_file
from lms.programmes import store
from lms.programmes.progress import RequirementProgress
from lms.transcripts.transcript import read
from tests.course_factories import add_course
from tests.factories import BEGIN, PUBLIC_URL, DrivenClock, World

DAY = date(2026, 3, 2)


@pytest.fixture
def lead(app: Flask, clock: DrivenClock) -> World:
    """A class of rural lead teachers: 2 + 8 + 5 days, three months, thirty hours, one compulsory course."""
    text = (resources.files("lms.programmes") / "data" / "rural-lead-2020.toml").read_text(encoding="utf-8")

    def build(session: Session) -> World:
        provider = add_organisation(session, "p1", "示范培训机构", "provider")
        version = store.import_toml(session, text, BEGIN).version
        made = setup.create_class(session, version, setup.ClassDetails("k1", "首席教师班", provider, DAY, date(2026, 12, 31)))
        course = add_course(session, "c1", {"reading": {"minutes": 30}})
        setup.bind_course(session, made, course, "companion")
        person = add_person(session, "teacher", "王秀兰", (TEACHER,), password=None, organisation=provider)
        enrolment = setup.enrol(session, made, person, "lead", "in-training")
        return World(app, clock, person.id, enrolment.id, course.id, made.id)

    with app.app_context(), database().writer() as session, session.begin():
        return build(session)


def attestor(session: Session, world: World) -> Attestor:
    return Attestor(session, PUBLIC_URL, world.person_id, world.clock())


def own(session: Session, world: World) -> Enrolment:
    return session.get_one(Enrolment, world.enrolment_id)


def account(world: World) -> dict[Account, int]:
    found: dict[Account, int] = world.act(lambda session: sums(session, [world.enrolment_id])[world.enrolment_id])
    return {one: amount for one, amount in found.items() if amount}


def requirements(world: World) -> Mapping[str, RequirementProgress]:
    found = world.act(lambda session: of_enrolments(session, [world.enrolment_id])[0].requirements)
    return {one.key: one for one in found}


def findings(world: World) -> list[object]:
    with world.app.app_context(), database().reader() as session:
        return [finding for checked in verify(session, public_url=PUBLIC_URL) for finding in checked.findings]


def bundle_agrees_with_the_page(world: World) -> bool:
    """Say whether an auditor who recomputes the exported bundle reads what the page says."""
    with world.app.test_request_context(), database().reader() as session:
        transcript = read(session, world.enrolment_id, world.clock())
    result, problems = recompute_file(transcript.bundle)
    assert problems == []
    assert result is not None
    shown = {one.key: (one.earned, one.waived, one.target, one.missing, one.done) for one in transcript.requirements}
    told = {
        key: (Decimal(one["earned"]), Decimal(one["waived"]), one["target"] and Decimal(one["target"]), Decimal(one["missing"]), one["met"])
        for key, one in result["requirements"].items()
    }
    return shown == told and Decimal(result["hours"]) == transcript.hours


def test_what_is_attested_is_earned_in_its_own_unit(lead: World) -> None:
    def attest(session: Session) -> None:
        said = attestor(session, lead)
        said.waived(own(session, lead), "topics", Decimal("1.5"), "在省外参加同等培训")
        said.logged(own(session, lead), "practice", "log-1", DAY + timedelta(days=3))

    lead.act(attest)
    assert lead.credit() == 2
    assert account(lead) == {Account("waived/topics", "half_days"): 3}
    found = requirements(lead)
    assert (found["topics"].earned, found["topics"].waived, found["topics"].missing) == (Decimal("1.5"), Decimal("1.5"), Decimal("6.5"))
    assert found["practice"].earned == 0
    assert findings(lead) == []
    assert bundle_agrees_with_the_page(lead)


def test_a_month_ripens_overnight_without_new_evidence(lead: World) -> None:
    lead.act(lambda session: attestor(session, lead).logged(own(session, lead), "practice", "log-1", DAY))
    lead.credit()
    assert account(lead) == {}
    lead.clock.at = datetime(2026, 4, 1, 15, 59, tzinfo=UTC)
    assert lead.act(lambda session: ripen(session, lead.clock())) == 0
    lead.clock.at = datetime(2026, 4, 1, 16, 0, tzinfo=UTC)  # 2 April in Shanghai
    assert lead.act(lambda session: ripen(session, lead.clock())) == 1
    assert lead.act(lambda session: ripen(session, lead.clock())) == 0
    assert account(lead) == {Account("practice", "months"): 1}
    lead.clock.at = datetime(2027, 1, 1, tzinfo=UTC)
    assert findings(lead) == []
    assert bundle_agrees_with_the_page(lead)


def plan(world: World, key: str, requirement: str, begins: datetime, half_days: int = 1) -> int:
    """Put a session of three hours on the class's timetable."""

    def add(session: Session) -> int:
        ends = begins + timedelta(hours=3)
        row = ClassSession(
            class_id=world.class_id, key=key, title=key, requirement=requirement, starts_at=begins, ends_at=ends, half_days=half_days
        )
        session.add(row)
        session.flush()
        return row.id

    number: int = world.act(add)
    return number


def attend(world: World, number: int, minutes: int) -> None:
    """Attend a session from its beginning, for some minutes."""

    def work(session: Session) -> None:
        row = session.get_one(ClassSession, number)
        attestor(session, world).attended(row, [(own(session, world), (row.starts_at, row.starts_at + timedelta(minutes=minutes)))])

    world.act(work)
    world.credit()


def test_a_session_that_is_attended_earns_its_half_days_and_follows_the_timetable(lead: World) -> None:
    begins = datetime(2026, 3, 2, 0, 30, tzinfo=UTC)
    number = plan(lead, "day-1-am", "topics", begins)
    attend(lead, number, 143)
    assert account(lead) == {}
    attend(lead, number, 144)
    assert account(lead) == {Account("k1:day-1-am", "half_days"): 1}
    assert findings(lead) == []
    assert bundle_agrees_with_the_page(lead)

    def move(session: Session) -> None:
        session.get_one(ClassSession, number).ends_at = begins + timedelta(hours=4)

    lead.act(move)
    follow_all(lead)
    assert account(lead) == {}, "144 of 240 minutes are not enough"
    plan(lead, "day-1-pm", "topics", begins + timedelta(hours=6))
    follow_all(lead)
    assert findings(lead) == [], "a session that is added is recorded too"
    lead.act(lambda session: setattr(session.get_one(ClassSession, number), "ends_at", begins + timedelta(hours=3)))
    follow_all(lead)
    assert account(lead) == {Account("k1:day-1-am", "half_days"): 1}
    lead.act(lambda session: setattr(session.get_one(ClassSession, number), "cancelled_at", begins))
    follow_all(lead)
    assert account(lead) == {}
    assert findings(lead) == []


def follow_all(world: World) -> None:
    """Let the worker follow what changed for the class."""
    while world.act(lambda session: go_on_somewhere(session, world.clock())):
        pass


def test_a_live_online_session_earns_hours_up_to_its_schedule_and_no_day(lead: World) -> None:
    number = plan(lead, "live-1", "companion", datetime(2026, 3, 3, 11, 0, tzinfo=UTC), 0)
    attend(lead, number, 300)
    assert account(lead) == {Account("k1:live-1", "seconds"): 3 * 3600}
    assert requirements(lead)["companion"].earned == 4
    assert findings(lead) == []
    assert bundle_agrees_with_the_page(lead)


def test_what_is_taken_back_leaves_the_account_as_if_it_had_never_been(lead: World) -> None:
    first = lead.act(lambda session: attestor(session, lead).waived(own(session, lead), "topics", Decimal(1), "病假"))
    lead.act(lambda session: attestor(session, lead).waived(own(session, lead), "school-visit", Decimal(1), "病假"))
    lead.credit()
    lead.act(lambda session: attestor(session, lead).take_back(own(session, lead), first, "记错了人"))
    lead.credit()
    assert account(lead) == {Account("waived/school-visit", "half_days"): 2}
    assert findings(lead) == []


def test_a_course_is_done_by_measured_time_and_stands_in_the_ledger(lead: World) -> None:
    lead.study("reading", 1439)
    lead.credit()
    assert Account("general-courses", "courses") not in account(lead)
    lead.study("reading", 1)
    lead.credit()
    assert account(lead) == {Account("c1:reading", "seconds"): 1440, Account("general-courses", "courses"): 1}
    assert requirements(lead)["general-courses"].done
    with lead.app.app_context(), database().reader() as session:
        standing = of_person(session, lead.person_id)[0]
        assert standing.is_finished(standing.courses[0])
    assert findings(lead) == []
    assert bundle_agrees_with_the_page(lead)


@pytest.mark.parametrize(
    ("requirement", "amount", "reason"),
    [("topics", "0.25", "病假"), ("practice", "0.5", "病假"), ("topics", "1", " "), ("topics", "0", "病假"), ("nothing", "1", "病假")],
)
def test_a_waiver_that_is_wrong_changes_nothing(lead: World, requirement: str, amount: str, reason: str) -> None:
    with pytest.raises(InvalidInput), lead.app.test_request_context():
        lead.act(lambda session: attestor(session, lead).waived(own(session, lead), requirement, Decimal(amount), reason))
    assert lead.credit() == 0


def test_the_statement_of_somebody_else_is_not_taken_back(lead: World) -> None:
    with pytest.raises(InvalidInput), lead.app.test_request_context():
        lead.act(lambda session: attestor(session, lead).take_back(own(session, lead), uuid.uuid4()))


def test_a_client_cannot_attest_anything(lead: World) -> None:
    """The same statement under another authority is stored and earns nothing."""
    id_ = lead.act(lambda session: attestor(session, lead).waived(own(session, lead), "topics", Decimal(1), "病假"))
    text = lead.act(lambda session: xapi.storage.store.load_texts(session, [id_])[id_])
    forged = {key: value for key, value in json.loads(text).items() if key not in ("stored", "authority", "version")} | {
        "id": str(uuid.uuid4())
    }
    authority = {"objectType": "Agent", "account": {"homePage": PUBLIC_URL, "name": "player"}}
    credential = xapi.Credential(name="player", authority=authority, scopes=frozenset({"all"}))
    lead.act(lambda session: xapi.storage.store.store_statements(session, [forged], credential, version="1.0.3", now=lead.clock()))
    assert lead.credit() == 2
    assert account(lead) == {Account("waived/topics", "half_days"): 2}


def test_noted_attendance_is_converted_once_and_nothing_is_lost(lead: World) -> None:
    notes = [
        Note("topics", Decimal("1"), DAY),
        Note("topics", Decimal("2.5"), DAY),
        Note("topics", Decimal("-1.5"), DAY, "登记错误"),
        Note("practice", Decimal(1), DAY),
    ]
    with lead.app.test_request_context():
        for note in notes:
            lead.act(lambda session, note=note: attendance.add_note(session, own(session, lead), note, None, lead.clock()))

    def convert(session: Session) -> noted.Converted:
        return noted.convert(session, noted.enrolments_with_notes(session), PUBLIC_URL, lead.clock())

    assert lead.act(convert) == noted.Converted(3, 3, [])
    lead.clock.advance(60)
    assert lead.act(convert) == noted.Converted(3, 0, [])
    lead.credit()
    found = requirements(lead)
    assert (found["topics"].earned, found["topics"].waived) == (Decimal(2), Decimal(0))
    assert (found["practice"].earned, found["practice"].waived) == (Decimal(1), Decimal(1))
    entries = lead.act(lambda session: session.scalar(select(func.count()).select_from(LedgerEntry)))
    lead.act(convert)
    assert lead.credit() == 0
    assert lead.act(lambda session: session.scalar(select(func.count()).select_from(LedgerEntry))) == entries
    assert findings(lead) == []
    assert bundle_agrees_with_the_page(lead)
