"""Publish a draft in the background: composed as a package, and checked exactly as an uploaded one.

Changes that are saved while this goes on are not lost: the draft then stays open, and mends the version that was just published.
"""

import json
import tempfile
from collections.abc import Iterable, Sequence
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import IO

from flask import url_for
from flask_babel import force_locale
from flask_babel import gettext as _
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from courses.byte_count import part_of
from courses.strict_json.problem import Problem
from lms.accounts.models import Person
from lms.catalogue import site_library
from lms.catalogue.models import Course, CourseVersion
from lms.catalogue.publish_job import HUNDREDTHS, Publisher, publish_checked
from lms.catalogue.uploads import check
from lms.db import release, session, transaction
from lms.errors import Conflict, LmsError
from lms.i18n import pick
from lms.jobs.kinds import JobKind, JobOrder, Params, Piece, WorkRefused
from lms.site_settings import site_settings
from lms.storage import storage
from lms.workshop.areas import state_area
from lms.workshop.composing import compose, pack
from lms.workshop.documents import AREA
from lms.workshop.drafts import published_document, vanished
from lms.workshop.edits import activities_of
from lms.workshop.history import write
from lms.workshop.models import EDITING, PUBLISHED, Draft

PUBLISHING, EXPORTING = "publish-draft", "export-course"
COMPOSED = 20  # how far the work is then, in hundredths


def newest_number(session: Session, code: str) -> int:
    """Return the number of the newest version of a course; 0 if there is none."""
    found = select(func.max(CourseVersion.number)).join(Course, Course.id == CourseVersion.course_id).where(Course.code == code)
    return session.scalar(found) or 0


def _plan(_params: Params) -> Sequence[Piece]:
    return [[0]]


def _publish(order: JobOrder, _piece: Piece) -> bytes:
    draft = session().get(Draft, order.params["draft"])
    if draft is None or draft.state == PUBLISHED:
        return b""
    with force_locale(order.params["locale"]), tempfile.TemporaryDirectory(prefix="draft-") as folder:
        _check_and_publish(draft, order, Path(folder))
    return b""


def _check_and_publish(draft: Draft, order: JobOrder, folder: Path) -> None:
    document, revision, by = draft.document, draft.revision, session().get_one(Person, order.params["by"])
    publisher = Publisher(by.id, draft.organisation_id)
    release()
    (root := folder / "course").mkdir()
    problems: Sequence[Problem] = compose(storage(), document, root, part_of(order.report, 0, COMPOSED))
    order.report(COMPOSED, HUNDREDTHS)
    if not problems:
        settings = site_settings()
        offered = site_library.offered(session(), storage(), by, folder / "libraries")
        checked = check(root, offered, own_hosts=bool(settings.package_url))
        release()
        problems = checked.problems
        if checked.package is not None:
            claim = partial(_claim, draft.id, (revision, document["code"]), order.params["over"])
            try:
                publish_checked(checked.package, publisher, claim, order.report)
            except LmsError as error:  # there is no room, or the code belongs to another organisation
                _end(draft.id, refusal=error.message)
            return
    _end(draft.id, problems=[one.record for one in problems])


def _claim(draft_id: int, checked: tuple[int, str], over: int, writing: Session) -> "_NoteRevision | None":
    """Lock the draft; return what notes its version, or None if it was published by another worker.

    `checked` is the revision that was checked, and its course code: the draft may have another code by now.
    """
    revision, code = checked
    draft = writing.get_one(Draft, draft_id, with_for_update=True)
    if draft.state == PUBLISHED:
        return None
    if newest_number(writing, code) != over:
        raise Conflict(_("Somebody published another version of this course. Compare it with your draft, then publish again."))
    return _NoteRevision(writing, draft, revision)


class _NoteRevision:
    """Notes in a locked draft that one of its revisions was published."""

    def __init__(self, session: Session, draft: Draft, revision: int) -> None:
        self._session, self._draft, self._revision = session, draft, revision

    def __call__(self, version: CourseVersion, _at: datetime) -> None:
        draft = self._draft
        draft.published_id = draft.version_id = version.id
        draft.state = PUBLISHED if draft.revision == self._revision else EDITING
        draft.problems = draft.refusal = None
        state_area(self._session, version.course, draft.document.get(AREA))
        write(draft, {**draft.document, "code": version.course.code})  # from now on the code is fixed


def _end(draft_id: int, problems: list[dict[str, object]] | None = None, refusal: str | None = None) -> None:
    with transaction() as writing:
        draft = writing.get_one(Draft, draft_id, with_for_update=True)
        draft.problems, draft.refusal = problems, refusal


def _export(order: JobOrder, _pieces: Iterable[bytes], file: IO[bytes]) -> str:
    if "version" in order.params:
        version = session().get_one(CourseVersion, order.params["version"])
        with transaction() as writing:
            document = published_document(writing, storage(), version)
    else:
        document = session().get_one(Draft, order.params["draft"]).document
    release()
    try:
        pack(storage(), document, file, part_of(order.report, 0, HUNDREDTHS))
    except FileNotFoundError as error:
        lost = [one["title"] for one in activities_of(document) if vanished(storage(), one)]
        raise WorkRefused(json.dumps(lost, ensure_ascii=False)) from error
    return f"{document['code']}.zip"


def _lost_words(reason: str) -> str:
    """Name the activities whose files have vanished, and say what to do."""
    titles = _(", ").join(pick(one["zh"], one["en"]) for one in json.loads(reason))
    said = _("Files of these activities are not on the site any more: %(titles)s. Nothing was exported.", titles=titles)
    todo = _("Open each of them in the draft of the course, choose its file again under “Other file”, and export the draft.")
    return pick(f"{said}{todo}", f"{said} {todo}")


KINDS = {
    PUBLISHING: JobKind(
        lambda params: _("Check and publish %(name)s", name=params["name"]),
        _plan,
        _publish,
        size=lambda _piece: HUNDREDTHS,
        next_link=lambda params: (_("Go to the draft"), url_for("workshop.review", draft_id=params["draft"])),
    ),
    EXPORTING: JobKind(
        lambda params: _("Export %(name)s", name=params["name"]), _plan, lambda _order, _piece: b"", join=_export, refusal=_lost_words
    ),
}
