"""Is a document that never changes read once, found by its hash, and never confused with another?"""

from collections.abc import Mapping
from typing import Any

import pytest

from lms.readonce import ReadOnce


def upper(document: Mapping[str, Any]) -> str | list[str]:
    return str(document["word"]).upper() if "word" in document else ["$.word: is missing"]


class Shelf:
    """Documents that count how often they were fetched."""

    def __init__(self, most: int) -> None:
        self.fetched: list[str] = []
        self._words: ReadOnce[str] = ReadOnce(upper, str, most)

    def read(self, word: str) -> str:
        return self._words.of(f"sha-{word}", lambda: self._fetch(word))

    def _fetch(self, word: str) -> Mapping[str, Any]:
        self.fetched.append(word)
        return {"word": word}


def test_a_document_is_fetched_and_read_once() -> None:
    shelf = Shelf(8)
    assert [shelf.read("a"), shelf.read("b"), shelf.read("a"), shelf.read("b")] == ["A", "B", "A", "B"]
    assert shelf.fetched == ["a", "b"]


def test_no_more_are_kept_than_was_said_and_those_that_came_first_go() -> None:
    shelf = Shelf(2)
    for word in "abc":
        shelf.read(word)
    assert [shelf.read("b"), shelf.read("c")] == ["B", "C"]
    assert shelf.fetched == ["a", "b", "c"]
    assert shelf.read("a") == "A"
    assert shelf.fetched == ["a", "b", "c", "a"]


def test_what_cannot_be_read_is_an_error_each_time_and_is_not_kept() -> None:
    words: ReadOnce[str] = ReadOnce(upper, str, 8)
    for _ in range(2):
        with pytest.raises(TypeError, match=r"\$\.word: is missing"):
            words.of("sha", lambda: {})
    assert words.of("sha", lambda: {"word": "now"}) == "NOW"
