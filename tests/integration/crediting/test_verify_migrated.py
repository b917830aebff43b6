"""Is a ledger of an earlier version clean at once after an upgrade, and complete after it was credited again?"""

from collections.abc import Sequence
from datetime import date
from importlib import resources
from typing import Any

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from lms import vocabulary as v
from lms.accounts.models import Organisation, Person
from lms.classes import setup
from lms.classes.models import Enrolment, TrainingClass
from lms.crediting import ledger, windows
from lms.crediting.chain import GENESIS, SECONDS, Entry, hash_of
from lms.crediting.drain import recredit
from lms.crediting.models import LedgerEntry
from lms.crediting.policy import policies_of
from lms.crediting.verify import verify
from lms.programmes import store
from tests.course_factories import add_course
from tests.factories import BEGIN, PUBLIC_URL, World


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
    """Write a chain again as a version without units had it."""
    kept = [one for one in session.scalars(select(LedgerEntry).order_by(LedgerEntry.number)) if one.unit == SECONDS and one.amount]
    rows = [
        (one.account, one.amount, one.reason, one.programme_version_id, one.policy_sha256, one.evidence, one.recorded_at) for one in kept
    ]
    for one in session.scalars(select(LedgerEntry)).all():
        session.delete(one)
    session.flush()
    write_first_format(session, enrolment_id, rows)


def write_first_format(session: Session, enrolment_id: int, rows: Sequence[Any]) -> None:
    """Write a chain of format 1; each row is an account, an amount and what else an entry had."""
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
    own.evidence_sha256, own.evidence_count, own.verdict = GENESIS, 0, ""
    own.credited_seconds = sum(amount for _, amount, *_ in rows)


def findings(world: World) -> list[str]:
    def check(session: Session) -> list[str]:
        return [one.problem for checked in verify(session, public_url=PUBLIC_URL) for one in checked.findings]

    found: list[str] = world.act(check)
    return found


def test_a_course_finished_before_units_existed_is_not_a_finding_and_counts_once_credited_again(lead: World) -> None:
    lead.study("reading", 1800)
    lead.credit()
    lead.act(lambda session: as_before_units(session, lead.enrolment_id))
    assert findings(lead) == []
    lead.act(lambda session: recredit(session, [lead.enrolment_id], lead.clock()))
    assert findings(lead) == []
    sums = lead.act(lambda session: ledger.sums(session, [lead.enrolment_id]))[lead.enrolment_id]
    assert sums == {ledger.Account("c2:reading"): 1800, ledger.Account("general-courses", "courses"): 1}


def watched_in_two_pages_at_once(world: World) -> None:
    """Cover a film of ten minutes in 150 seconds: each launch alone is slow enough, both together are too fast."""
    pages = [world.subject("film") for _ in range(2)]
    world.clock.advance(150)
    for page, segments in zip(pages, ("0[.]300", "300[.]600"), strict=True):
        world.say(page, v.PAUSED, {"extensions": {v.PLAYED_SEGMENTS: segments}})
    world.study("film", 600)
    world.credit()


def as_earlier_rules_had_it(world: World, seconds: int, *more: tuple[str, int]) -> None:
    """Give the film the seconds of the earlier rule, or wrong seconds, in a chain of format 1."""

    def write(session: Session) -> None:
        (kept,) = session.scalars(select(LedgerEntry).where(LedgerEntry.account == "c1:reading")).all()
        rest = (kept.programme_version_id, kept.policy_sha256, kept.evidence, kept.recorded_at)
        session.delete(kept)
        session.flush()
        rows = [("c1:reading", 300, "credit", *rest), ("c1:film", seconds, "credit", *rest)]
        write_first_format(session, world.enrolment_id, [*rows, *((name, amount, "credit", *rest) for name, amount in more)])

    world.act(write)


def waiting(world: World) -> list[int]:
    return [number for checked in world.act(lambda session: list(verify(session))) for number in checked.waiting]


@pytest.fixture
def watched(world: World) -> World:
    world.study("reading", 300)
    world.credit()
    watched_in_two_pages_at_once(world)
    assert world.credited() == {"c1:reading": 300}
    return world


def test_hours_by_the_earlier_rule_for_films_are_not_findings_but_wait_to_be_credited_again(watched: World) -> None:
    as_earlier_rules_had_it(watched, 600)
    assert findings(watched) == []
    assert waiting(watched) == [watched.enrolment_id]
    watched.act(lambda session: recredit(session, [watched.enrolment_id], watched.clock()))
    assert watched.credited() == {"c1:reading": 300}
    assert (findings(watched), waiting(watched)) == ([], [])


def test_a_baseline_that_came_before_the_hours_were_decided_anew_changes_nothing_of_that(watched: World) -> None:
    as_earlier_rules_had_it(watched, 600)
    watched.act(lambda session: setattr(session.get_one(Person, watched.person_id), "name", "王秀英"))
    assert watched.act(lambda session: session.get_one(Enrolment, watched.enrolment_id).class_sha256) is not None
    assert findings(watched) == []
    assert waiting(watched) == [watched.enrolment_id]


@pytest.mark.parametrize("renamed", [False, True])
def test_the_worker_decides_every_account_anew_once_even_if_another_change_brought_the_baseline(watched: World, *, renamed: bool) -> None:
    as_earlier_rules_had_it(watched, 600)
    watched.act(lambda session: session.execute(update(TrainingClass).values(following_after=0)))  # as the migration does
    if renamed:
        watched.act(lambda session: setattr(session.get_one(Person, watched.person_id), "name", "王秀英"))
    while watched.act(lambda session: windows.go_on_somewhere(session, watched.clock())):
        pass
    assert watched.credited() == {"c1:reading": 300}
    assert (findings(watched), waiting(watched)) == ([], [])
    entries = watched.act(lambda session: ledger.entries_of(session, watched.enrolment_id))
    watched.act(lambda session: session.execute(update(TrainingClass).values(following_after=0)))
    watched.act(lambda session: windows.go_on_somewhere(session, watched.clock()))
    assert watched.act(lambda session: ledger.entries_of(session, watched.enrolment_id)) == entries


@pytest.mark.parametrize("edit", [(599, []), (600, [("c1:quiz", 60)])])
def test_hours_that_no_rule_ever_gave_are_a_finding_in_a_chain_of_the_first_format_too(
    watched: World, edit: tuple[int, list[tuple[str, int]]]
) -> None:
    seconds, more = edit
    as_earlier_rules_had_it(watched, seconds, *more)
    assert findings(watched) != []
    assert waiting(watched) == []


def test_hours_decided_by_the_present_rules_are_never_excused_by_the_earlier_one(watched: World) -> None:
    as_earlier_rules_had_it(watched, 600)
    watched.act(lambda session: recredit(session, [watched.enrolment_id], watched.clock()))

    def give_back(session: Session) -> None:
        head, account = ledger.lock(session, [watched.enrolment_id])[watched.enrolment_id], ledger.Account("c1:film")
        class_policy = policies_of(session, [watched.enrolment_id])[watched.enrolment_id].class_policy
        basis = ledger.EntryBasis(class_policy.programme_version_id, class_policy.sha256, {}, watched.clock())
        standing = ledger.sums(session, [watched.enrolment_id])[watched.enrolment_id]
        assert head.inputs is not None
        ledger.append(session, [ledger.Decided(head, standing, {**standing, account: 600}, basis, head.inputs)])

    watched.act(give_back)
    assert findings(watched) == ["c1:film stands at 600 s, its evidence gives 0 s"]
    assert waiting(watched) == []
