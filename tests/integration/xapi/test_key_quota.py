"""Does a key's quota limit all that it stores, and does deleting free the space?"""

import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any

import pytest

from tests.integration.xapi.conftest import ACTIVITY, Store, TestClock, open_engine, statement
from xapi.storage.models import StatementRow
from xapi.storage.quota import forget_usage

MOST = 100_000
LARGE = {"result": {"response": "x" * 30_000}}


@pytest.fixture
def store(database_url: str, clock: TestClock, mounted: Callable[..., Store]) -> Iterator[Store]:
    engine = open_engine(database_url)
    yield mounted(engine, clock, key_storage=MOST)
    engine.dispose()


def put(store: Store, name: str, size: int, **how: Any) -> int:
    """PUT a document of an activity; return the status."""
    place = {"activityId": ACTIVITY, "profileId": name}
    asked = {"query_string": place, "data": b"x" * size, "content_type": "text/plain", "headers": {"If-None-Match": "*"}}
    return store.ask("PUT", "activities/profile", **asked, **how).status_code


def delete(store: Store, name: str) -> int:
    return store.ask("DELETE", "activities/profile", query_string={"activityId": ACTIVITY, "profileId": name}).status_code


def test_statements_and_documents_of_a_key_have_room_together_and_another_key_has_its_own(store: Store) -> None:
    assert [store.post(statement(**LARGE)).status_code for _ in range(2)] == [200, 200]
    assert put(store, "a", 30_000) == 204
    refused = store.post(statement(**LARGE))
    assert (refused.status_code, store.count(StatementRow)) == (413, 2)
    assert "0.1 MB of statements, attachments and documents are stored for this key, and at most 0.1 MB are kept" in refused.text
    assert put(store, "b", 30_000) == 413
    assert store.post(statement()).status_code == 200, "a small one still has room"
    other = store.key("all")
    assert (store.post(statement(**LARGE), by=other).status_code, put(store, "b", 30_000, by=other)) == (200, 204)


def test_data_of_attachments_counts(store: Store) -> None:
    data = b"y" * 60_000
    described = {"usageType": "http://x.example/u", "display": {"en": "d"}, "contentType": "text/plain", "length": len(data)}

    def send(number: int) -> int:
        own = data + str(number).encode()
        sha2 = sha256(own).hexdigest()
        body = json.dumps(statement(attachments=[{**described, "length": len(own), "sha2": sha2}])).encode()
        parts = [b"Content-Type: application/json\r\n\r\n" + body]
        about = f"Content-Type: text/plain\r\nContent-Transfer-Encoding: binary\r\nX-Experience-API-Hash: {sha2}\r\n\r\n"
        parts.append(about.encode() + own)
        whole = b"".join(b"--b\r\n" + part + b"\r\n" for part in parts) + b"--b--\r\n"
        return store.ask("POST", data=whole, content_type="multipart/mixed; boundary=b").status_code

    assert [send(1), send(2)] == [200, 413]


def test_a_deleted_document_frees_its_room_at_once(store: Store) -> None:
    assert [put(store, "a", 90_000), put(store, "b", 20_000)] == [204, 413]
    assert delete(store, "a") == 204
    assert [put(store, "b", 20_000), put(store, "c", 90_000)] == [204, 413]


def test_a_month_s_statements_free_their_room_when_they_go_and_documents_do_not(store: Store, clock: TestClock) -> None:
    assert [store.post(statement(**LARGE)).status_code for _ in range(2)] == [200, 200]
    assert put(store, "a", 30_000) == 204
    clock.at += timedelta(days=40)
    assert store.post(statement(**LARGE)).status_code == 413, "a new month has no new quota"
    with store.sessions() as session:
        assert forget_usage(session, datetime(2026, 4, 1, tzinfo=UTC)) == 1
        session.commit()
    assert [store.post(statement(**LARGE)).status_code for _ in range(3)] == [200, 200, 413]
