"""What does an import do if the other store is slow, down, or wrong? It waits and continues, or stops and reports the reason."""

import threading
import time
from collections.abc import Iterator
from typing import Any

import pytest

from lms.federation.importing import import_run, source
from lms.federation.importing.import_run import WAITS, ImportStopped
from tests.factories import World
from tests.integration.records.imports import Importing, number, said, standing, stored
from tests.integration.records.otherstore import OtherStore, breaking_off, instead, page


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """The other store behaves the same with each of our databases."""
    return sqlite_url


# ── A store that is slow, down, or wrong ──


@pytest.mark.parametrize(
    "fault",
    [instead(500), instead(502, "<html>"), instead(200, '{"statements":[{"id"'), instead(200, "<html>"), breaking_off],
)
def test_a_store_that_stumbles_is_asked_again(world: World, other: OtherStore, importing: Importing, fault: Any) -> None:
    other.say(*(said(count) for count in range(5)))
    other.faults |= {1: fault, 2: fault}
    importing.run()
    assert len(stored(world)) == 5
    assert importing.waits == [1, 2]


def test_it_waits_as_long_as_it_is_told_to(world: World, other: OtherStore, importing: Importing) -> None:
    other.say(said(1))
    other.faults |= {0: instead(429, Retry_After="7"), 1: instead(503, Retry_After="nonsense")}
    importing.run()
    assert importing.waits == [7, 2]
    assert len(stored(world)) == 1


def test_it_does_not_wait_for_hours(world: World, other: OtherStore, importing: Importing) -> None:
    other.faults[0] = instead(503, Retry_After="86400")
    with pytest.raises(ImportStopped, match="86400 seconds"):
        importing.run()
    assert importing.waits == []


def test_a_store_that_stays_down_stops_the_import_where_it_is(world: World, other: OtherStore, importing: Importing) -> None:
    other.say(*(said(count) for count in range(5)))
    other.faults |= {at: instead(500, '{"error": "disk full"}') for at in range(1, 20)}
    with pytest.raises(ImportStopped, match="HTTP 500: disk full, 9 times"):
        importing.run()
    assert importing.waits == list(WAITS)
    assert (len(stored(world)), standing(world).problem) == (2, "HTTP 500: disk full, 9 times")
    other.faults.clear()
    importing.run()
    assert (len(stored(world)), standing(world).problem) == (5, "")


def test_a_store_that_does_not_answer_is_left(
    world: World, other: OtherStore, importing: Importing, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(source, "SECONDS", 1)
    over = threading.Event()

    def hang(environ: Any, start_response: Any) -> Any:
        over.wait(10)
        return instead(500)(environ, start_response)

    other.say(said(1))
    other.faults[0] = hang
    importing.run()
    over.set()
    assert importing.words[0] == "it did not answer in time; trying again in 1 s"
    assert set(stored(world)) == {number(1)}


def test_a_store_that_drips_is_left(world: World, other: OtherStore, importing: Importing, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(source, "LONGEST_ANSWER_SECONDS", 1)

    def drip(_environ: Any, start_response: Any) -> Iterator[bytes]:
        start_response("200 OK", [("Content-Type", "application/json"), ("Content-Length", "1000")])
        for _ in range(1000):
            yield b" "
            time.sleep(0.05)

    other.say(said(1))
    other.faults[0] = drip
    importing.run()
    assert importing.words[0] == "it did not answer in time; trying again in 1 s"
    assert set(stored(world)) == {number(1)}


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (instead(401, '{"message": "who?"}'), "HTTP 401: who\\?"),
        (instead(403), "HTTP 403"),
        (instead(404, "x" * 100_000), "HTTP 404: x{400}$"),
        (instead(302, Location="https://evil.example/"), "it sends us to 'https://evil.example/'"),
        (page([], "https://evil.example/xapi/statements?more=1"), "on another host"),
        (page([], "//127.0.0.2/xapi/statements?more=1"), "on another host"),
        (page([], "http://127.0.0.1:1/xapi/statements?more=1"), "on another host"),
        (page([], "file:///etc/passwd"), "on another host"),
        (page([], "http://[half/"), "on another host"),
        (page([], "/xapi/statements?more=\n\x00"), "on another host"),
    ],
)
def test_an_answer_that_leads_astray_or_says_no_stops_it_at_once(
    world: World, other: OtherStore, importing: Importing, answer: Any, reason: str
) -> None:
    other.faults[0] = answer
    with pytest.raises(ImportStopped, match=reason):
        importing.run()
    assert (len(other.asked), importing.waits) == (1, [])


def test_a_more_that_repeats_ends_in_a_reason(world: World, other: OtherStore, importing: Importing) -> None:
    other.faults |= {at: page([said(at % 2)], f"/xapi/statements?more={at % 2}") for at in range(10)}
    with pytest.raises(ImportStopped, match="a second time"):
        importing.run()
    assert set(stored(world)) == {number(0), number(1)}


@pytest.mark.parametrize("statements", [[], [said(1, stored="2026-01-01T00:00:00Z")]])
def test_a_more_that_never_ends_does_end(world: World, other: OtherStore, importing: Importing, statements: list[dict[str, Any]]) -> None:
    other.faults |= {at: page(statements, f"/xapi/statements?more={at}") for at in range(200)}
    with pytest.raises(ImportStopped, match="nothing new"):
        importing.run()
    assert len(other.asked) < 60


def test_a_page_that_is_too_large_is_refused_before_it_fills_the_memory(
    world: World, other: OtherStore, importing: Importing, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(source, "MOST_TEXT", 100_000)
    other.faults[0] = page([said(1, result={"response": "x" * 200_000})])
    with pytest.raises(ImportStopped, match="--page-size"):
        importing.run()
    assert stored(world) == {}


def test_a_page_with_more_than_was_asked_for_is_taken_in_parts(
    world: World, other: OtherStore, importing: Importing, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(import_run, "AT_ONCE", 3)
    other.faults[0] = page([said(count) for count in range(10)])
    importing.run()
    assert (len(stored(world)), standing(world).new) == (10, 10)
