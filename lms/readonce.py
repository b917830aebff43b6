"""Cache parsed JSON values that never change: each is read once per process, then found by its hash."""

from collections.abc import Callable, Mapping
from threading import Lock
from typing import Any, Generic, TypeVar

Read = TypeVar("Read")


class ReadOnce(Generic[Read]):
    """The parsed forms of stored JSON values by hash, at most `most` of them; the oldest entries are dropped first."""

    def __init__(self, read: Callable[[Mapping[str, Any]], object], kind: type[Read], most: int) -> None:
        self._read, self._kind, self._most = read, kind, most
        self._kept: dict[str, Read] = {}
        self._lock = Lock()

    def of(self, sha256: str, value: Callable[[], Mapping[str, Any]]) -> Read:
        """Return the parsed value with this hash; it is loaded only if it is not in the cache.

        Raises:
            TypeError: the stored value cannot be read.
        """
        found = self._kept.get(sha256)
        if found is None:
            read = self._read(value())
            if not isinstance(read, self._kind):
                raise TypeError(f"a stored value is not a {self._kind.__name__}: {read}")
            found = read
            with self._lock:
                if len(self._kept) >= self._most:
                    self._kept.pop(next(iter(self._kept)))
                self._kept[sha256] = found
        return found
