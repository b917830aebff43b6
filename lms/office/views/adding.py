"""Pages for adding one teacher to a class, and for starting with a list."""

from collections.abc import Sequence

from flask import Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from lms.accounts.access import person, requires, scope
from lms.accounts.models import OFFICE
from lms.classes.models import TrainingClass
from lms.classes.setup import tracks_of
from lms.clock import now
from lms.db import session, transaction
from lms.errors import InvalidInput
from lms.office.places import bp, by_me, own_class
from lms.rosters import rows, sheets, table
from lms.rosters.enrolling import RosterOrder, enrol_all
from lms.rosters.outcomes import NameChoice, OutcomeKind, foresee
from lms.rosters.problems import sentence
from lms.row_problem import RowProblem, in_row
from lms.web.downloads import as_download

ONLY_LINE = 1  # of a list with one row
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@bp.get("/classes/<int:class_id>/add")
@requires(OFFICE)
def adding(class_id: int) -> ResponseReturnValue:
    """Show the ways of adding teachers to a class."""
    return page(own_class(class_id))


def page(
    training_class: TrainingClass, problems: Sequence[RowProblem] = (), unreadable: str = "", status: int = 200
) -> ResponseReturnValue:
    """Return the start page, with the problems of the last try."""
    shown = render_template(
        "office/add.html",
        training_class=training_class,
        tracks=tracks_of(session(), training_class.id),
        given=request.form,
        problems={one.field: sentence(one) for one in problems},
        other_name=next((str(one.params["known"]) for one in problems if one.code == "left-out"), ""),
        unreadable=unreadable,
        most={"people": table.MOST_ROWS, "mb": table.MOST_BYTES // 1_000_000},
    )
    return shown, status


@bp.get("/teachers.<any(xlsx, csv):suffix>")
@requires(OFFICE)
def template(suffix: str) -> ResponseReturnValue:
    """Return an empty list to fill in."""
    if suffix == "csv":
        return as_download(Response(sheets.template(), mimetype="text/csv"), _("teachers.csv"))
    return as_download(Response(sheets.template_book(now()), mimetype=XLSX), _("teachers.xlsx"))


@bp.post("/classes/<int:class_id>/add")
@requires(OFFICE)
def add_one(class_id: int) -> ResponseReturnValue:
    """Enrol one teacher, by the rules of a list with one row."""
    found = own_class(class_id)
    if found.closed_at is not None:
        return page(found, status=422)
    roster = rows.read_one(request.form, tracks_of(session(), class_id))
    names = _chosen()
    problems = list(roster.problems) or foresee(session(), found, roster, scope(), names).left_out
    if problems:
        return page(found, problems, status=422)
    try:
        done = enrol_all(transaction, RosterOrder(class_id, roster, below(), by_me(), names=names))
    except InvalidInput as error:
        return page(found, [in_row(ONLY_LINE, "", "refused", {"why": " ".join(error.problems)})], status=422)
    said = {
        OutcomeKind.NEW: _(
            "%(name)s has an account now and is in the class. Hand out the initial password next.", name=roster.rows[0].name
        ),
        OutcomeKind.THERE: _("%(name)s is in the class already; nothing has changed.", name=roster.rows[0].name),
    }
    kind = done.outcomes[0].kind
    flash(said.get(kind, _("%(name)s is in the class.", name=roster.rows[0].name)), "info" if kind is OutcomeKind.THERE else "success")
    return redirect(url_for(".passwords" if kind is OutcomeKind.NEW else ".adding", class_id=class_id))


def _chosen() -> dict[int, NameChoice]:
    said = request.form.get("other_name", "")
    return {ONLY_LINE: NameChoice(said)} if said in set(NameChoice) else {}


def below() -> int:
    """Return the organisation below which new schools are created: the office's own."""
    scope()  # refuses a person without an organisation
    return int(person().organisation_id or 0)
