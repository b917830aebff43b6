"""Content made for a test, in a course that the site's class studies: H5P content of one script, or a package."""

import io
import json
import zipfile
from collections.abc import Mapping
from pathlib import Path

from courses.package import Package, open_package
from lms.catalogue.publish import publish
from lms.classes import setup
from lms.classes.models import Enrolment, TrainingClass
from lms.db import transaction
from lms.storage import storage
from tests.course_factories import course_document
from tests.site import Site


def give(site: Site, folder: Path, name: str, script: str, settings: Mapping[str, object]) -> str:
    """Publish the library TEST.<Name> as the activity <name>, give it to the class, and return the address of its page.

    The library has a file `own.json` beside its script; `settings` are those of the activity in the course document.
    """
    machine = f"TEST.{name.title()}"
    library = {"machineName": machine, "majorVersion": 1, "minorVersion": 0}
    about = {"title": "t", "language": "zh", "mainLibrary": machine, "embedTypes": ["div"], "license": "U"}
    own = folder / "activities" / name
    code = own / f"{machine}-1.0"
    for path, found in {
        folder / "course.json": course_document(folder.name, {name: dict(settings)}),
        own / "h5p.json": about | {"preloadedDependencies": [library]},
        own / "content" / "content.json": {},
        code / "library.json": {**library, "title": "t", "patchVersion": 0, "runnable": 1, "preloadedJs": [{"path": "own.js"}]},
        code / "own.json": {},
    }.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(found, ensure_ascii=False), encoding="utf-8")
    (code / "own.js").write_text(script, encoding="utf-8")
    package = open_package(folder)
    assert isinstance(package, Package), package
    with site.app.app_context(), transaction() as session:
        version = publish(session, storage(), package, None, site.app.extensions["clock"]())
        training_class = session.get_one(TrainingClass, session.get_one(Enrolment, site.enrolment_id).class_id)
        setup.bind_course(session, training_class, version, "online")
        return f"{site.address}/learn/{site.enrolment_id}/{version.id}/{name}"


def give_package(site: Site, folder: Path, package: bytes, name: str = "lesson.zip") -> tuple[str, str]:
    """Publish a package or another file for the teacher's class; return the address of its first activity and the course's code."""
    file = folder / name
    file.write_bytes(package)
    found = open_package(file)
    assert isinstance(found, Package), found
    with site.app.app_context(), transaction() as session:
        version = publish(session, storage(), found, None, site.app.extensions["clock"]())
        training_class = session.get_one(TrainingClass, session.get_one(Enrolment, site.enrolment_id).class_id)
        setup.bind_course(session, training_class, version, "online")
        return f"{site.address}/learn/{site.enrolment_id}/{version.id}/{found.course.activities[0].key}", version.course.code


def packed(folder: Path) -> bytes:
    """Return the files of a folder as a ZIP archive."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in sorted(folder.rglob("*")):
            if path.is_file():
                archive.write(path, path.relative_to(folder).as_posix())
    return buffer.getvalue()
