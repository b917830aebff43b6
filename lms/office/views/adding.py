"""How do teachers come into a class: one by one, or by a list that is shown with what would come of each row before anything is done?

Nothing of a list is kept before somebody confirms it: the page that shows it carries it, and it is read and checked again then.
"""

import base64
import binascii
import zlib
from collections.abc import Sequence
from contextlib import closing
from typing import Any

from flask import Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import get_locale
from flask_babel import gettext as _

from lms.accounts.access import person, requires, scope
from lms.accounts.models import OFFICE
from lms.celery_app import ring
from lms.classes.models import TrainingClass
from lms.classes.setup import tracks_of
from lms.clock import now
from lms.db import session, transaction
from lms.errors import InvalidInput
from lms.jobs import queue
from lms.jobs.tasks import work
from lms.office import roster_job
from lms.office.places import bp, by_me, own_class
from lms.programmes.values import Track
from lms.rosters import rows, sheets, table
from lms.rosters.enrolling import RosterOrder, enrol_all
from lms.rosters.outcomes import OutcomeKind, foresee
from lms.rosters.rows import Problem, Roster
from lms.web.downloads import as_download

FORM_BYTES = 65_536  # the form around a list
CARRIED_BYTES = table.MOST_BYTES * 3 // 2  # a list as the page carries it: packed, and in letters


@bp.url_value_preprocessor
def _allow_lists(endpoint: str | None, _values: dict[str, Any] | None) -> None:
    """Set the limits before anything reads the form (the check for forged forms does)."""
    if endpoint in {"office.preview", "office.enrol"}:
        request.max_content_length = request.max_form_memory_size = CARRIED_BYTES + FORM_BYTES


@bp.get("/classes/<int:class_id>/add")
@requires(OFFICE)
def adding(class_id: int) -> ResponseReturnValue:
    """Offer the ways in which teachers come into a class."""
    return _page(own_class(class_id))


def _page(training_class: TrainingClass, problems: Sequence[Problem] = (), unreadable: str = "", status: int = 200) -> ResponseReturnValue:
    page = render_template(
        "office/add.html",
        training_class=training_class,
        tracks=tracks_of(session(), training_class.id),
        given=request.form,
        problems={one.field: one.what for one in problems},
        unreadable=unreadable,
        most={"people": table.MOST_ROWS, "mb": table.MOST_BYTES // 1_000_000},
    )
    return page, status


@bp.get("/teachers.csv")
@requires(OFFICE)
def template() -> ResponseReturnValue:
    """Give an empty list to fill in."""
    return as_download(Response(sheets.template(), mimetype="text/csv"), _("teachers.csv"))


@bp.post("/classes/<int:class_id>/add")
@requires(OFFICE)
def add_one(class_id: int) -> ResponseReturnValue:
    """Enrol one teacher, by the rules of a list with one row."""
    found = own_class(class_id)
    if found.closed_at is not None:
        return _page(found, status=422)
    roster = rows.read_one(request.form, tracks_of(session(), class_id))
    problems = list(roster.problems) or list(foresee(session(), found, roster, scope()).problems)
    if problems:
        return _page(found, problems, status=422)
    try:
        done = enrol_all(transaction, RosterOrder(class_id, roster, _below(), by_me()))
    except InvalidInput as error:
        return _page(found, [Problem(1, "", " ".join(error.problems))], status=422)
    said = {
        OutcomeKind.NEW: _(
            "%(name)s has an account now and is in the class. Hand out the initial password next.", name=roster.rows[0].name
        ),
        OutcomeKind.THERE: _("%(name)s is in the class already; nothing has changed.", name=roster.rows[0].name),
    }
    kind = done.outcomes[0].kind
    flash(said.get(kind, _("%(name)s is in the class.", name=roster.rows[0].name)), "info" if kind is OutcomeKind.THERE else "success")
    return redirect(url_for(".passwords" if kind is OutcomeKind.NEW else ".adding", class_id=class_id))


def _below() -> int:
    """Return the organisation below which new schools are made: the office's own."""
    scope()  # refuses whoever has none
    return int(person().organisation_id or 0)


@bp.post("/classes/<int:class_id>/list")
@requires(OFFICE)
def preview(class_id: int) -> ResponseReturnValue:
    """Show what would come of each row of a list; nothing is kept."""
    found = own_class(class_id)
    if found.closed_at is not None:
        return _page(found, status=422)
    content, tracks = _uploaded(), tracks_of(session(), class_id)
    if not content:
        return _page(found, unreadable=_("Choose a file with a list of teachers."), status=422)
    try:
        roster = rows.read(table.read(content), tracks, _usual(tracks))
    except table.Unreadable as error:
        return _page(found, unreadable=str(error), status=422)
    return render_template(
        "office/preview.html",
        training_class=found,
        roster=roster,
        foreseen=foresee(session(), found, roster, scope()),
        carried=base64.b64encode(zlib.compress(content)).decode(),
        usual=_usual(tracks),
        tracks={one.key: one.name for one in tracks},
        kinds=OutcomeKind,
    )


def _uploaded() -> bytes:
    upload = request.files.get("file")
    if upload is None:
        return b""
    with closing(upload):
        return upload.stream.read(table.MOST_BYTES + 1)


def _usual(tracks: Sequence[Track]) -> str:
    said = request.form.get("track", "")
    return said if said in {one.key for one in tracks} else ""


@bp.post("/classes/<int:class_id>/list/enrol")
@requires(OFFICE)
def enrol(class_id: int) -> ResponseReturnValue:
    """Enrol a list that was shown, in the background; the same list twice is the same work."""
    found = own_class(class_id)
    if found.closed_at is not None:
        return _page(found, status=422)
    roster = _carried(class_id)
    if not roster.rows:
        return _page(found, unreadable=_("There is nobody in it who could be enrolled."), status=422)
    params = roster_job.params_of(found, roster, _below(), person().id, str(get_locale()))
    with transaction() as writing:
        queue.enqueue(writing, roster_job.ROSTER, person().id, params, now())
    ring(work)
    flash(_("The teachers are being enrolled. The progress is shown here; you may close this page."), "info")
    return redirect(url_for("jobs.mine"))


def _carried(class_id: int) -> Roster:
    """Read the list that the page carried, as it was read before."""
    tracks = tracks_of(session(), class_id)
    try:
        packed = base64.b64decode(request.form.get("list", ""), validate=True)
        content = zlib.decompressobj().decompress(packed, table.MOST_BYTES + 1)
        return rows.read(table.read(content), tracks, _usual(tracks))
    except (binascii.Error, zlib.error, table.Unreadable):
        return Roster((), ())
