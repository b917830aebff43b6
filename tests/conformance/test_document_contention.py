"""Are changes kept when several clients change one document at once? On both databases, with real threads."""

import threading
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from tests.conformance.documents import RESOURCES, STATE, Resource, held, new_id, send
from tests.integration.xapi.conftest import Store

PEOPLE = 8
TURNS = 6


def at_once(work: Callable[[int], Any], people: int = PEOPLE) -> list[Any]:
    """Let all threads start at the same moment; return the result of each."""
    gate = threading.Barrier(people)

    def one(number: int) -> Any:
        gate.wait()
        return work(number)

    with ThreadPoolExecutor(people) as pool:
        return list(pool.map(one, range(people)))


@pytest.mark.parametrize("resource", RESOURCES, ids=str)
def test_every_posted_property_is_kept_from_the_first_moment_on(store: Store, resource: Resource) -> None:
    def work(number: int) -> list[int]:
        return [send(store, "POST", resource, {f"{number}/{turn}": turn}).status_code for turn in range(TURNS)]

    assert {status for statuses in at_once(work) for status in statuses} == {204}
    assert held(store, resource) == {f"{number}/{turn}": turn for number in range(PEOPLE) for turn in range(TURNS)}


@pytest.mark.parametrize("resource", RESOURCES, ids=str)
def test_of_several_who_put_the_first_one_one_succeeds(store: Store, resource: Resource) -> None:
    for turn in range(TURNS):
        at = resource.at(str(turn))
        statuses = at_once(
            lambda number, at=at: send(store, "PUT", resource, {"by": number}, at=at, headers={"If-None-Match": "*"}).status_code
        )
        assert Counter(statuses) == {204: 1, 412: PEOPLE - 1}
        assert held(store, resource, at=at) == {"by": statuses.index(204)}


@pytest.mark.parametrize("resource", RESOURCES, ids=str)
def test_a_counter_that_everybody_raises_with_if_match_loses_no_step(store: Store, resource: Resource) -> None:
    send(store, "POST", resource, {"count": 0})

    def raise_it(_number: int) -> None:
        for _ in range(TURNS):
            while True:
                read = send(store, "GET", resource)
                written = send(store, "PUT", resource, {"count": read.json["count"] + 1}, headers={"If-Match": read.headers["ETag"]})
                assert written.status_code in {204, 412}
                if written.status_code == 204:
                    break

    at_once(raise_it, people=4)
    assert held(store, resource) == {"count": 4 * TURNS}


def test_a_delete_beside_writers_ends_and_leaves_whole_documents(store: Store) -> None:
    registrations = [None, new_id(), new_id()]

    def work(number: int) -> list[int]:
        at = [STATE.at(str(turn), registration=registrations[(number + turn) % 3]) for turn in range(TURNS)]
        if number % 4 == 0:
            return [send(store, "DELETE", STATE, at=STATE.at(None)).status_code for _ in at]
        if number % 4 == 1:
            return [send(store, "DELETE", STATE, at=place, headers={"If-Match": "*"}).status_code for place in at]
        return [send(store, "POST", STATE, {f"{number}": number}, at=place).status_code for place in at]

    assert {status for statuses in at_once(work) for status in statuses} <= {204, 412}
    for registration in registrations:
        for name in send(store, "GET", STATE, at=STATE.at(None, **({"registration": registration} if registration else {}))).json:
            found = held(store, STATE, at=STATE.at(name, registration=registration))
            assert found is None or all(key == str(value) for key, value in found.items())
