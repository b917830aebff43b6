"""Show programme documents in words and bars, and what a new one would change before anybody imports it."""

from contextlib import closing

from flask import render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy import select

from lms.accounts.access import person, requires, scope
from lms.accounts.models import OFFICE, Person
from lms.classes.models import TrainingClass
from lms.crediting.foreseeing import ChangedVerdict, changed_verdicts, people_of
from lms.db import session
from lms.errors import InvalidInput, NotFound
from lms.office.places import NOT_YOURS, bp
from lms.programmes import store
from lms.programmes.differences import differences
from lms.programmes.models import ProgrammeVersion
from lms.programmes.store import document_of

FILE_BYTES = 200_000
PEOPLE_MAX = 5_000  # judged while somebody waits for the page; the command judges any number
SHOWN = 200


@bp.get("/documents")
@requires(OFFICE)
def documents() -> ResponseReturnValue:
    """Show the newest document of every programme."""
    found = [(one, document_of(one)) for one in store.newest(session())]
    return render_template("office/documents.html", found=found)


@bp.get("/documents/<code>/<int:year>")
@requires(OFFICE)
def document(code: str, year: int) -> ResponseReturnValue:
    """Show the requirements of one programme."""
    return _page(_newest(code, year))


def _newest(code: str, year: int) -> ProgrammeVersion:
    version = store.named(session(), code, year)
    if version is None:
        raise NotFound(str(NOT_YOURS))
    return version


def _page(version: ProgrammeVersion, status: int = 200, **more: object) -> ResponseReturnValue:
    return render_template("office/document.html", version=version, document=document_of(version), **more), status


@bp.post("/documents/<code>/<int:year>/preview")
@requires(OFFICE)
def preview_document(code: str, year: int) -> ResponseReturnValue:
    """Preview a new version: its changes of the document, and of the verdicts of people in training. Nothing is stored."""
    version = _newest(code, year)
    upload = request.files.get("file")
    content = b""
    if upload is not None:
        with closing(upload):
            content = upload.stream.read(FILE_BYTES + 1)
    problems = _problems(content)
    if problems:
        return _page(version, 422, problems=problems)
    try:
        raw, read = store.checked(content.decode())
    except (InvalidInput, UnicodeDecodeError) as error:
        return _page(version, 422, problems=error.problems if isinstance(error, InvalidInput) else [_("The file is not a text in UTF-8.")])
    if (read.code, read.year) != (code, year):
        return _page(version, 422, problems=[_("The file is a document of another programme.")])
    within = scope() if person().organisation_id else "-"
    people = people_of(session(), code, year, within)
    changed = list(changed_verdicts(session(), store.unstored(raw, read), code, year, within)) if people <= PEOPLE_MAX else None
    return _page(version, differences=differences(version.document, raw), people=people, changed=changed, whom=_whom(changed or []))


def _problems(content: bytes) -> list[str]:
    if not content:
        return [_("Choose a programme document (TOML).")]
    return [_("The file is larger than %(kb)s kB.", kb=FILE_BYTES // 1000)] if len(content) > FILE_BYTES else []


def _whom(changed: list[ChangedVerdict]) -> dict[int, tuple[str, str]]:
    """Return the name and the class of each person, by enrolment, of those that are shown."""
    shown = changed[:SHOWN]
    people = select(Person.id, Person.name).where(Person.id.in_({one.person_id for one in shown}))
    classes = select(TrainingClass.id, TrainingClass.name).where(TrainingClass.id.in_({one.class_id for one in shown}))
    names, rooms = ({row[0]: row[1] for row in session().execute(query)} for query in (people, classes))
    return {one.enrolment_id: (names[one.person_id], rooms[one.class_id]) for one in shown}
