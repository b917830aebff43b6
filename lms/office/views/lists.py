"""Pages for enrolling a list: it is shown with the outcome of each row, and a user confirms it before anything is done.

The server stores nothing of a list before it is confirmed: the page carries the list, which is read and checked again then.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask import flash, redirect, render_template, request, url_for
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
from lms.jobs import queue
from lms.jobs.tasks import work
from lms.office import carried_file, roster_job
from lms.office.list_pages import NUMBER, part
from lms.office.places import bp, own_class
from lms.office.views.adding import below, page
from lms.programmes.values import Track
from lms.rosters import heads, rows, table
from lms.rosters.heads import Columns
from lms.rosters.outcomes import NameChoice, OutcomeKind, foresee
from lms.rosters.problems import Unreadable, field_names, sentence, shown
from lms.rosters.rows import HeadsUnknown, Roster
from lms.rosters.table import Table

FORM_BYTES = 262_144  # the form around a list
FORM_PARTS = 6_000  # fields: a choice for each row, and a few more
MOST_CHOICES = 200  # names chosen at once
SAMPLE = 6  # lines shown for assigning columns
LINE = re.compile(r"[0-9]{1,7}")
LISTS = {"office.preview", "office.columns", "office.enrol"}


@bp.url_value_preprocessor
def _allow_lists(endpoint: str | None, _values: dict[str, Any] | None) -> None:
    """Set the limits before the form is read (the check for forged forms reads it)."""
    if endpoint in LISTS:
        request.max_content_length = request.max_form_memory_size = carried_file.carried_size(table.MOST_BYTES) + FORM_BYTES
        request.max_form_parts = FORM_PARTS


@dataclass(frozen=True, slots=True)
class _List:
    """A list as uploaded or carried, with the choices made on the pages before."""

    content: bytes
    tracks: Sequence[Track]
    usual: str
    columns: Columns | None

    @property
    def carried(self) -> str:
        """The list in the form that the page carries."""
        return carried_file.packed(self.content)

    def read(self) -> tuple[Table, Roster]:
        """Read it with the assigned or recognised columns."""
        found = table.read(self.content)
        return found, rows.read(found.lines, self.tracks, self.usual, self.columns)


def _given(class_id: int) -> _List:
    tracks, usual = tracks_of(session(), class_id), request.form.get("track", "")
    content = carried_file.uploaded(table.MOST_BYTES) or carried_file.unpacked(request.form.get("list", ""), table.MOST_BYTES)
    return _List(content, tracks, usual if usual in {one.key for one in tracks} else "", _columns())


def _columns() -> Columns | None:
    """Return the columns that a user assigned, on this page or on an earlier one."""
    said = {int(index): name for key, name in request.form.items() if (index := _index_in(key)) and name}
    if not said:
        return heads.parsed(request.form.get("columns", ""))
    return heads.parsed(",".join(f"{name}:{index}" for index, name in said.items()) + f";{request.form.get('head', '0')}")


def _index_in(key: str) -> str:
    name, _dash, index = key.partition("-")
    return index if name == "column" and NUMBER.fullmatch(index) else ""


@bp.post("/classes/<int:class_id>/list")
@requires(OFFICE)
def preview(class_id: int) -> ResponseReturnValue:
    """Show the outcome of each row of a list; nothing is stored. If the columns are not recognised, ask for them."""
    found = own_class(class_id)
    if found.closed_at is not None:
        return page(found, status=422)
    given = _given(class_id)
    if not given.content:
        return page(found, unreadable=_("Choose a file with a list of teachers."), status=422)
    try:
        return _preview(found, given)
    except HeadsUnknown as error:
        return _assign(found, given, str(error))
    except Unreadable as error:
        return page(found, unreadable=str(error), status=422)


def _preview(training_class: TrainingClass, given: _List) -> str:
    found, roster = given.read()
    foreseen = foresee(session(), training_class, roster, scope())
    return render_template(
        "office/preview.html",
        training_class=training_class,
        roster=roster,
        encoding=found.encoding,
        foreseen=foreseen,
        given=given,
        columns=given.columns.written() if given.columns else "",
        decided=_names(),
        names=field_names(),
        sentence=sentence,
        tracks={one.key: one.name for one in given.tracks},
        kinds=OutcomeKind,
        choices=NameChoice,
        most_choices=MOST_CHOICES,
        part=part,
    )


def _names() -> Mapping[int, NameChoice]:
    """Return the choices for known teachers with another name, by line."""
    said = [(key.removeprefix("name-"), value) for key, value in request.form.items() if key.startswith("name-")]
    return {int(line): NameChoice(value) for line, value in said if LINE.fullmatch(line) and value in set(NameChoice)}


@bp.post("/classes/<int:class_id>/list/columns")
@requires(OFFICE)
def columns(class_id: int) -> ResponseReturnValue:
    """Ask for the meaning of each column, also if it seemed to be recognised."""
    found = own_class(class_id)
    given = _given(class_id)
    try:
        return _assign(found, given) if found.closed_at is None and given.content else page(found, status=422)
    except Unreadable as error:
        return page(found, unreadable=str(error), status=422)


def _assign(training_class: TrainingClass, given: _List, wrong: str = "") -> ResponseReturnValue:
    lines = table.read(given.content).lines
    assigned = given.columns or heads.guessed([line.cells for line in lines])
    shown_page = render_template(
        "office/assign.html",
        training_class=training_class,
        given=given,
        wrong=wrong,
        tried=any(key.startswith("column-") for key in request.form),
        sample=[[shown(cell) for cell in line.cells] for line in lines[: SAMPLE + assigned.line]],
        numbers=[line.number for line in lines[: heads.LOOKED_AT + 1]],
        width=max((len(line.cells) for line in lines), default=0),
        fields={index: name for name, index in assigned.at.items()},
        assigned=assigned,
        names=field_names(),
        sentence=sentence,
    )
    return shown_page, 422 if wrong else 200


@bp.post("/classes/<int:class_id>/list/enrol")
@requires(OFFICE)
def enrol(class_id: int) -> ResponseReturnValue:
    """Enrol a list in the background after its preview; the same list again is the same job."""
    found = own_class(class_id)
    if found.closed_at is not None:
        return page(found, status=422)
    try:
        _table, roster = _given(class_id).read()
    except Unreadable:
        roster = Roster((), ())
    if not roster.rows:
        return page(found, unreadable=_("There is nobody in it who could be enrolled."), status=422)
    params = roster_job.params_of(found, roster_job.Confirmed(roster, below(), person().id, _names()), str(get_locale()))
    with transaction() as writing:
        queue.enqueue(writing, roster_job.ROSTER, person().id, params, now())
    ring(work)
    flash(_("The teachers are being enrolled. The progress is shown here; you may close this page."), "info")
    return redirect(url_for("jobs.mine"))
