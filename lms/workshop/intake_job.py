"""Put an uploaded file into a draft in the background, checked as publishing checks it."""

import tempfile
from collections.abc import Sequence
from pathlib import Path

from flask import url_for
from flask_babel import force_locale
from flask_babel import gettext as _

from lms.accounts.account_changes import By
from lms.accounts.models import Person
from lms.catalogue import receiving, site_library
from lms.catalogue.models import Upload
from lms.catalogue.publish_job import HUNDREDTHS, assembled
from lms.clock import now
from lms.db import release, session, transaction
from lms.errors import LmsError
from lms.jobs.kinds import JobKind, JobOrder, Params, Piece, ReportProgress
from lms.site_settings import site_settings
from lms.storage import storage
from lms.workshop import drafts, film_captions, intake, unit_folders
from lms.workshop.counting import counted_for
from lms.workshop.documents import title_in
from lms.workshop.edits import activities_of
from lms.workshop.intake import CheckedFile
from lms.workshop.placing import Placing

TAKING = "draft-file"
ASSEMBLED = 50  # how far the work is then, in hundredths


def _plan(_params: Params) -> Sequence[Piece]:
    return [[0]]


def _make(order: JobOrder, _piece: Piece) -> bytes:
    upload = session().get(Upload, order.params["upload"])
    if upload is not None and upload.ended_at is None:
        with force_locale(order.params["locale"]), tempfile.TemporaryDirectory(prefix="draft-file-") as folder:
            _take(upload, order.params, Path(folder), order.report)
    if upload is not None:
        receiving.remove_parts(storage(), upload)
    return b""


def _take(upload: Upload, params: Params, folder: Path, report: ReportProgress) -> None:
    by = session().get_one(Person, upload.person_id)
    path, refusal = assembled(upload, folder / "file", ASSEMBLED, report)
    settings = site_settings()
    if refusal:
        _end(upload.id, refusal=refusal)
        return
    offered = site_library.offered(session(), storage(), by, folder / "libraries")
    try:
        admit = counted_for(drafts.own(session(), params["draft"], by).organisation_id, settings)
        release()
        found = intake.take_in(storage(), path, admit, params.get("activity"), offered, own_hosts=bool(settings.package_url))
        release()
        report(HUNDREDTHS, HUNDREDTHS)
        _put(upload.id, params, found if isinstance(found, CheckedFile) else None)
    except LmsError as error:
        _end(upload.id, refusal=error.message)
        return
    if not isinstance(found, CheckedFile):
        _end(upload.id, [one.record for one in found])


def _end(upload_id: str, problems: list[dict[str, object]] | None = None, refusal: str | None = None) -> None:
    """End an upload that is not taken."""
    with transaction() as writing:
        ended = writing.get_one(Upload, upload_id)
        ended.problems, ended.refusal, ended.ended_at = problems, refusal, now()


def _put(upload_id: str, params: Params, found: CheckedFile | None) -> None:
    if found is None:
        return
    with transaction() as writing:
        upload = writing.get_one(Upload, upload_id, with_for_update=True)
        if upload.ended_at is not None:  # another worker came first
            return
        by = writing.get_one(Person, upload.person_id)
        draft = drafts.own(writing, params["draft"], by, lock=True)
        before = activities_of(draft.document)
        found = unit_folders.placed(storage(), draft.document, found)
        found, captions = film_captions.with_earlier(storage(), draft.document, found)
        keys = drafts.put_activity(writing, draft, found, By(by.id, now()), Placing(params.get("module")))
        kept = {one["key"] for one in activities_of(draft.document)}
        removed = [title_in(one) for one in before if one["key"] not in kept]
        upload.target, upload.ended_at = {**(upload.target or {}), "activities": keys, "removed": removed, "captions": captions}, now()


KINDS = {
    TAKING: JobKind(
        lambda params: _("Add %(name)s to a draft", name=params["name"]),
        _plan,
        _make,
        size=lambda _piece: HUNDREDTHS,
        next_link=lambda params: (_("Go to the draft"), url_for("workshop.editor", draft_id=params["draft"])),
    )
}
