"""Pages where offices and administrators rename, move and merge organisations, with a preview of the effect."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import Session

from lms.accounts.access import person, requires, scope_or_site
from lms.accounts.account_changes import By, of_organisation
from lms.accounts.models import ADMIN, OFFICE, Organisation
from lms.accounts.offices import hold_tree
from lms.clock import now
from lms.db import session, transaction
from lms.errors import FieldProblem, InvalidInput, NotFound
from lms.office import organisations
from lms.office.organisations import MERGE, MOVE, RENAME, OrganisationChange
from lms.office.places import NOT_YOURS
from lms.web.amounts import whole_number

bp = Blueprint("organisations", __name__, url_prefix="/office/organisations")
TOP = "/"  # the form's value for moving to the top
KINDS = {"office": _l("Office"), "provider": _l("Training provider"), "school": _l("School")}
CHANGES = {
    "renamed": _l("Name changed"),
    "moved": _l("Moved"),
    "merged": _l("Another one became part of it"),
    "merged-into": _l("Became part of another one"),
    "letterhead": _l("Certificate design changed"),
}


def _own(reading: Session, organisation_id: int) -> Organisation:
    """Return an organisation that the signed-in person may change.

    Raises:
        NotFound: there is none, or it belongs to others: both look the same on purpose.
    """
    found = organisations.changeable(reading, scope_or_site(), organisation_id)
    if found is None:
        raise NotFound(str(NOT_YOURS))
    return found


@bp.get("/")
@requires(OFFICE, ADMIN)
def all_() -> ResponseReturnValue:
    """List the organisations below the office, or all of them for administrators."""
    words = request.args.get("q", "").strip()[: organisations.LONGEST_WORDS]
    page = organisations.page_of(session(), scope_or_site(), words, request.args.get("after", type=whole_number))
    return render_template("office/organisations.html", page=page, words=words, kinds=KINDS, path=scope_or_site())


@bp.get("/<int:organisation_id>")
@requires(OFFICE, ADMIN)
def one(organisation_id: int) -> ResponseReturnValue:
    """Show an organisation with its history and the possible changes."""
    return _page(_own(session(), organisation_id))


def _page(found: Organisation, problems: tuple[FieldProblem, ...] = ()) -> ResponseReturnValue:
    by_field = {one.field: one.words for one in problems}
    shown = render_template(
        "office/organisation.html",
        one=found,
        above=session().get(Organisation, found.parent_id) if found.parent_id else None,
        effect=organisations.effect_of(session(), OrganisationChange(RENAME, found)),
        offered={what: organisations.offered(session(), scope_or_site(), found, what) for what in (MOVE, MERGE)},
        may_be_top=person().has_role(ADMIN),
        history=of_organisation(session(), found.id),
        kinds=KINDS,
        changes=CHANGES,
        problems=by_field,
        what=request.form.get("what", ""),
        said=request.form,
        top=TOP,
    )
    return shown, 422 if problems else 200


def _asked(reading: Session, found: Organisation) -> OrganisationChange:
    """Read the wanted change from the form.

    Raises:
        InvalidInput: it is not a change, or it is not possible.
    """
    what, said = request.form.get("what", ""), request.form.get("target", "").strip()[: organisations.LONGEST_WORDS * 4]
    to_top = what == MOVE and said == TOP and person().has_role(ADMIN)
    target = None if what == RENAME or to_top else organisations.named(reading, scope_or_site(), said)
    if what not in {RENAME, MOVE, MERGE} or (target is None and what != RENAME and not to_top):
        raise InvalidInput(
            _("Nothing was changed."),
            [FieldProblem("target", _("No organisation of yours has this name or code. Choose one of the list."))],
        )
    change = OrganisationChange(what, found, request.form.get("name", "")[: organisations.LONGEST_WORDS * 4], target)
    if problems := organisations.problems_of(change):
        raise InvalidInput(_("Nothing was changed."), problems)
    return change


@bp.post("/<int:organisation_id>/preview")
@requires(OFFICE, ADMIN)
def preview(organisation_id: int) -> ResponseReturnValue:
    """Show the effect of a change; nothing is changed."""
    found = _own(session(), organisation_id)
    try:
        change = _asked(session(), found)
    except InvalidInput as error:
        return _page(found, tuple(error.problems))
    return render_template(
        "office/organisation_preview.html", one=found, change=change, effect=organisations.effect_of(session(), change), top=TOP
    )


@bp.post("/<int:organisation_id>/change")
@requires(OFFICE, ADMIN)
def change(organisation_id: int) -> ResponseReturnValue:
    """Make the change that was previewed."""
    found = _own(session(), organisation_id)
    try:
        with transaction() as writing:
            hold_tree(writing, changing=True)  # access and the allowed changes are checked against the tree at that moment
            asked = _asked(writing, _own(writing, organisation_id))
            target_id = asked.target.id if asked.target else None
            organisations.apply(writing, asked, By(person().id, now()))
    except InvalidInput as error:
        return _page(found, tuple(error.problems))
    flash(_("Done. The history keeps what was changed."), "success")
    return redirect(url_for(".one", organisation_id=target_id if request.form["what"] == MERGE else organisation_id))
