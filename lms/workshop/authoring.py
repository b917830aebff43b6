"""Make the `.h5p` of a form's document, open one for a form, and play a document before it is in any course."""

import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from courses.authoring.activity_document import TYPES, ActivityDocument, body_json, document_json, read_document
from courses.authoring.checks import key_of_checks
from courses.authoring.h5p_file import read_h5p, write_h5p
from courses.authoring.quiz import QuizDocument
from courses.authoring.reflection import ReflectionDocument
from courses.authoring.served import key_of
from courses.package import Package, open_package
from courses.strict_json.problem import Problem
from courses.values import Activity
from lms.catalogue import contents
from lms.storage import Storage
from lms.workshop.author_media import keep_all, media_from
from lms.workshop.counting import Admit


@dataclass(frozen=True, slots=True)
class PlayedDocument:
    """A document as learners would get it: its activity, and the hash under which the content host serves its files."""

    activity: Activity
    files: str
    key: Mapping[str, Any] | None


@contextmanager
def made(storage: Storage, document: ActivityDocument, name: str) -> Iterator[Path | list[Problem]]:
    """Yield the `.h5p` of a document as a file called `name`, which exists until the block ends, or why it cannot be made."""
    with TemporaryDirectory(prefix="author-") as folder:
        (files := Path(folder) / "media").mkdir()
        media = media_from(storage, document, files)
        if isinstance(media, list):
            yield media
            return
        path = Path(folder) / name
        with path.open("wb") as target:
            write_h5p(document, media, target)
        shutil.rmtree(files)
        yield path


def opened(storage: Storage, path: Path, admit: Admit) -> dict[str, Any] | list[Problem]:
    """Return the document of an `.h5p` as JSON for a form, with its media in the file store, or the problems."""
    found = read_h5p(path)
    if isinstance(found, list):
        return found
    kept = keep_all(storage, found.media, admit)
    problems = [replace(one, path=name) for name, one in kept.items() if isinstance(one, Problem)]
    return problems or _renamed(
        document_json(found.document), {name: one.path for name, one in kept.items() if not isinstance(one, Problem)}
    )


def _renamed(value: Any, names: Mapping[str, str], field: str = "") -> Any:
    """Return a document with its media under the names that the file store gives them."""
    if isinstance(value, dict):
        return {name: _renamed(one, names, name) for name, one in value.items()}
    if isinstance(value, list):
        return [_renamed(one, names) for one in value]
    return names.get(value, value) if field in {"path", "video", "poster"} else value


def played(storage: Storage, document: ActivityDocument, admit: Admit) -> PlayedDocument | list[Problem]:
    """Store a document as publishing would, with its answers taken out; no course names it."""
    with made(storage, document, "preview.h5p") as path:
        package = path if isinstance(path, list) else open_package(path)
        if not isinstance(package, Package):
            return package
        package = replace(package, source=None)
        admit(contents.contents_of(package))
        contents.store(storage, package)
        (activity,) = package.course.activities
        listing = contents.listings_of(package)[activity.key]
        return PlayedDocument(activity, listing.sha256, package.answer_keys.get(activity.key))


def tried_reflection(value: Any, answers: Mapping[str, Any]) -> dict[str, Any] | None:
    """Return what a learner would see after submitting an answer to a reflection; None if the document is something else."""
    document = read_document(value)
    if not isinstance(document, ActivityDocument) or not isinstance(document.body, ReflectionDocument):
        return None
    return {"state": "handed-in", "text": str(answers.get("text", "")), "comment": ""}


def key_in(value: Any) -> dict[str, Any] | None:
    """Return the answer key of a form's document; None if it has problems, or nothing to grade."""
    document = read_document(value)
    if not isinstance(document, ActivityDocument) or isinstance(document.body, ReflectionDocument):
        return None
    if isinstance(document.body, QuizDocument):
        return key_of(document.body)
    return key_of_checks(TYPES[document.type].machine, body_json(document))
