"""Can many clients send the same activities at once without delay or loss, and do they soon make no queries?"""

import random
import threading
import uuid
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

from psycopg import Cursor
from sqlalchemy import Engine, event

from tests.integration.xapi.conftest import ACTIVITY, ANNA, Store, TestClock, statement
from xapi.rules.auth import Credential
from xapi.storage.definitions import RecentlySeenCache
from xapi.storage.store import store_statements

PEOPLE, TURNS = 8, 5
COURSES = [f"https://courses.example/{number}" for number in range(6)]


def told(store: Store, iri: str) -> Any:
    known: Any = store.ask("GET", "activities", query_string={"activityId": iri}).json
    return known.get("definition")


def says(iri: str, tag: str) -> dict[str, Any]:
    return statement(object={"id": iri, "definition": {"extensions": {f"http://x.example/{tag}": tag}}}, actor={**ANNA, "name": tag})


def test_batches_that_share_activities_in_any_order_end_and_lose_no_definition(store: Store) -> None:
    gate = threading.Barrier(PEOPLE)
    failed: list[BaseException] = []
    event.listen(store.engine, "handle_error", lambda context: failed.append(context.original_exception))

    def work(number: int) -> list[int]:
        chance = random.Random(number)
        gate.wait()
        return [
            store.post([says(iri, f"{number}-{turn}") for iri in chance.sample(COURSES, len(COURSES))]).status_code for turn in range(TURNS)
        ]

    with ThreadPoolExecutor(PEOPLE) as pool:
        assert {status for statuses in pool.map(work, range(PEOPLE)) for status in statuses} == {200}
    assert not failed  # no deadlock that a second attempt hides
    everything = {f"http://x.example/{number}-{turn}" for number in range(PEOPLE) for turn in range(TURNS)}
    for iri in COURSES:
        assert set(told(store, iri)["extensions"]) == everything


@contextmanager
def asked(engine: Engine) -> Iterator[list[str]]:
    """Collect what is asked of the tables of activities and names, in the driver's own words too."""
    found: list[str] = []

    def note(sql: str) -> None:
        if "xapi_activity" in sql or "xapi_agent_name" in sql:
            found.append(sql.strip())

    class Noting(Cursor[Any]):
        def execute(self, query: Any, *told: Any, **how: Any) -> Any:
            note(query)
            return super().execute(query, *told, **how)

    def watch(connection: Any, _record: Any) -> None:
        connection.cursor_factory = Noting

    listening: list[tuple[str, Any]] = [("before_cursor_execute", lambda _connection, _cursor, sql, *_: note(sql))]
    if engine.dialect.name == "postgresql":
        listening = [("connect", watch)]
        engine.dispose()
    for what, listener in listening:
        event.listen(engine, what, listener)
    yield found
    for what, listener in listening:
        event.remove(engine, what, listener)
    engine.dispose()


def test_what_was_known_a_moment_ago_is_not_asked_for(store: Store, clock: TestClock) -> None:
    store.stored(says(ACTIVITY, "a"))
    clock.at += RecentlySeenCache.LASTING
    store.stored(says(ACTIVITY, "a"))
    with asked(store.engine) as questions:
        store.stored(says(ACTIVITY, "a"))
        assert not questions
        clock.at += RecentlySeenCache.LASTING
        store.stored(says(ACTIVITY, "a"))
        assert questions
        assert not [sql for sql in questions if not sql.startswith("SELECT")]


def test_another_process_is_heard_after_ten_seconds(store: Store, clock: TestClock) -> None:
    """The cache is one process's own; the other is played by rows that change beneath it."""
    one, other = ({"id": ACTIVITY, "definition": {"name": {"en": name}}} for name in ("one", "other"))
    store.stored(statement(object=one))
    clock.at += RecentlySeenCache.LASTING
    store.stored(statement(object=one))  # now settled
    with store.engine.begin() as connection:
        connection.exec_driver_sql("""UPDATE xapi_activity SET definition = '{"name":{"en":"other"}}'""")
    assert told(store, ACTIVITY) == other["definition"]
    clock.at += RecentlySeenCache.LASTING + timedelta(seconds=1)
    store.stored(statement(object=one))
    assert told(store, ACTIVITY) == one["definition"]


def test_what_was_undone_is_said_anew(store: Store, clock: TestClock) -> None:
    (taken,) = store.stored(statement())
    for _ in range(3):
        undone = store.post([says(ACTIVITY, "a"), {**statement(id=taken), "result": {"success": True}}])
        assert undone.status_code == 409
        clock.at += timedelta(seconds=1)
    assert told(store, ACTIVITY) is None
    store.stored(says(ACTIVITY, "a"))
    assert told(store, ACTIVITY) == {"extensions": {"http://x.example/a": "a"}}


def test_what_a_host_undid_is_not_taken_for_known(store: Store, clock: TestClock) -> None:
    host = Credential("host", ANNA, frozenset({"all"}))
    with store.sessions() as session:
        for _ in range(2):  # the second finds what the first wrote
            store_statements(session, [says(ACTIVITY, "a")], host, version="1.0.3", now=clock())
        session.rollback()
    store.stored(says(ACTIVITY, "a"))
    assert told(store, ACTIVITY) == {"extensions": {"http://x.example/a": "a"}}


def test_what_is_remembered_stays_small() -> None:
    settled, clock = RecentlySeenCache(), TestClock()
    long_ago = clock.at - timedelta(days=1)
    for _ in range(settled.MOST + 1):
        settled.keep(uuid.uuid4(), uuid.uuid4(), long_ago, clock.at)
    assert len(settled._known) <= settled.MOST
