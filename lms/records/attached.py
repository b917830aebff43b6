"""Write the data of exported statements' attachments beside the statements, once for each hash, in pieces of a megabyte.

A file is named by its SHA-2, as in the statements (`attachments[].sha2`). Memory grows with the number of files, not with their size.
"""

import shutil
import uuid
from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile

from sqlalchemy.orm import Session

from lms.records.formats import ExportedStatement, Writer
from xapi.queries import StoredAttachment, StoredStatement, content_of, kept_for
from xapi.statements import stored

AT_ONCE = 500
FOLDER = "attachments"


class AttachmentFiles:
    """A folder with a file for each hash. A file appears only when it is complete; an existing file already has that content."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.count = 0

    def beside(self, session: Session, found: Iterable[StoredStatement]) -> Iterator[StoredStatement]:
        """Yield the statements, each after its data was written."""
        self._folder.mkdir(parents=True, exist_ok=True)
        rows = iter(found)
        while batch := list(islice(rows, AT_ONCE)):
            for one in kept_for(session, [seen.id for seen in batch]):
                self._write(session, one)
            yield from batch

    def _write(self, session: Session, one: StoredAttachment) -> None:
        path = self._folder / one.sha2
        if path.exists():
            return
        part = path.with_name(f".{path.name}.part")
        try:
            with part.open("wb") as file:
                for piece in content_of(session, one.sha2, one.size):
                    file.write(piece)
            part.replace(path)
        finally:
            part.unlink(missing_ok=True)
        self.count += 1


def write_zip(session: Session, name: str, write: Writer, exported: Iterable[ExportedStatement], out: IO[bytes]) -> None:
    """Write a ZIP file with the statements under `name` and a folder with their attachments' data."""
    with ZipFile(out, "w", ZIP_DEFLATED, compresslevel=1) as file, TemporaryFile() as file_of_statements:
        write(_beside(session, exported, file), file_of_statements)
        file_of_statements.seek(0)
        with file.open(name, "w", force_zip64=True) as entry:
            shutil.copyfileobj(file_of_statements, entry)


def _beside(session: Session, exported: Iterable[ExportedStatement], file: ZipFile) -> Iterator[ExportedStatement]:
    """Yield the statements, each after its data was added to the ZIP file."""
    rows, there = iter(exported), set()
    while batch := list(islice(rows, AT_ONCE)):
        for one in kept_for(session, [uuid.UUID(stored(text)["id"]) for text, _void in batch]):
            if one.sha2 not in there:
                there.add(one.sha2)
                _put(session, one, file)
        yield from batch


def _put(session: Session, one: StoredAttachment, file: ZipFile) -> None:
    """Store the data uncompressed, because pictures and films are already compressed."""
    file.compression, before = ZIP_STORED, file.compression
    try:
        with file.open(f"{FOLDER}/{one.sha2}", "w", force_zip64=True) as entry:
            for piece in content_of(session, one.sha2, one.size):
                entry.write(piece)
    finally:
        file.compression = before
