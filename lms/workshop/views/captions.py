"""Captions beside a plain film of a draft: added, replaced and removed."""

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from werkzeug.utils import secure_filename

from courses.strict_json.problem import Problem
from lms.accounts.access import person, requires
from lms.accounts.models import TRAINER
from lms.catalogue.contents import StoredFile
from lms.db import release, session, transaction
from lms.i18n import in_words
from lms.site_settings import site_settings
from lms.storage import storage
from lms.workshop import author_media, drafts, film_captions
from lms.workshop.counting import counted_for
from lms.workshop.film_captions import CaptionsPlace
from lms.workshop.outcome import ALL
from lms.workshop.views.blueprint import bp
from lms.workshop.views.editing import me

UPLOAD_BYTES = author_media.CAPTION_BYTES + 100_000
LONGEST_NAME = 100


@bp.url_value_preprocessor
def _allow_captions(endpoint: str | None, _values: dict[str, Any] | None) -> None:
    """Set the limit before the request is read (the check for forged forms reads it)."""
    if endpoint == "workshop.put_captions":
        request.max_content_length = UPLOAD_BYTES


@bp.post("/workshop/drafts/<int:draft_id>/activities/<key>/captions")
@requires(TRAINER)
def put_captions(draft_id: int, key: str) -> ResponseReturnValue:
    """Give a film captions in one language, instead of those that it has in it."""
    settings = site_settings()
    draft = drafts.own(session(), draft_id, person())
    drafts.activity_of(draft, key)
    admit = counted_for(draft.organisation_id, settings)
    release()
    sent = request.files.get("captions")
    name = Path(sent.filename or "").name[:LONGEST_NAME] if sent else ""
    if sent is None or not name:
        flash(_("No file was chosen. Nothing was changed."), "error")
        return _back(draft_id, key)
    with TemporaryDirectory(prefix="captions-") as folder:
        sent.save(path := Path(folder) / (secure_filename(name) or "captions"))
        kept = author_media.keep_captions(storage(), path, admit)
    if isinstance(kept, Problem):
        flash(_("%(name)s %(problem)s. Nothing was changed.", name=name, problem=in_words(kept, ALL)), "error")
        return _back(draft_id, key)
    _put(draft_id, key, request.form.get("language", ""), StoredFile(author_media.sha256_in(kept.path) or "", kept.bytes))
    flash(_("The film has these captions now: %(name)s.", name=name), "success")
    return _back(draft_id, key)


@bp.post("/workshop/drafts/<int:draft_id>/activities/<key>/captions/<language>/remove")
@requires(TRAINER)
def remove_captions(draft_id: int, key: str, language: str) -> ResponseReturnValue:
    """Take the captions in one language away from a film."""
    _put(draft_id, key, language, None)
    flash(_("The captions are removed. Undo brings them back."), "success")
    return _back(draft_id, key)


def _put(draft_id: int, key: str, language: str, file: StoredFile | None) -> None:
    with transaction() as writing:
        draft = drafts.own(writing, draft_id, person(), lock=True)
        film_captions.put(writing, storage(), draft, CaptionsPlace(key, language), file, me())


def _back(draft_id: int, key: str) -> ResponseReturnValue:
    return redirect(f"{url_for('.editor', draft_id=draft_id)}#activity-{key}")
