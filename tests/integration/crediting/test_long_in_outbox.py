"""Is a waiting statement with very long texts, stored by any version, processed like any other?"""

import time
import uuid
from typing import Any

import pytest

import xapi.storage.outbox
from lms import vocabulary as v
from lms.learning.stating import store
from tests.factories import PUBLIC_URL, World

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
LONG = 300_000
TEXTS = {
    "segments": {"result": {"extensions": {v.PLAYED_SEGMENTS: "1" * LONG}}},
    "almost segments": {"result": {"extensions": {v.PLAYED_SEGMENTS: "1[.]" * (LONG // 4)}}},
    "speed": {"result": {"extensions": {v.PLAYED_SEGMENTS: "0[.]10"}}, "context": {v.SPEED: "9" * LONG}},
    "opened": {"result": {"extensions": {v.PLAYED_SEGMENTS: "0[.]10"}}, "context": {v.OPENED: "2" * LONG}},
    "device": {"result": {"extensions": {v.PLAYED_SEGMENTS: "0[.]10"}}, "context": {v.DEVICE: "x" * LONG}},
    "part": {"about": "/" + "x" * LONG},
    "no activity": {"about": "x" * LONG},
}


@pytest.mark.parametrize("name", TEXTS)
def test_it_stops_nobody_and_is_not_set_aside(world: World, name: str) -> None:
    told: dict[str, Any] = TEXTS[name]
    subject = world.study("film", 60)
    statement = {
        "id": str(uuid.uuid4()),
        "actor": subject.actor,
        "verb": {"id": v.PAUSED},
        "object": {"id": subject.iri + told.get("about", "")},
        "result": told.get("result", {}),
        "context": {"registration": str(subject.registration), "extensions": {**subject.extensions, **told.get("context", {})}},
        "timestamp": "2026-03-01T00:00:00Z",
    }
    world.act(lambda session: store(session, [statement], PUBLIC_URL, world.clock()))
    world.study("reading", 60)
    begun = time.thread_time()
    world.credit()
    assert time.thread_time() - begun < 5  # a linear reading takes a tenth of a second
    assert world.credited() == {"c1:reading": 60}
    assert world.act(lambda session: xapi.storage.outbox.parked(session, 10)) == []
