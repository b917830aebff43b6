"""Does every property of a statement, and every document, take linear time in the record store?"""

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from itertools import product
from random import Random
from typing import Any

import pytest

import xapi.rules.actor
import xapi.rules.statement
from tests.hostile_texts import MARKS, grows_too_fast, long
from tests.integration.xapi.conftest import ACTIVITY, BO, Store
from tests.property.xapi.hostile import whole_statement

UNITS = ("1", MARKS, "a-", "@")
SEEDS = range(12)
STATE = {"activityId": ACTIVITY, "agent": json.dumps(BO), "stateId": "s"}

Way = tuple[str | int, ...]
Body = Callable[[int], str]  # a body whose hostile part has so many characters


def leaves(value: Any, way: Way = ()) -> Iterator[tuple[Way, Any]]:
    """Every value in a statement, containers too, with the way to it."""
    if way:
        yield way, value
    inside = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, item in inside:
        yield from leaves(item, (*way, key))


def changed(value: Any, way: Way, new: Any) -> Any:
    if not way:
        return new
    copy = value.copy()
    copy[way[0]] = changed(value[way[0]], way[1:], new)
    return copy


def instead(value: Any) -> Iterator[Callable[[int], Any]]:
    """Yield what is put in a value's place: much of the same kind, and what begins like it."""
    if isinstance(value, str):
        for unit in UNITS:
            yield lambda size, unit=unit: value + long(unit, size)
            yield lambda size, unit=unit: long(unit, size)
        digits = list(re.finditer(r"\d+", value))
        for at in {id(one): one for one in (*digits[:1], *digits[-1:])}.values():
            yield lambda size, at=at: value[: at.start()] + "1" * size + value[at.end() :]
    elif isinstance(value, dict):
        yield lambda size: {**value, **{f"https://x.example/{number}": number for number in range(size // 20)}}
    elif isinstance(value, list):
        yield lambda size: value * (size // 40)
        yield lambda size: [
            {**item, "id": f"{item.get('id', '')}{number}"} for number in range(size // 40) for item in value if isinstance(item, dict)
        ]


def whole(seed: int) -> dict[str, Any]:
    """A statement with every property; as many seeds as it takes until each kind of object and actor was drawn."""
    statement = whole_statement(Random(seed))
    statement |= {"authority": {"mbox_sha1sum": "ab" * 20}, "stored": "2026-03-01T08:00:00Z", "version": "2.0.0"}
    agents = {"contextAgents": [{"objectType": "contextAgent", "agent": {"openid": "https://id.example/anna"}}]}
    groups = {
        "contextGroups": [{"objectType": "contextGroup", "group": {"objectType": "Group", "member": [BO]}, "relevantTypes": [ACTIVITY]}]
    }
    statement["context"] |= {**agents, **groups}
    statement["context"]["contextActivities"] |= {"grouping": [{"id": ACTIVITY}], "other": [{"id": ACTIVITY}]}
    if statement["object"].get("objectType") == "Activity":
        statement["context"] |= {"revision": "1", "platform": "web"}
    return statement


def bodies() -> Iterator[tuple[str, Body]]:
    """Every property of statements of every kind with what is hostile in its place, and hostile JSON itself."""
    seen: set[str] = set()
    for statement in map(whole, SEEDS):
        for way, value in leaves(statement):
            name = ".".join("…" if isinstance(step, int) else step for step in way)
            name += f" of a {statement['object'].get('objectType')}" if way[0] in ("object", "context") else ""
            if name in seen:
                continue
            seen.add(name)
            for number, made in enumerate(instead(value)):
                yield f"{name} {number}", lambda size, way=way, made=made, whole=statement: json.dumps(changed(whole, way, made(size)))
    plain = json.dumps(whole(0))[:-1]
    yield "one key twice", lambda size: plain + "," + ",".join(f'"k{number}":1' for number in range(size // 8)) + ',"k1":1,"kx":1,"kx":1}'
    yield "keys twice, the last", lambda size: "{" + ",".join(f'"k{number}":1' for number in range(size // 8)) + ',"kx":1,"kx":1}'
    yield "an endless number", lambda size: plain.replace('"scaled": 0.5', '"scaled": 0.' + "5" * size) + "}"
    yield "an endless whole number", lambda size: plain.replace('"raw": 5', '"raw": ' + "5" * size) + "}"
    yield "an endless exponent", lambda size: plain.replace('"raw": 5', '"raw": 1e' + "9" * size) + "}"
    yield "a tiny exponent", lambda size: plain.replace('"raw": 5', '"raw": 1e-' + "9" * size) + "}"
    yield "nested", lambda size: plain.replace("100000000000000000000", "[" * size + "]" * size) + "}"
    yield "never closed", lambda size: plain + ',"x":' + '{"a":' * (size // 5)
    yield "quotes", lambda size: plain + ',"x":"' + '\\"' * (size // 2)


@dataclass(frozen=True)
class Sent:
    """Requests to the store with one hostile part each, of the requested size."""

    store: Store
    method: str
    path: str
    made: Callable[[int], dict[str, Any]]

    def __call__(self, size: int) -> None:
        headers = {"Authorization": self.store.authorization, "X-Experience-API-Version": "2.0.0", "Content-Type": "application/json"}
        headers |= {"If-Match": "*"} if self.method == "POST" and "state" in self.path else {}
        answer = self.store.app.test_client().open(f"/xapi/{self.path}", method=self.method, headers=headers, **self.made(size))
        assert answer.status_code < 500, (self.path, answer.status_code)


def as_statement(body: Body, size: int) -> dict[str, Any]:
    return {"data": body(size).encode("utf-8", "surrogatepass")}


def as_document(body: Body, size: int) -> dict[str, Any]:
    return {"query_string": STATE, **as_statement(body, size)}


def as_parameter(path: str, name: str, unit: str, size: int) -> dict[str, Any]:
    return {"query_string": {**(STATE if path == "activities/state" else {}), name: long(unit, size)}}


def test_every_property_is_among_those_that_are_tried() -> None:
    """If the store learns a new property, add it to `whole`; then it is tried here."""
    tables = [table for name, table in vars(xapi.rules.statement).items() if isinstance(table, dict) and not name.startswith("__")]
    taken = {name for table in tables for name, check in table.items() if callable(check)} | set(xapi.rules.actor.IDENTIFIERS)
    tried = {step for seed in SEEDS for way, _ in leaves(whole(seed)) for step in way}
    assert taken - tried - set(xapi.rules.statement.COMPONENTS) == set()


def test_no_property_of_a_statement_stops_the_store(local_store: Store) -> None:
    found = [name for name, body in bodies() if grows_too_fast(Sent(local_store, "POST", "statements", partial(as_statement, body)))]
    assert found == []


def test_no_document_stops_the_store(local_store: Store) -> None:
    tried = [(name, body) for name, body in bodies() if not re.fullmatch(r"\S+(?: of a \S+)? \d+", name) or name.startswith("result.")]
    ways = [(method, name, partial(as_document, body)) for name, body in tried for method in ("PUT", "POST")]
    assert [(method, name) for method, name, made in ways if grows_too_fast(Sent(local_store, method, "activities/state", made))] == []


@pytest.mark.parametrize("path", ["statements", "activities/state", "agents/profile", "activities", "agents"])
def test_no_parameter_stops_the_store(local_store: Store, path: str) -> None:
    names = (
        "agent",
        "verb",
        "activity",
        "registration",
        "since",
        "limit",
        "more",
        "statementId",
        "format",
        "activityId",
        "stateId",
        "profileId",
    )
    ways = product(names, ("1", "a-", "[", '{"a":', "eyJ"))
    assert [way for way in ways if grows_too_fast(Sent(local_store, "GET", path, partial(as_parameter, path, *way)))] == []
