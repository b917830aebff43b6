"""Is a month removed completely, and does everything else stay as it was, even if the removal is interrupted at any point?"""

import json
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from tests.integration.xapi.attached_data import with_data
from tests.integration.xapi.conftest import ANNA, BO, VERB, Store, TestClock, about, open_engine, statement, voiding
from tests.integration.xapi.months import JANUARY, MARCH, OLD, remove
from xapi import Credential
from xapi.storage import partitions
from xapi.storage.models import AgentNameRow, AttachmentPiece, AttachmentRow, IdRow, KeyRow, OutboxRow, ReferenceRow, StatementRow
from xapi.storage.retention import (
    clear_some,
    close,
    figures,
    forget_names,
    has_after,
    month_of,
    months,
    remove_some,
    stored_when,
    take_off,
    unread,
)
from xapi.storage.store import store_statements, voided_among


@pytest.fixture(params=["sqlite", pytest.param("default", marks=pytest.mark.services), pytest.param("parts", marks=pytest.mark.services)])
def parted(request: pytest.FixtureRequest, clock: TestClock) -> Iterator[Store]:
    """A store in January: on SQLite, on PostgreSQL with only the default partition, and on PostgreSQL with monthly partitions."""
    engine = open_engine(request.getfixturevalue("sqlite_url" if request.param == "sqlite" else "postgres_url"))
    if request.param == "parts":
        with engine.begin() as connection:
            partitions.prepare(connection, JANUARY, 3)
    clock.at = JANUARY
    yield Store(engine, clock)
    engine.dispose()


def found_months(store: Store, before: datetime = MARCH) -> list[str]:
    with store.sessions() as session:
        return [one.name for one in months(session, before)]


def test_a_month_goes_with_everything_that_hangs_on_it_and_no_other(parted: Store, clock: TestClock) -> None:
    registration = str(uuid.uuid4())
    old = [statement(context={"registration": registration}), *[statement() for _ in range(7)], statement(actor=BO)]
    parted.stored(*old)
    clock.at = MARCH
    new = [statement(), statement(actor=BO, context={"registration": registration})]
    comment = statement(actor=BO, object=about(old[0]["id"]))
    second = statement(actor=BO, object=about(comment["id"]))
    parted.stored(*new, comment, second)
    assert len(parted.ids(agent=ANNA)) == 11
    assert found_months(parted) == ["2026-01"]
    assert found_months(parted, clock.at) == ["2026-01", "2026-03"]
    remove(parted)
    assert found_months(parted, clock.at) == ["2026-03"]
    assert set(parted.ids()) == {one["id"] for one in (*new, comment, second)}
    assert parted.ids(agent=ANNA) == [new[0]["id"]], "nor what was found through what is gone"
    assert parted.ids(registration=registration) == [new[1]["id"]]
    assert len(parted.ids(verb=VERB)) == 4
    for one in old:
        assert parted.get(statementId=one["id"]).status_code == 404
        assert parted.get(voidedStatementId=one["id"]).status_code == 404
    with parted.sessions() as session:
        there = {tuple(row) for row in session.execute(select(StatementRow.stored, StatementRow.sid))}
        assert {tuple(row) for row in session.execute(select(KeyRow.stored, KeyRow.sid))} == there
        assert set(session.scalars(select(KeyRow.origin))) == {sid for _, sid in there}, "not a key is left of what is gone"
        assert len(session.scalars(select(IdRow.id)).all()) == len(old) + 4, "every id is known"
        assert set(stored_when(session, [uuid.UUID(one["id"]) for one in (*old, *new)])) == {uuid.UUID(one["id"]) for one in old}


def test_what_went_is_known_when_it_comes_again(parted: Store, clock: TestClock) -> None:
    one = statement()
    parted.stored(one)
    with parted.sessions() as session:
        session.execute(OutboxRow.__table__.delete())
        session.commit()
    remove(parted)
    clock.at = MARCH
    assert parted.stored(one) == [one["id"]]
    assert parted.put(one["id"], one).status_code == 204
    assert parted.post({**one, "result": {"success": True}}).status_code == 409
    assert (parted.ids(), parted.count(OutboxRow)) == ([], 0), "nobody is told of it a second time"


@pytest.mark.parametrize("first", ["target", "middle"])
def test_a_chain_through_what_is_gone_is_cut(parted: Store, clock: TestClock, first: str) -> None:
    """The last of three statements refers to the middle one, which refers to the first."""
    target = statement(context={"registration": str(uuid.uuid4())})
    middle = statement(actor=BO, object=about(target["id"]))
    if first == "target":
        parted.stored(target)
        clock.at = MARCH
        parted.stored(middle)
    else:
        parted.stored(middle)
        clock.at = MARCH
        parted.stored(target)
    last = statement(actor=BO, object=about(middle["id"]))
    parted.stored(last)
    assert set(parted.ids(agent=ANNA)) == {one["id"] for one in (target, middle, last)}
    remove(parted)
    assert parted.ids(agent=ANNA) == ([] if first == "target" else [target["id"]])
    with parted.sessions() as session:
        there = set(session.scalars(select(StatementRow.sid)))
        assert set(session.scalars(select(KeyRow.origin))) == there
        assert set(session.scalars(select(ReferenceRow.sid))) <= there


def test_a_target_that_comes_late_is_void_although_what_voids_it_is_gone(parted: Store, clock: TestClock) -> None:
    target, other = statement(), statement()
    parted.stored(voiding(target["id"], actor=BO), voiding(other["id"], actor=BO), other)
    remove(parted)
    assert (parted.count(StatementRow), parted.count(ReferenceRow)) == (0, 1), "only what may yet come is remembered"
    clock.at = MARCH
    parted.stored(target)
    assert parted.get(statementId=target["id"]).status_code == 404
    assert parted.get(voidedStatementId=target["id"]).status_code == 200
    with parted.sessions() as session:
        assert set(session.scalars(select(KeyRow.sid))) == set(session.scalars(select(StatementRow.sid))), (
            "no key of what is gone came back"
        )


def test_what_is_gone_can_still_be_declared_void(parted: Store, clock: TestClock) -> None:
    """Hours that rested on it may still exist in the host, which asks for voided statements."""
    one, other = statement(), statement()
    parted.stored(one, other)
    remove(parted)
    clock.at = MARCH
    parted.stored(voiding(one["id"], actor=BO))
    with parted.sessions() as session:
        assert voided_among(session, [uuid.UUID(each["id"]) for each in (one, other)]) == {uuid.UUID(one["id"])}


def test_data_of_attachments_goes_unless_something_that_is_kept_came_with_it(parted: Store, clock: TestClock) -> None:
    for at, data in ((JANUARY, b"old"), (JANUARY, b"both"), (MARCH, b"both")):
        clock.at = at
        one, part = with_data(data)
        body = b"--x\r\nContent-Type: application/json\r\n\r\n" + json.dumps(one).encode() + b"\r\n" + part + b"--x--\r\n"
        assert parted.ask("POST", data=body, content_type="multipart/mixed; boundary=x").status_code == 200
    assert remove(parted) == 1
    assert (parted.count(AttachmentRow), parted.count(AttachmentPiece)) == (1, 1)
    assert b"both" in parted.get(attachments=True).data


def test_more_continues_across_a_month_that_was_removed_in_between(parted: Store, clock: TestClock) -> None:
    parted.stored(*[statement() for _ in range(4)])
    clock.at = datetime(2026, 2, 3, tzinfo=UTC)
    parted.stored(*[statement() for _ in range(4)])
    clock.at = MARCH
    new = parted.stored(*[statement() for _ in range(3)])
    for ascending in (True, False):
        answer = parted.get(limit=2, ascending=ascending).json
        seen = [one["id"] for one in answer["statements"]]
        if ascending:
            remove(parted)
        while answer["more"]:
            answer = parted.ask("GET", answer["more"].removeprefix("/xapi/")).json
            seen += [one["id"] for one in answer["statements"]]
        assert len(seen) == len(set(seen)) == (2 + 7 if ascending else 7)
        assert set(new) < set(seen)


def test_the_edges_of_a_month_are_utc_and_its_end_is_not_in_it(parted: Store) -> None:
    end = datetime(2026, 2, 1, tzinfo=UTC)
    own = Credential("tests", BO, frozenset({"statements/write"}))
    last, first = statement(), statement()
    for one, at in ((last, end - timedelta(microseconds=1)), (first, end)):
        with parted.sessions() as session:
            store_statements(session, [one], own, version="1.0.3", now=at)
            session.commit()
    in_china = [datetime.fromisoformat(f"2026-02-01T0{time}+08:00") for time in ("7:59", "8:00")]
    assert [month_of(at).name for at in in_china] == ["2026-01", "2026-02"]
    remove(parted)
    assert parted.ids() == [first["id"]]


def test_killed_anywhere_the_same_again_goes_on(parted: Store, clock: TestClock) -> None:
    target = statement()
    parted.stored(target, *[statement() for _ in range(6)])
    clock.at = MARCH
    comment = statement(actor=BO, object=about(target["id"]))
    parted.stored(comment)
    with parted.sessions() as session:
        close(session)
        take_off(session, OLD)
        session.rollback()  # killed
    assert len(parted.ids()) == 8
    with parted.sessions() as session:
        close(session)
        taken = take_off(session, OLD)
        session.commit()
    assert len(parted.ids()) == (1 if taken else 8)
    with parted.sessions() as session:
        place, _ = clear_some(session, OLD, clock())
        session.rollback()  # killed
    assert (place is not None) == taken
    with parted.sessions() as session:
        assert remove_some(session, OLD, clock(), 2)[0] == (0 if taken else 2)
        session.rollback()
    remove(parted)
    remove(parted)
    assert parted.ids() == [comment["id"]]
    assert parted.ids(agent=ANNA) == []


def test_a_month_has_figures_and_says_what_waits(parted: Store) -> None:
    parted.stored(statement(), statement(), statement(actor=BO))
    with parted.sessions() as session:
        found = figures(session, OLD)
        assert (found.statements, found.people, found.size > 500) == (3, 2, True)
        assert (unread(session, OLD), unread(session, month_of(MARCH))) == ((3, 0), (0, 0))
        assert has_after(session, OLD, None)
        last = session.execute(select(StatementRow.stored, StatementRow.sid).order_by(StatementRow.sid.desc()).limit(1)).one()
        assert not has_after(session, OLD, last)
        empty = figures(session, month_of(MARCH))
        assert (empty.statements, empty.people) == (0, 0)


def test_names_go_with_the_last_statement_about_somebody(parted: Store, clock: TestClock) -> None:
    parted.stored(statement(actor={**ANNA, "name": "安娜"}), statement(actor={**BO, "name": "Bo"}))
    clock.at = MARCH
    parted.stored(statement(), statement(actor={"mbox": "mailto:new@example.org", "name": "New"}))
    remove(parted)
    with parted.sessions() as session:
        assert forget_names(session, OLD.end) == 1
        assert {json.loads(name) for name in session.scalars(select(AgentNameRow.name))} == {"安娜", "New", "tests"}
