"""The file store: a folder or an S3-compatible bucket (STORAGE_URL), with the same few functions."""

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit

import obstore
from flask import Flask, current_app
from obstore.store import LocalStore, ObjectStore, S3Store

from lms.config import Settings

CHUNK = 256 * 1024  # bytes
AT_ONCE = 3  # pieces of one object that are on their way


@dataclass(frozen=True, slots=True)
class StoredObject:
    """An object in the file store: its name, its size, and when it was stored."""

    name: str
    bytes: int
    stored_at: datetime  # by the machine's clock


class Storage:
    """Named byte objects; names are '/'-separated and never contain unchecked user input."""

    def __init__(self, url: str) -> None:
        self._store = _open(url)
        parts = urlsplit(url)
        self.folder = Path(parts.path) if parts.scheme == "file" else None

    def put(self, name: str, content: bytes | Path) -> None:
        """Store an object atomically: a reader sees all of it or nothing."""
        obstore.put(self._store, name, content)

    def put_pieces(self, name: str, pieces: Iterator[bytes]) -> None:
        """Store an object of these pieces, likewise atomically; a few of them are in memory at a time."""
        obstore.put(self._store, name, pieces, max_concurrency=AT_ONCE)

    def get(self, name: str) -> bytes:
        """Return an object's bytes.

        Raises:
            FileNotFoundError: there is no such object.
        """
        return bytes(obstore.get(self._store, name).bytes())

    def get_range(self, name: str, start: int, end: int) -> bytes:
        """Return bytes `[start, end)` of an object."""
        return bytes(obstore.get_range(self._store, name, start=start, end=end))

    def size(self, name: str) -> int | None:
        """Return an object's size in bytes, or None if it does not exist."""
        try:
            return int(obstore.head(self._store, name)["size"])
        except FileNotFoundError:
            return None

    def has_fresh(self, name: str, size: int, within: timedelta) -> bool:
        """Say whether an object of this size was stored within the last days."""
        try:
            found = obstore.head(self._store, name)
        except FileNotFoundError:
            return False
        return found["size"] == size and found["last_modified"] > datetime.now(UTC) - within

    def listed(self, prefix: str) -> Iterator[StoredObject]:
        """Yield the objects below a folder, in no particular order."""
        for some in obstore.list(self._store, prefix=prefix):
            for one in some:
                yield StoredObject(one["path"], one["size"], one["last_modified"])

    def named_below(self, folder: str, name: str) -> list[str]:
        """Return the names of an object as they would be in each folder of a folder, whether it is there or not."""
        folders = obstore.list_with_delimiter(self._store, prefix=folder)["common_prefixes"]
        return [f"{one}/{name}" for one in folders]

    def move(self, name: str, to: str) -> bool:
        """Give an object another name; return whether it was there."""
        try:
            obstore.rename(self._store, name, to)
        except FileNotFoundError:
            return False
        return True

    def stream(self, name: str, size: int | None = None) -> Iterator[bytes]:
        """Yield an object in chunks, each of which its reader may keep in memory for long; `size` of the object, if it is known.

        Of a folder by ranges: its streams keep threads of their own, and are many times as slow.
        """
        if self.folder is not None:
            size = int(obstore.head(self._store, name)["size"]) if size is None else size
            for at in range(0, size, CHUNK):
                yield self.get_range(name, at, min(at + CHUNK, size))
            return
        for chunk in obstore.get(self._store, name).stream(min_chunk_size=CHUNK):
            yield bytes(chunk)

    def delete(self, name: str) -> None:
        """Delete an object; a missing one is not an error."""
        try:
            obstore.delete(self._store, name)
        except FileNotFoundError:
            return

    def delete_below(self, prefix: str) -> None:
        """Delete every object whose name begins with `prefix` and a slash."""
        for some in obstore.list(self._store, prefix=prefix):
            for one in some:
                self.delete(one["path"])
        if self.folder is not None:
            shutil.rmtree(self.folder / prefix, ignore_errors=True)  # the empty folders

    def delete_all(self, name: str) -> None:
        """Delete an object, or a whole folder if the name ends with a slash."""
        if name.endswith("/"):
            self.delete_below(name.removesuffix("/"))
        else:
            self.delete(name)


def _open(url: str) -> ObjectStore:
    parts = urlsplit(url)
    if parts.scheme == "file":
        Path(parts.path).mkdir(parents=True, exist_ok=True)
        return LocalStore(parts.path)
    return S3Store.from_url(url)


def init_app(app: Flask, settings: Settings) -> None:
    """Give the app its file store."""
    app.extensions["storage"] = Storage(settings.storage_url)


def storage() -> Storage:
    """Return the current app's file store."""
    found: Storage = current_app.extensions["storage"]
    return found
