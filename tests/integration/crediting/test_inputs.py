"""Does every entry contain its inputs, and does each change of them, and only that, enter the chain?"""

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from sqlalchemy import select, text, update
from sqlalchemy.orm import Session

from lms.accounts.account_changes import By
from lms.accounts.models import Organisation, Person
from lms.classes import attendance, membership
from lms.classes.models import Enrolment, TrainingClass
from lms.classes.setup import ClassDetails
from lms.crediting import ledger, windows
from lms.crediting.chain import HALF_DAYS, Entry, hash_of
from lms.crediting.drain import record
from lms.crediting.inputs import current
from lms.crediting.ledger import Account, Decided, EntryBasis
from lms.crediting.models import LedgerEntry
from lms.crediting.policy import policies_of
from lms.office import administration
from lms.rosters import sheets
from tests.course_factories import add_course
from tests.factories import World
from tests.integration.crediting.findings import findings


def chain(world: World) -> list[tuple[str, int, str]]:
    rows: list[tuple[Entry, str]] = world.act(lambda session: ledger.entries_of(session, world.enrolment_id))
    return [(entry.reason, entry.amount, entry.unit) for entry, _ in rows]


def problems(world: World) -> list[str]:
    return [one.problem for one in findings(world)]


@pytest.fixture
def studied(world: World) -> World:
    world.study("reading", 300)
    world.credit()
    return world


def by(world: World) -> By:
    return By(None, world.clock())


def own(session: Session, world: World) -> Enrolment:
    return membership.locked(session, world.enrolment_id)


def rename_class(session: Session, world: World) -> None:
    one = session.get_one(TrainingClass, world.class_id)
    run = ClassDetails(one.code, "别的名字", session.get_one(Organisation, one.provider_id), one.starts_on, one.ends_on)
    administration.change_class(session, one.id, run, by(world))


def within(session: Session, world: World) -> None:
    one = session.get_one(TrainingClass, world.class_id)
    provider = session.get_one(Organisation, one.provider_id)
    run = ClassDetails(one.code, one.name, provider, date(2026, 3, 1), one.ends_on, counts_within=True)
    administration.change_class(session, one.id, run, by(world), agreed=True)


def study_more(session: Session, world: World) -> None:
    add_course(session, "c2", {"page": {"minutes": 30}})
    administration.add_course(session, session.get_one(TrainingClass, world.class_id), administration.CourseOfClass("c2"), by(world))


CHANGES = {
    "another track": lambda session, world: membership.move(session, own(session, world), "junior", by(world)),
    "withdrawn": lambda session, world: membership.withdraw(session, own(session, world), by(world)),
    "another name": lambda session, world: setattr(session.get_one(Person, world.person_id), "name", "王秀"),
    "another name of the class": rename_class,
    "days that move nothing": within,
    "one more course": study_more,
    "a later end": lambda session, world: administration.close_class(session, world.class_id, by(world)),
    "a new password": lambda session, world: sheets.hand_out_to(session, world.person_id, "/", by(world), own(session, world)),
    "the provider's name": lambda session, world: setattr(session.scalars(select(Organisation)).one(), "name", "另一机构"),
}


@pytest.mark.parametrize("change", CHANGES)
def test_a_change_of_what_an_account_follows_from_enters_the_chain_and_alarms_nobody(studied: World, change: str) -> None:
    studied.act(lambda session: CHANGES[change](session, studied))
    studied.act(lambda session: windows.go_on_somewhere(session, studied.clock()))
    assert problems(studied) == []
    assert chain(studied) == [("credit", 300, "seconds"), ("inputs", 0, "seconds")]
    assert studied.act(lambda session: record(session, [studied.enrolment_id], studied.clock(), of_class=True)) == 0


def test_attendance_alone_begins_a_chain_and_is_covered(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(attendance, "_problems", lambda *_arguments: [])  # this programme has no days
    note = attendance.Note("online", Decimal(1), date(2026, 3, 2))
    world.act(lambda session: attendance.add_note(session, own(session, world), note, None, world.clock()))
    assert chain(world) == [("inputs", 0, "seconds")]
    assert problems(world) == []
    world.act(lambda session: session.execute(text("UPDATE attendance_record SET quantity = 300")))
    assert problems(world) == ["its track, status, window, name, attendance or history is not what its latest entry follows from"]


EDITS = {
    "track": "UPDATE enrolment SET track = 'junior'",
    "window": "UPDATE enrolment SET window_to = '2026-05-01 00:00:00+00:00'",
    "name": "UPDATE person SET name = '李强'",
    "a course that is not compulsory any more": "UPDATE class_course SET compulsory = false",
    "days of the class": "UPDATE training_class SET ends_on = '2026-07-01'",
    "history": "INSERT INTO class_change (class_id, enrolment_id, at, what, before, after)"
    " SELECT class_id, id, '2026-03-01 00:00:00+00:00', 'track', 'junior', 'primary' FROM enrolment",
    "attendance": "INSERT INTO attendance_record (enrolment_id, requirement, quantity, noted_on, note, created_at)"
    " SELECT id, 'online', 100, '2026-03-02', '', '2026-03-02 00:00:00+00:00' FROM enrolment",
}


@pytest.mark.parametrize("edit", EDITS)
def test_inputs_edited_by_hand_are_found_also_after_crediting_went_on(studied: World, edit: str) -> None:
    studied.act(lambda session: session.execute(text(EDITS[edit])))
    assert len(problems(studied)) == 1
    studied.study("reading", 60)
    studied.credit()
    assert [one for one in problems(studied) if "follows from" in one], "crediting chains no edit"


def test_units_stand_beside_each_other_and_seconds_alone_are_what_lists_show(studied: World) -> None:
    def append(session: Session) -> int:
        (head,) = (heads := ledger.lock(session, [studied.enrolment_id])).values()
        class_policy = policies_of(session, heads)[studied.enrolment_id].class_policy
        basis = EntryBasis(class_policy.programme_version_id, class_policy.sha256, {}, studied.clock())
        account = ledger.sums(session, heads)[studied.enrolment_id]
        day = {Account("day-1", HALF_DAYS): 2}
        held = current(session, heads)[studied.enrolment_id]
        return ledger.append(session, [Decided(head, account, day, basis, held, frozenset({HALF_DAYS}))])

    assert studied.act(append) == 1
    assert studied.act(append) == 0
    studied.study("reading", 60)
    studied.credit()
    taken_back = ("correction", -2, "half_days")  # nothing attests it, so another decision takes it back
    assert chain(studied) == [("credit", 300, "seconds"), ("credit", 2, "half_days"), ("credit", 60, "seconds"), taken_back]
    assert studied.credited() == {"c1:reading": 360}
    assert studied.act(lambda session: session.get_one(Enrolment, studied.enrolment_id)).credited_seconds == 360
    assert problems(studied) == []


def make_old(session: Session) -> None:
    """Make the chain one that was written before format 2."""
    previous = "0" * 64
    for row in session.scalars(select(LedgerEntry).order_by(LedgerEntry.number)):
        (entry,) = (one for one, _ in ledger.entries_of(session, row.enrolment_id) if one.number == row.number)
        old = replace(entry, format=1, inputs=None, previous_hash=previous)
        row.format, row.class_sha256, row.enrolment_sha256, row.evidence_count = 1, None, None, 0
        row.previous_hash, previous = previous, hash_of(old)
        row.hash = previous
        session.flush()
    session.execute(
        update(Enrolment).values(ledger_head=previous, class_sha256=None, enrolment_sha256=None, evidence_sha256="0" * 64, evidence_count=0)
    )
    session.execute(update(TrainingClass).values(following_after=0))
    session.execute(text("UPDATE observation SET statement_sha256 = NULL"))


@pytest.mark.parametrize("way", ["the worker comes", "crediting goes on"])
def test_an_older_chain_gets_a_baseline_once_and_is_covered_from_there_on(studied: World, way: str) -> None:
    studied.act(make_old)
    assert problems(studied) == []
    if way == "the worker comes":
        studied.act(lambda session: windows.go_on_somewhere(session, studied.clock()))
    else:
        studied.study("reading", 60)
        studied.credit()
    studied.act(lambda session: windows.go_on_somewhere(session, studied.clock()))
    rest = [("credit", 60, "seconds")] if way == "crediting goes on" else []
    assert chain(studied) == [("credit", 300, "seconds"), ("baseline", 0, "seconds"), *rest]
    assert problems(studied) == []
    assert studied.act(lambda session: session.get_one(TrainingClass, studied.class_id)).following_after is None
    studied.act(lambda session: session.execute(text("UPDATE observation SET device = 'phone'")))
    assert problems(studied)


def test_a_format_1_entry_is_hashed_as_ever() -> None:
    known = Entry(7, 1, "c1:reading", 300, "credit", 1, "a" * 64, ("x",), datetime(2026, 3, 2, 2, tzinfo=UTC), "0" * 64, format=1)
    assert hash_of(known) == "d2762caf113e5ffb8f6cff30b3669f328e1d29519d3d2f04e69c10f90b6b9f03"
