"""Is a ledger of an earlier version clean at once after an upgrade, and whole once it has been credited again?"""

from datetime import date
from importlib import resources

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from lms.accounts.models import Organisation, Person
from lms.classes import setup
from lms.classes.models import Enrolment
from lms.crediting import ledger
from lms.crediting.chain import GENESIS, SECONDS, Entry, hash_of
from lms.crediting.drain import recredit
from lms.crediting.models import LedgerEntry
from lms.crediting.verify import verify
from lms.programmes import store
from tests.factories import BEGIN, PUBLIC_URL, World, add_course


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """No SQL here differs."""
    return sqlite_url


@pytest.fixture
def lead(world: World) -> World:
    """The world's teacher in a class of a programme that counts courses, too."""

    def enrol(session: Session) -> tuple[int, int, int]:
        text = (resources.files("lms.programmes") / "data" / "rural-lead-2020.toml").read_text(encoding="utf-8")
        version = store.import_toml(session, text, BEGIN).version
        provider = session.scalars(select(Organisation).where(Organisation.code == "p1")).one()
        made = setup.create_class(session, version, setup.ClassDetails("lead", "首席", provider, date(2026, 3, 1), date(2026, 9, 30)))
        course = add_course(session, "c2", {"reading": {"minutes": 30}})
        setup.bind_course(session, made, course, "companion")
        return setup.enrol(session, made, session.get_one(Person, world.person_id), "lead", "in-training").id, course.id, made.id

    return World(world.app, world.clock, world.person_id, *world.act(enrol), course="c2")


def as_before_units(session: Session, enrolment_id: int) -> None:
    """Write a chain anew as a version without units had it."""
    kept = [one for one in session.scalars(select(LedgerEntry).order_by(LedgerEntry.number)) if one.unit == SECONDS and one.amount]
    rows = [
        (one.account, one.amount, one.reason, one.programme_version_id, one.policy_sha256, one.evidence, one.recorded_at) for one in kept
    ]
    for one in session.scalars(select(LedgerEntry)).all():
        session.delete(one)
    session.flush()
    previous = GENESIS
    for number, (account, amount, reason, version, policy, evidence, at) in enumerate(rows, start=1):
        entry = Entry(enrolment_id, number, account, amount, reason, version, policy, tuple(evidence), at, previous, format=1)
        values = {"account": account, "amount": amount, "reason": reason, "programme_version_id": version, "policy_sha256": policy}
        row = LedgerEntry(enrolment_id=enrolment_id, number=number, evidence=evidence, recorded_at=at, previous_hash=previous, **values)
        row.format, row.hash, previous = 1, hash_of(entry), hash_of(entry)
        session.add(row)
    own = session.get_one(Enrolment, enrolment_id)
    own.ledger_length, own.ledger_head = len(rows), previous
    own.class_sha256 = own.enrolment_sha256 = None
    own.evidence_sha256, own.evidence_count = GENESIS, 0


def findings(world: World) -> list[str]:
    def check(session: Session) -> list[str]:
        return [one.problem for checked in verify(session, public_url=PUBLIC_URL) for one in checked.findings]

    found: list[str] = world.act(check)
    return found


def test_a_course_finished_before_units_existed_is_no_finding_and_counts_once_credited_again(lead: World) -> None:
    lead.study("reading", 1800)
    lead.credit()
    lead.act(lambda session: as_before_units(session, lead.enrolment_id))
    assert findings(lead) == []
    lead.act(lambda session: recredit(session, [lead.enrolment_id], lead.clock()))
    assert findings(lead) == []
    sums = lead.act(lambda session: ledger.sums(session, [lead.enrolment_id]))[lead.enrolment_id]
    assert sums == {ledger.Account("c2:reading"): 1800, ledger.Account("general-courses", "courses"): 1}
