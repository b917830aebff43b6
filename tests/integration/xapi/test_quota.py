"""Is no more stored than a quota allows, even by simultaneous requests, and does deleting free the space?"""

import time
import uuid
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import func, select

import xapi
from lms.db import Database
from xapi.errors import TooLarge
from xapi.rules.actor import key_of
from xapi.rules.document_key import NOWHERE
from xapi.storage.erasure import erase_rest
from xapi.storage.models import DocumentRow, IdRow, StorageRow
from xapi.storage.quota import check_room, forget_usage
from xapi.storage.store import store_statements

NOW = datetime(2026, 3, 2, tzinfo=UTC)
ACTOR = {"account": {"homePage": "http://localhost", "name": "a"}}
ACTIVITY = "http://localhost/activities/a"
CREDENTIAL = xapi.Credential(
    "launch:1",
    {"account": {"homePage": "http://localhost", "name": "player"}},
    frozenset({"statements/write"}),
    actor=ACTOR,
    activity=ACTIVITY,
)


@pytest.fixture
def store(database_url: str) -> Iterator[Database]:
    found = Database(database_url)
    yield found
    found.dispose()


def said(**more: Any) -> dict[str, Any]:
    return {"id": str(uuid.uuid4()), "verb": {"id": "http://localhost/verbs/a"}, "object": {"id": ACTIVITY}, **more}


def send(store: Database, *statements: dict[str, Any], quota: xapi.Quota | None, now: datetime = NOW) -> str:
    """Store a batch; return what it was refused with, or nothing."""
    try:
        with store.writer() as session, session.begin():
            store_statements(session, list(statements), replace(CREDENTIAL, quota=quota), version="1.0.3", now=now)
    except TooLarge as error:
        return str(error)
    return ""


def kept(store: Database) -> tuple[int, list[tuple[int, int]]]:
    with store.reader() as session:
        ids = session.scalar(select(func.count()).select_from(IdRow)) or 0
        return ids, [(row.statements, row.bytes) for row in session.scalars(select(StorageRow))]


def test_an_owner_keeps_as_many_statements_as_its_quota_and_a_refused_batch_leaves_nothing(store: Database) -> None:
    quota = xapi.Quota(5, 10**6)
    assert send(store, *[said() for _ in range(3)], quota=quota) == ""
    refusal = send(store, *[said() for _ in range(3)], quota=quota)
    assert refusal.startswith("3 statements of 0.0 MB are stored for this learner and activity, and at most 5 of 1.0 MB are kept")
    assert send(store, *[said() for _ in range(2)], quota=quota) == ""
    assert (kept(store)[0], kept(store)[1][0][0]) == (5, 5)


def test_bytes_count_too_and_the_same_statement_sent_again_costs_nothing(store: Database) -> None:
    quota, large = xapi.Quota(1000, 50_000), said(result={"response": "x" * 30_000})
    assert send(store, large, quota=quota) == ""
    assert send(store, large, quota=quota) == ""
    assert send(store, said(result={"response": "x" * 30_000}), quota=quota) != ""
    ids, ((statements, size),) = kept(store)
    assert (ids, statements, 30_000 < size < 31_000) == (1, 1, True)


def test_without_a_quota_nothing_is_counted(store: Database) -> None:
    assert send(store, said(), quota=None) == ""
    assert kept(store) == (1, [])


def test_of_many_at_once_exactly_as_many_as_the_quota_allows_are_kept(store: Database) -> None:
    quota = xapi.Quota(20, 10**7)
    with ThreadPoolExecutor(8) as pool:
        refusals = list(pool.map(lambda _: send(store, said(), quota=quota), range(40)))
    assert sum(1 for refusal in refusals if not refusal) == 20
    assert (kept(store)[0], kept(store)[1][0][0]) == (20, 20)


def test_what_is_not_kept_any_more_is_free_again(store: Database) -> None:
    quota = xapi.Quota(1, 10**6)
    assert send(store, said(), quota=quota) == ""
    with store.writer() as session, session.begin():
        assert forget_usage(session, NOW) == 0
        assert forget_usage(session, NOW + timedelta(days=1)) == 1
    assert send(store, said(), quota=quota) == ""
    key = key_of(ACTOR)
    assert key is not None
    with store.writer() as session, session.begin():
        erase_rest(session, [key])
    assert kept(store)[1] == []


def document(session: Any, number: int, size: int, agent: uuid.UUID = NOWHERE, activity: uuid.UUID = NOWHERE) -> None:
    place = {"agent_key": agent, "activity_key": activity, "registration": NOWHERE, "id_key": uuid.UUID(int=number)}
    session.add(DocumentRow(**place, agent="", activity="", id=str(number), content=b"x" * size, type="text/plain", etag="e", updated=NOW))


def test_the_documents_of_one_agent_have_room_together_and_those_of_another_have_their_own(store: Database) -> None:
    one, two = uuid.uuid4(), uuid.uuid4()
    quota = xapi.Quota(3, 1000)

    def room(agent: uuid.UUID, grows: int, *, new: bool = True) -> bool:
        with store.writer() as session, session.begin():
            try:
                check_room(session, {"agent_key": agent, "activity_key": uuid.uuid4()}, grows, new=new, quota=quota)
            except TooLarge:
                return False
            return True

    with store.writer() as session, session.begin():
        document(session, 1, 400, one, uuid.uuid4())
        document(session, 2, 500, one, uuid.uuid4())
    assert (room(one, 100), room(one, 101), room(two, 1000), room(two, 1001)) == (True, False, True, False)
    with store.writer() as session, session.begin():
        document(session, 3, 1, one, uuid.uuid4())
    assert (room(one, 1), room(one, 1, new=False)) == (False, True)


def test_the_profiles_of_one_activity_have_room_together_and_those_of_another_have_their_own(store: Database) -> None:
    one, two = uuid.uuid4(), uuid.uuid4()
    with store.writer() as session, session.begin():
        document(session, 1, 900, NOWHERE, one)
    for activity, grows, right in ((one, 100, True), (one, 101, False), (two, 1000, True)):
        with store.writer() as session, session.begin():
            place = {"agent_key": NOWHERE, "activity_key": activity}
            if right:
                check_room(session, place, grows, new=True, quota=xapi.Quota(3, 1000))
            else:
                with pytest.raises(TooLarge, match=r"1 documents of 0\.0 MB are kept for this activity"):
                    check_room(session, place, grows, new=True, quota=xapi.Quota(3, 1000))


def test_of_documents_written_at_once_no_more_are_kept_than_have_room(store: Database) -> None:
    agent = uuid.uuid4()

    def put(number: int) -> bool:
        with store.writer() as session, session.begin():
            try:
                check_room(session, {"agent_key": agent, "activity_key": NOWHERE}, 100, new=True, quota=xapi.Quota(100, 1000))
            except TooLarge:
                return False
            time.sleep(0.02)  # so that those who do not wait meet
            document(session, number, 100, agent)
        return True

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(put, range(30))) == 10
