"""What differs between two programme documents? Pure: their JSON forms go in, one line for each changed value comes out."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple


class Difference(NamedTuple):
    """One value that differs: its path, and its value in each document (None: missing)."""

    path: str
    before: Any
    after: Any


def differences(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[Difference]:
    """Return what differs, in the order of the paths.

    Parts of a list that have a key are compared by it, so a part that only moved does not differ.
    """
    return sorted(_compare("$", before, after), key=lambda one: one.path)


def _compare(path: str, before: Any, after: Any) -> Iterator[Difference]:
    if isinstance(before, Mapping) and isinstance(after, Mapping):
        for key in before.keys() | after.keys():
            yield from _compare(f"{path}.{key}", before.get(key), after.get(key))
    elif (named := _by_key(before)) is not None and (other := _by_key(after)) is not None:
        for key in named.keys() | other.keys():
            yield from _compare(f"{path}[{key}]", named.get(key), other.get(key))
    elif before != after:
        yield Difference(path, before, after)


def _by_key(value: Any) -> dict[str, Any] | None:
    """Return the parts of a list by their keys; None if a part has no key, or two parts (of different tracks) have the same key."""
    if not isinstance(value, Sequence) or isinstance(value, str) or not all(isinstance(one, Mapping) and "key" in one for one in value):
        return None
    found = {_name(one): one for one in value}
    return found if len(found) == len(value) else None


def _name(part: Mapping[str, Any]) -> str:
    tracks = part.get("tracks")
    return f"{part['key']} of {'+'.join(map(str, tracks))}" if isinstance(tracks, Sequence) and tracks else str(part["key"])
