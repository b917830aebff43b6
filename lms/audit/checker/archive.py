"""Read an audit bundle: a ZIP file with a manifest that has the SHA-256 of every other file."""

import hashlib
import json
import zipfile
from pathlib import Path
from typing import Any

MANIFEST, SIGNATURE = "manifest.json", "manifest.jws"
FORMAT = 1
MOST_FILES, LARGEST_FILE, LARGEST_BUNDLE = 300_000, 2**28, 2**33  # files; bytes


class NotABundle(Exception):
    """The file is not an audit bundle, or this program is too old for it; the message says which."""


class Bundle:
    """An audit bundle that was opened; `problems` has the files that differ from the manifest."""

    def __init__(self, path: Path) -> None:
        try:
            self._zip = zipfile.ZipFile(path)
        except (OSError, zipfile.BadZipFile) as error:
            raise NotABundle(f"{path}: cannot be read as a ZIP file ({error})") from error
        self._sizes = {one.filename: one.file_size for one in self._zip.infolist()}
        if len(self._sizes) > MOST_FILES or sum(self._sizes.values()) > LARGEST_BUNDLE:
            raise NotABundle(f"{path}: is larger than an audit bundle can be")
        self.manifest = self._manifest(path)
        self.problems = self._compare()

    def _manifest(self, path: Path) -> dict[str, Any]:
        try:
            found = json.loads(self.content(MANIFEST))
        except (KeyError, ValueError, RecursionError, zipfile.BadZipFile) as error:
            raise NotABundle(f"{path}: has no readable {MANIFEST}") from error
        if not isinstance(found, dict) or found.get("format") != FORMAT or not isinstance(found.get("files"), dict):
            raise NotABundle(f"{path}: is of a format that this program does not know")
        return found

    def _compare(self) -> list[str]:
        named: dict[str, str] = self.manifest["files"]
        there = set(self._sizes) - {MANIFEST, SIGNATURE}
        problems = [f"{name}: is not in the manifest" for name in sorted(there - set(named))]
        problems += [f"{name}: is missing" for name in sorted(set(named) - there)]
        for name in sorted(there & set(named)):
            try:
                if hashlib.sha256(self.content(name)).hexdigest() != named[name]:
                    problems.append(f"{name}: is not the file that was exported")
            except (KeyError, ValueError, zipfile.BadZipFile):
                problems.append(f"{name}: is damaged")
        return problems

    def content(self, name: str) -> bytes:
        """Return one file.

        Raises:
            KeyError: there is no such file.
            ValueError: it is too large.
        """
        if self._sizes[name] > LARGEST_FILE:
            raise ValueError(name)
        return self._zip.read(name)

    def text(self, name: str) -> str:
        """Return one file as text."""
        return self.content(name).decode("utf-8")

    def read(self, name: str) -> Any:
        """Return the parsed content of one JSON file."""
        return json.loads(self.content(name))

    def has(self, name: str) -> bool:
        """Say whether a file is there."""
        return name in self._sizes

    def names(self, folder: str) -> list[str]:
        """Return the files of a folder."""
        return sorted(name for name in self._sizes if name.startswith(f"{folder}/"))
