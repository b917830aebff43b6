"""What does storing a statement cost, alone and in batches of fifty, compared with a bare Flask view that inserts the same text?

Statements are sent with an API key, as other systems do, and with a launch's token, as the player does. They
have about 1.4 kB, like those of a quiz.
"""

import base64
import json
import uuid
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from urllib.parse import quote

import xapi.storage.keys
from lms import vocabulary as v
from tests.benchmarks import wire
from tests.benchmarks.learners import Learner, open_pages
from tests.benchmarks.measuring import Subject, compare
from tests.benchmarks.places import TALKS, Places, Site

BATCH = 50
VERSION = {"X-Experience-API-Version": "1.0.3", "Content-Type": "application/json"}
COURSE = "https://bench.example/courses/ethics"
QUESTIONS = {
    "GET 100": "limit=100",
    "GET 100 of a verb": "limit=100&verb=http://adlnet.gov/expapi/verbs/answered",
    "GET 100 of an agent": "limit=100&agent=" + quote('{"account":{"homePage":"https://bench.example","name":"teacher-7"}}'),
}


def main(places: Places) -> None:
    """Measure on both databases."""
    for kind in places.effort.kinds:
        site, floor = places.site(kind), places.floor(kind)
        key = {"Authorization": key_for(site), **VERSION}
        learners = open_pages(site, TALKS)

        def posting(path: str, size: int, headers: dict[str, str] = key) -> Callable[[], Sequence[wire.Talk]]:
            return lambda: [_post(path, headers, size) for _ in range(TALKS)]

        def asking(query: str, headers: dict[str, str] = key) -> Callable[[], Sequence[wire.Talk]]:
            return lambda: [_repeat(wire.request("GET", f"/xapi/statements?{query}", headers)) for _ in range(TALKS)]

        print(kind)
        compare(
            [
                Subject("empty", floor.measure(posting("/empty", 1))),
                Subject("bare", floor.measure(posting("/bare", 1))),
                Subject("statement, key", site.served.measure(posting("/xapi/statements", 1)), ("empty", "bare"), "2 ms CPU"),
                Subject(
                    "statement, player",
                    site.served.measure(lambda learners=learners: [_say(one) for one in learners]),
                    ("empty", "bare"),
                    "2 ms CPU",
                ),
                Subject(f"bare, {BATCH}", floor.measure(posting("/bare", BATCH), BATCH)),
                Subject(
                    f"statements, {BATCH}", site.served.measure(posting("/xapi/statements", BATCH), BATCH), (f"bare, {BATCH}",), "2 ms CPU"
                ),
                *(Subject(name, site.served.measure(asking(query)), ("empty",)) for name, query in QUESTIONS.items()),
            ],
            places.effort,
        )


def key_for(site: Site) -> str:
    """Make a key of the record store that may do everything, and return its Authorization header."""
    with site.database.writer() as session, session.begin():
        key, secret = xapi.storage.keys.add_key(session, "bench", ("all",), now=datetime.now(UTC))
    return "Basic " + base64.b64encode(f"{key}:{secret}".encode()).decode()


def _post(path: str, headers: dict[str, str], size: int) -> wire.Talk:
    while True:
        yield wire.request("POST", path, headers, _body(size))


def _repeat(asked: bytes) -> wire.Talk:
    while True:
        yield asked


def _say(learner: Learner) -> wire.Talk:
    headers = {"Authorization": f"Bearer {learner.token}", **VERSION}
    while True:
        yield wire.request("POST", "/xapi/statements", headers, said(learner))


def said(learner: Learner) -> bytes:
    """Return an answer as the player sends it, made just now: no actor, no authority, no registration."""
    told = {name: what for name, what in _statement(uuid.uuid4()).items() if name not in {"actor", "context"}}
    told["timestamp"] = datetime.now(UTC).isoformat()  # type: ignore[assignment]  # the server would correct one long before the launch
    return json.dumps({**told, "object": {**told["object"], "id": f"{learner.subject.iri}/q1"}}, ensure_ascii=False).encode()


def _body(size: int) -> bytes:
    made = [_statement(uuid.uuid4()) for _ in range(size)]
    return json.dumps(made if size > 1 else made[0], ensure_ascii=False).encode()


def _statement(number: uuid.UUID) -> dict[str, dict[str, object]]:
    account = {"homePage": "https://bench.example", "name": f"teacher-{number.int % 500}"}
    told: dict[str, object] = {
        "id": str(number),
        "actor": {"objectType": "Agent", "account": account},
        "verb": {"id": v.ANSWERED, "display": {"en": "answered", "zh-CN": "回答了"}},
        "object": {
            "id": f"{COURSE}/quiz/{number.int % 40}",
            "definition": {"type": "http://t.example/q", "name": {"zh-CN": "第一题", "en": "1"}, "description": {"zh-CN": "问" * 150}},
        },
        "result": {"score": {"raw": 1, "min": 0, "max": 1, "scaled": 1}, "success": True, "duration": "PT12.4S", "response": "答" * 60},
        "context": {
            "registration": str(uuid.UUID(int=number.int % 2000)),
            "contextActivities": {"parent": [{"id": f"{COURSE}/quiz"}], "grouping": [{"id": COURSE}]},
            "extensions": {"https://bench.example/launch": str(number)},
        },
        "timestamp": "2026-03-01T10:00:00.000Z",
    }
    return told  # type: ignore[return-value]
