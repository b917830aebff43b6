"""Are the use and the refusals of keys recorded, and can nobody make that expensive?"""

import base64
import subprocess
import sys
import threading
from datetime import date, datetime, timedelta

from sqlalchemy import create_engine, select
from sqlalchemy.orm import Session, sessionmaker

from tests.integration.xapi.conftest import Store, TestClock, statement
from tests.integration.xapi.tokens import GRANT, bearer, pair_of
from tests.integration.xapi.tokens import ask as ask_for_token
from xapi.storage.key_usage import AT_ONCE, NOBODY, KeyUsage, RefusedRequest, refused_since
from xapi.storage.keys import revoke_key
from xapi.storage.models import ApiKey, RefusalRow

LONG_AGO = date(2000, 1, 1)
WRONG_SECRET = "Basic " + base64.b64encode(b"nobody:at all").decode()


def later(clock: TestClock, seconds: float = 11) -> None:
    clock.at += timedelta(seconds=seconds)


def name_of(authorization: str) -> str:
    return pair_of(authorization)[0]


def last_used(store: Store, authorization: str) -> datetime | None:
    with store.sessions() as session:
        return session.scalar(select(ApiKey.last_used).where(ApiKey.key == name_of(authorization)))


def refused(store: Store, authorization: str | None) -> dict[str, int]:
    """Return the number of refusals of a key, or of unknown keys, by reason."""
    with store.sessions() as session:
        found = refused_since(session, LONG_AGO).get(name_of(authorization) if authorization else NOBODY, ())
        return {one.reason: one.times for one in found}


def said(store: Store) -> str:
    with store.sessions() as session:
        return "\n".join(session.scalars(select(RefusalRow.said)))


def test_a_use_is_known_at_once_and_the_next_ones_after_ten_seconds(store: Store, clock: TestClock) -> None:
    key = store.key("statements/read")
    assert last_used(store, key) is None
    store.ids(by=key)
    first = last_used(store, key)
    assert first is not None
    later(clock, 5)
    store.ids(by=key)
    assert last_used(store, key) == first
    later(clock, 6)
    store.ids(by=key)
    assert last_used(store, key) == clock.at - timedelta(milliseconds=1)


def test_a_token_is_a_use_of_its_key_and_so_is_a_refused_request(store: Store, clock: TestClock) -> None:
    key = store.key("statements/read")
    token = bearer(store, key)
    first = last_used(store, key)
    later(clock)
    store.ids(by=token)
    second = last_used(store, key)
    later(clock)
    assert store.post(statement(), by=token).status_code == 403
    third = last_used(store, key)
    assert first is not None
    assert second is not None
    assert third is not None
    assert first < second < third


def test_what_a_key_is_refused_is_counted_by_its_reason(store: Store, clock: TestClock) -> None:
    key, reader = store.key("all"), store.key("statements/read")
    one = statement()
    store.stored(one, by=key)
    store.post({**one, "object": {"id": "https://elsewhere.example"}}, by=key)
    store.post({}, by=key)
    store.post([], by=key, version=None)
    store.ask("DELETE", "statements", by=key)
    store.post(b" " * (16 * 2**20 + 1), by=key)
    state = {"activityId": "https://x.example", "agent": '{"mbox": "mailto:a@b.example"}', "stateId": "s"}
    store.ask("PUT", "activities/state", by=key, query_string=state, data="1", headers={"If-Match": '"0"'})
    later(clock)
    store.post(statement(), by=reader)
    ask_for_token(store, reader, **GRANT, scope="all")
    assert refused(store, key) == {"invalid": 2, "conflict": 1, "method": 1, "size": 1, "condition": 1}
    assert refused(store, reader) == {"scope": 1, "grant": 1}


def test_nothing_is_counted_where_nothing_was_refused(store: Store) -> None:
    store.stored(statement())
    assert store.get(statementId="00000000-0000-4000-8000-000000000000").status_code == 404
    launch = store.token("launch")
    assert store.ask("GET", "agents/profile", by=launch).status_code == 403
    assert store.get(by="Bearer of a launch that ended").status_code == 401
    assert store.count(RefusalRow) == 0


def test_a_wrong_secret_a_revoked_key_an_ended_token_and_strangers_are_told_apart(store: Store, clock: TestClock) -> None:
    key, other = store.key("all"), store.key("all")
    token = bearer(store, other)
    with store.sessions() as session:
        assert revoke_key(session, name_of(other), clock())
        session.commit()
    later(clock)
    wrong = "Basic " + base64.b64encode(f"{name_of(key)}:wrong".encode()).decode()
    assert {store.get(by=by).status_code for by in (wrong, other, token, WRONG_SECRET, "")} == {401}
    assert ask_for_token(store, wrong, **GRANT).status_code == 401
    assert refused(store, key) == {"secret": 2}
    assert refused(store, other) == {"revoked": 1}
    assert refused(store, None) == {"unknown": 2, "token": 1}
    assert last_used(store, key) is None


def test_any_number_of_keys_that_nobody_has_leave_one_row(store: Store, clock: TestClock) -> None:
    for number in range(200):
        store.get(by="Basic " + base64.b64encode(f"{number}:{number}".encode()).decode())
    later(clock)
    store.get(by="")
    assert refused(store, None) == {"unknown": 201}
    assert store.count(RefusalRow) == 1


def test_a_flood_is_written_a_few_times_and_counted_whole(store: Store, clock: TestClock) -> None:
    before = store.key("statements/read")
    for _ in range(100):
        store.post(b"{}", by=before)
    assert refused(store, before) == {"scope": AT_ONCE + 1}
    later(clock)
    store.ids(by=before)
    assert refused(store, before) == {"scope": 100}


def test_nothing_is_kept_of_what_a_request_said(store: Store) -> None:
    mail = "mailto:wang@school.example"
    kept = []
    for body in (
        {**statement(actor={"mbox": mail, "name": "王老师"}), "王老师": 1},
        statement(actor={"mbox": "wang@school.example"}),
        statement(verb={"id": "王老师"}),
    ):
        assert store.post(body).status_code == 400
        kept.append(said(store))
    assert store.ask("GET", query_string={"wang@school.example": "x"}).status_code == 400
    kept.append(said(store))
    assert [one.partition(":")[0] for one in kept] == ["POST statements"] * 3 + ["GET statements"]
    assert "actor.mbox" in kept[1]
    assert not [one for one in kept if "wang" in one or "school" in one or "王" in one]


def test_days_are_kept_apart_and_forgotten_after_thirty(store: Store, clock: TestClock) -> None:
    store.post({})
    later(clock, 86_400)
    store.post({})
    assert store.count(RefusalRow) == 2
    with store.sessions() as session:
        assert [one.times for one in refused_since(session, clock.at.date())[name_of(store.authorization)]] == [1]
        assert [one.times for one in refused_since(session, LONG_AGO)[name_of(store.authorization)]] == [2]
    later(clock, 30 * 86_400)
    store.post({})
    with store.sessions() as session:
        assert sorted(session.scalars(select(RefusalRow.day))) == [date(2026, 3, 2), date(2026, 4, 1)]


def test_processes_that_count_at_once_add_up(store: Store, clock: TestClock) -> None:
    names = [name_of(store.key("all")) for _ in range(3)]
    tallies = [KeyUsage(store.sessions) for _ in range(4)]

    def work(tally: KeyUsage) -> None:
        for turn in range(30):
            for name in names:
                tally.note(None, RefusedRequest(name, "secret", "GET statements"), clock())
            if turn % 10 == 0:
                tally.write()
        tally.write()

    threads = [threading.Thread(target=work, args=(tally,)) for tally in tallies]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    with store.sessions() as session:
        found = refused_since(session, LONG_AGO)
    assert {name: found[name][0].times for name in names} == dict.fromkeys(names, 120)


def test_what_cannot_be_written_fails_no_request_and_is_written_later(store: Store, clock: TestClock) -> None:
    nowhere = create_engine("sqlite:////nowhere/at/all")
    sessions = [sessionmaker(nowhere)]

    def open_one() -> Session:
        return sessions[-1]()

    tally = KeyUsage(open_one)
    name = name_of(store.authorization)
    for _ in range(3):
        tally.note(None, RefusedRequest(name, "secret", "first"), clock())
    sessions.append(store.sessions)
    tally.note(None, RefusedRequest(name, "secret", "last"), clock())
    with store.sessions() as session:
        (one,) = refused_since(session, LONG_AGO)[name]
    assert (one.times, one.said) == (4, "last")
    nowhere.dispose()


def test_a_clock_that_goes_back_does_not_stop_the_counting(store: Store, clock: TestClock) -> None:
    key = store.key("statements/read")
    store.ids(by=key)
    used = last_used(store, key)
    clock.at -= timedelta(days=1)
    store.post({}, by=key)
    assert refused(store, key) == {"scope": 1}
    assert last_used(store, key) == used


AT_ITS_END = """
from datetime import UTC, datetime
from sqlalchemy import create_engine
from sqlalchemy.orm import sessionmaker
from xapi.storage.key_usage import KeyUsage, RefusedRequest
tally = KeyUsage(sessionmaker(create_engine({url!r})))
for _ in range(50):
    tally.note(None, RefusedRequest("k", "secret", "GET statements"), datetime(2026, 3, 1, tzinfo=UTC))
"""


def test_a_process_that_ends_writes_the_rest(sqlite_url: str) -> None:
    subprocess.run([sys.executable, "-c", AT_ITS_END.format(url=sqlite_url)], check=True, timeout=200)
    engine = create_engine(sqlite_url)
    with Session(engine) as session:
        assert [one.times for one in refused_since(session, LONG_AGO)["k"]] == [50]
    engine.dispose()
