"""Does `lms ledger verify` detect manual changes of the ledger, the evidence or its statements?"""

import uuid
from datetime import date

import pytest
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from lms import vocabulary as v
from lms.audit.recorded import RECORDED
from lms.classes.models import Enrolment
from lms.crediting.chain import problems
from lms.crediting.drain import recredit
from lms.crediting.ledger import entries_of
from lms.crediting.models import LedgerEntry, Observation
from lms.crediting.verify import Finding, verify
from lms.db import database
from lms.learning.stating import present_statement, store
from lms.learning.stretch import Stretch
from lms.records.models import RemovedMonth
from tests.factories import PUBLIC_URL, World
from tests.integration.crediting.findings import findings
from xapi.storage.models import StatementRow


def compared(world: World) -> list[Finding]:
    """Return the findings, with the evidence compared with its statements."""
    with world.app.app_context(), database().reader() as session:
        return [finding for checked in verify(session, public_url=PUBLIC_URL, removals=RECORDED) for finding in checked.findings]


EDITS = {
    "seconds": lambda session: session.execute(update(LedgerEntry).where(LedgerEntry.number == 1).values(amount=9999)),
    "cut off": lambda session: session.execute(LedgerEntry.__table__.delete().where(LedgerEntry.number == 2)),
    "total": lambda session: session.execute(update(Enrolment).values(credited_seconds=1)),
    "evidence": lambda session: session.execute(Observation.__table__.delete()),
    "re-dated": lambda session: session.execute(update(LedgerEntry).values(recorded_at=LedgerEntry.recorded_at, reason="gift")),
}


@pytest.mark.parametrize("edit", EDITS)
def test_edits_of_the_database_are_found(world: World, edit: str) -> None:
    for _ in range(2):
        world.study("reading", 300)
        world.credit()
    assert findings(world) == []
    world.act(EDITS[edit])
    assert findings(world)


def forge(session: Session) -> None:
    """Write ten hours of evidence by hand, under a statement id that nobody sent, and credit hours for it."""
    (real,) = session.scalars(select(Observation).where(Observation.kind == "present").limit(1))
    copied = {name: getattr(real, name) for name in ("enrolment_id", "activity", "session", "device", "kind")}
    session.add(Observation(**copied, statement_id=uuid.uuid4(), at=real.at + 90_000, since=real.at + 54_000))


FORGERIES = {
    "made up": forge,
    "longer": lambda session: session.execute(
        update(Observation).where(Observation.kind == "present").values(since=Observation.since - 600)
    ),
    "of another kind": lambda session: session.execute(update(Observation).where(Observation.kind == "passed").values(kind="completed")),
    "of another activity": lambda session: session.execute(update(Observation).values(activity="c1:film")),
    "left out": lambda session: session.execute(Observation.__table__.delete().where(Observation.kind == "present")),
    "not void": lambda session: session.execute(update(Observation).values(voided=True)),
    "its statement is another": lambda session: session.execute(
        update(StatementRow).values(text=func.replace(StatementRow.text, "was-present", "was-there"))
    ),
}


@pytest.mark.parametrize("forgery", FORGERIES)
def test_forged_evidence_with_credited_hours_is_found_by_the_statements(world: World, forgery: str) -> None:
    subject = world.study("reading", 300)
    world.say(subject, v.PASSED, {"success": True})
    world.credit()
    assert compared(world) == []
    world.act(FORGERIES[forgery])
    world.act(lambda session: recredit(session, [world.enrolment_id], world.clock()))
    assert compared(world)


def test_a_statement_that_is_gone_is_excused_by_a_recorded_removal_of_its_month_alone(world: World) -> None:
    world.study("reading", 300)
    world.credit()
    world.act(lambda session: session.execute(StatementRow.__table__.delete()))
    assert "is not there, and no removal of it was recorded" in compared(world)[0].problem
    world.act(lambda session: session.add(removed_month(world, date(2026, 2, 1))))
    assert compared(world), "another month"
    world.act(lambda session: session.add(removed_month(world, date(2026, 3, 1))))
    with world.app.app_context(), database().reader() as session:
        (checked,) = verify(session, public_url=PUBLIC_URL, removals=RECORDED)
    assert (checked.findings, checked.statements, checked.removed) == ([], 0, 1)
    world.study("reading", 300)
    assert compared(world), "a month that still has statements was not removed"


def removed_month(world: World, month: date) -> RemovedMonth:
    at = world.clock()
    counted = {"statements": 1, "size": 1, "people": 1, "enrolments": 1, "kept_months": 1}
    return RemovedMonth(month=month, begun_at=at, finished_at=at, **counted)


def test_evidence_may_count_as_long_as_what_voids_it_waits(world: World) -> None:
    subject = world.subject("reading")
    statement = present_statement(subject, Stretch(world.clock(), world.clock.advance(600)))
    target = {"objectType": "StatementRef", "id": statement["id"]}
    voiding = {"actor": v.lms_authority(PUBLIC_URL), "verb": {"id": v.VOIDED}, "object": target}
    world.act(lambda session: store(session, [statement], PUBLIC_URL, world.clock()))
    world.credit()
    world.act(lambda session: store(session, [voiding], PUBLIC_URL, world.clock()))
    assert compared(world) == []
    world.credit()
    assert compared(world) == []
    world.act(lambda session: session.execute(update(Observation).values(voided=False)))
    assert [one.problem.partition("counts as ")[2] for one in compared(world)][-1] == "valid, and is not"


def test_the_chain_names_the_entry_that_was_changed(world: World) -> None:
    world.study("reading", 300)
    world.credit()
    ((entry, digest),) = world.act(lambda session: entries_of(session, world.enrolment_id))
    assert list(problems([(entry, digest)], length=1, head=digest)) == []
    assert list(problems([(entry, "0" * 64)], length=1, head="0" * 64)) == ["entry 1 was changed after it was written"]
