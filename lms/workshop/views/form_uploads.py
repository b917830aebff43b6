"""Receive the large files of forms in parts, so that a lost line loses only a part. Then the site takes the whole file at once."""

from dataclasses import asdict
from pathlib import Path
from tempfile import TemporaryDirectory

from flask.typing import ResponseReturnValue

from courses.strict_json.problem import Problem
from lms.accounts.access import person, requires
from lms.accounts.models import TRAINER
from lms.catalogue import receiving
from lms.catalogue.models import Upload
from lms.catalogue.scanning import scan_refusal
from lms.catalogue.views.resumable import announce
from lms.clock import now
from lms.db import release, session, transaction
from lms.errors import Conflict, InvalidInput, TooLarge
from lms.site_settings import site_settings
from lms.storage import storage
from lms.web.json_bodies import json_reply
from lms.workshop import author_media
from lms.workshop.counting import Admit, counted_for
from lms.workshop.views.authoring import SCAN_S, bp, refused


@bp.post("/activities/tus")
@requires(TRAINER)
def announce_film() -> ResponseReturnValue:
    """Announce a file of a form. Its content says later whether the form can have it, as for files that come as a whole."""
    return announce(receiving.FOR_A_FORM, refuse=lambda _name: "")


@bp.post("/activities/uploads/<upload_id>")
@requires(TRAINER)
def take_upload(upload_id: str) -> ResponseReturnValue:
    """Take a file that arrived into the file store. The same request again, after its answer was lost, gets the same answer."""
    upload = receiving.own(session(), upload_id, person())
    if upload.purpose != receiving.FOR_A_FORM or upload.received < upload.bytes:
        raise Conflict("This upload is not complete, or it is not for a form.")
    if upload.target is not None:
        return json_reply(upload.target)
    try:
        kept = _keep(upload, counted_for(person().organisation_id, site_settings()))
    except (InvalidInput, TooLarge):
        with transaction() as writing:
            receiving.discard(writing, storage(), receiving.own(writing, upload_id, person(), lock=True), now())
        raise
    with transaction() as writing:
        locked = receiving.own(writing, upload_id, person(), lock=True)
        locked.target, locked.ended_at = asdict(kept), now()
    receiving.remove_parts(storage(), locked)
    return json_reply(asdict(kept))


def _keep(upload: Upload, admit: Admit) -> author_media.KeptFile:
    with TemporaryDirectory(prefix="author-") as folder:
        path, name = Path(folder) / "received", upload.name
        receiving.assemble(storage(), upload, path, lambda _done, _all: None)
        release()
        if refusal := scan_refusal(name, path, site_settings(), most_s=SCAN_S):
            raise InvalidInput(refusal)
        kept = author_media.keep(storage(), path, admit)
    if isinstance(kept, Problem):
        raise refused([kept])
    return kept
