"""What does a document that never changes say? Read once in each process; from then on its hash alone is asked for."""

from collections.abc import Callable, Mapping
from threading import Lock
from typing import Any, Generic, TypeVar

Read = TypeVar("Read")


class ReadOnce(Generic[Read]):
    """What was read of stored documents, by the hash of each: of `most` of them, the ones that came first go first."""

    def __init__(self, read: Callable[[Mapping[str, Any]], object], kind: type[Read], most: int) -> None:
        self._read, self._kind, self._most = read, kind, most
        self._kept: dict[str, Read] = {}
        self._lock = Lock()

    def of(self, sha256: str, document: Callable[[], Mapping[str, Any]]) -> Read:
        """Return what the document with this hash says; it is fetched only where nobody has read it yet.

        Raises:
            TypeError: it was stored, and cannot be read.
        """
        found = self._kept.get(sha256)
        if found is None:
            read = self._read(document())
            if not isinstance(read, self._kind):
                raise TypeError(f"a stored document is no {self._kind.__name__}: {read}")
            found = read
            with self._lock:
                if len(self._kept) >= self._most:
                    self._kept.pop(next(iter(self._kept)))
                self._kept[sha256] = found
        return found
