"""Write a draft as the folder of a course package, or as a package to download; both import again as what was published."""

import json
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from courses.grading import ANSWERS
from courses.package import COURSE
from courses.strict_json.problem import Problem
from lms.catalogue import contents
from lms.catalogue.contents import StoredFile
from lms.jobs.kinds import ReportProgress
from lms.storage import Storage
from lms.workshop.documents import outline_of
from lms.workshop.edits import DraftDocument, activities_of
from lms.zip_files import dated


def compose(storage: Storage, document: DraftDocument, folder: Path, report: ReportProgress) -> list[Problem]:
    """Write a draft's package into a folder; return a problem for each activity whose files are not in the file store any more."""
    measured = _MeasuredFiles(storage, document, report)
    problems: dict[str, Problem] = {}
    (folder / COURSE).write_bytes(_outline(document))
    for name, entry, file in measured.files:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            with path.open("wb") as target:
                for chunk in measured.chunks(file):
                    target.write(chunk)
        except FileNotFoundError:
            problems.setdefault(entry, Problem("content-lost", entry))
    return list(problems.values())


def pack(storage: Storage, document: DraftDocument, into: IO[bytes], report: ReportProgress) -> None:
    """Write a draft's package as a zip archive.

    Raises:
        FileNotFoundError: a file is not in the file store any more.
    """
    measured = _MeasuredFiles(storage, document, report)
    with zipfile.ZipFile(into, "w", zipfile.ZIP_STORED) as archive:  # films and pictures do not become smaller
        archive.writestr(dated(COURSE), _outline(document))
        for name, _entry, file in measured.files:
            with archive.open(dated(name), "w", force_zip64=True) as target:
                for chunk in measured.chunks(file):
                    target.write(chunk)


def _outline(document: DraftDocument) -> bytes:
    return json.dumps(outline_of(document), ensure_ascii=False, indent=2).encode()


def _files(storage: Storage, document: DraftDocument) -> Iterator[tuple[str, str, StoredFile | None]]:
    """Yield each file's name in the package, the entry of its activity, and where it is; None if that is not known any more.

    Units of one cmi5 package have the same files, which are yielded once.
    """
    seen: set[str] = set()
    for one in activities_of(document):
        if one["files"] in seen:
            continue
        seen.add(one["files"])
        listing = contents.listing_by(storage, one["files"])
        if listing is None:
            yield one["entry"], one["entry"], None
            continue
        for name, file in listing.files.items():
            yield name, one["entry"], file
        if one.get("answers"):
            yield f"{ANSWERS}{one['key']}.json", one["entry"], StoredFile(one["answers"], 0)


class _MeasuredFiles:
    """The files of a draft; after each chunk that it yields, it reports how many bytes of all are read."""

    def __init__(self, storage: Storage, document: DraftDocument, report: ReportProgress) -> None:
        self.files = list(_files(storage, document))
        self._storage, self._report = storage, report
        self._read, self._bytes = 0, sum(file.bytes for _name, _entry, file in self.files if file is not None)

    def chunks(self, file: StoredFile | None) -> Iterator[bytes]:
        if file is None:
            raise FileNotFoundError
        for chunk in self._storage.stream(file.object_name):
            yield chunk
            self._read += len(chunk)
            self._report(min(self._read, self._bytes), self._bytes)
