"""The page on which an office asks for documents in bulk."""

from collections.abc import Sequence

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import get_locale, ngettext
from flask_babel import gettext as _

from lms.access_log.noting import EXPORTED, REASON_MAX, REVEALED, NotedAccess, export_of
from lms.access_log.recording import record
from lms.accounts.access import person, requires, scope
from lms.accounts.models import OFFICE, Organisation
from lms.bulk import pdf_pieces, selection
from lms.bulk.job import BULK
from lms.bulk.selection import MOST_CLASSES, BulkSelection, SelectionSize
from lms.celery_app import ring
from lms.clock import now
from lms.db import session, transaction
from lms.errors import InvalidInput
from lms.i18n import pick
from lms.jobs import queue
from lms.jobs.tasks import work
from lms.programmes.store import document_of
from lms.signing.site_key import demand
from lms.web.amounts import whole_number

bp = Blueprint("bulk", __name__, url_prefix="/office/bulk")
MOST_LISTED = 200  # classes to choose from; with more, their codes are typed
LONGEST_CODES = 40_000  # characters of typed codes


@bp.get("/")
@requires(OFFICE)
def ask() -> ResponseReturnValue:
    """Show the form, with the classes or the programme that the address names already chosen."""
    return _page()


def _page(problems: Sequence[str] = ()) -> ResponseReturnValue:
    placed = person().organisation_id is not None
    page = render_template(
        "bulk/ask.html",
        placed=placed,
        size=selection.size_of(session(), BulkSelection(scope())) if placed else None,
        programmes=[(number, document_of(one)) for number, one in selection.programmes_of(session(), scope())] if placed else [],
        given=request.values,
        classes=selection.classes_of(session(), scope(), MOST_LISTED) if placed else [],
        ticked=request.values.getlist("class", type=whole_number),
        problems=[(one, None) for one in problems],
        kinds=pdf_pieces.KINDS,
        most=LONGEST_CODES,
        reason_max=REASON_MAX,
    )
    return page, 422 if problems else 200


@bp.post("/")
@requires(OFFICE)
def begin() -> ResponseReturnValue:
    """Start the export; a repeated start returns the same job."""
    demand()
    try:
        wanted, whose = _wanted()
        _checked(selection.size_of(session(), wanted))
        shown, reason = export_of(request.form)
        record(*accesses_of(wanted, person().organisation_id, shown, reason))
    except InvalidInput as error:
        return _page(error.problems or [error.message])
    what = request.form.get("what", "")
    params = wanted.params() | {"what": what if what in pdf_pieces.KINDS else pdf_pieces.TRANSCRIPTS, "whose": whose}
    params["whole"] = shown == REVEALED
    with transaction() as writing:
        queue.enqueue(writing, BULK, person().id, params | {"locale": str(get_locale())}, now())
    ring(work)
    flash(_("The export has started. Its progress is shown here; you may close this page."), "info")
    return redirect(url_for("jobs.mine"))


def _wanted() -> tuple[BulkSelection, str]:
    """Read the form; also return whose documents these are, in words."""
    chosen = request.form.get("of", "")
    if chosen == "classes":
        ticked = set(request.form.getlist("class", type=whole_number)[:MOST_LISTED])
        listed = [code for number, code, _name in selection.classes_of(session(), scope(), MOST_LISTED) if number in ticked]
        return classes_by(scope(), ",".join(listed) or request.form.get("codes", ""))
    if chosen == "programme":
        number = request.form.get("programme", type=whole_number)
        for programme_id, version in selection.programmes_of(session(), scope()):
            if programme_id == number:
                document = document_of(version)
                return BulkSelection(scope(), programme_id=number), f"{pick(document.name.zh, document.name.en)} ({document.year})"
        raise InvalidInput(_("Choose a programme."))
    if chosen == "area":
        return BulkSelection(scope()), session().get_one(Organisation, person().organisation_id).name
    raise InvalidInput(_("Choose whose documents you want."))


def classes_by(path: str, typed: str) -> tuple[BulkSelection, str]:
    """Return the selection of the classes with these codes, which stand in lines of their own or between commas.

    Raises:
        InvalidInput: there are none or too many, or a code is of no class of this office.
    """
    if len(typed) > LONGEST_CODES:
        raise InvalidInput(_("This is too much text. Choose a programme, or your whole area."))
    codes = list(dict.fromkeys(typed.replace(",", " ").replace("，", " ").replace("、", " ").split()))
    if not codes or len(codes) > MOST_CLASSES:
        raise InvalidInput(_("Choose at least one class, at most %(most)s.", most=MOST_CLASSES))
    found = selection.classes_named(session(), path, codes)
    unknown = [code for code in codes if code not in found]
    if unknown:
        raise InvalidInput(_("No class of your office has these codes: %(codes)s", codes=_(", ").join(one[:64] for one in unknown[:20])))
    more = ngettext("%(first)s and %(num)s more class", "%(first)s and %(num)s more classes", len(codes) - 1, first=codes[0])
    whose = codes[0] if len(codes) == 1 else more
    return BulkSelection(path, tuple(sorted(found.values()))), whose


def accesses_of(wanted: BulkSelection, organisation_id: int | None, what: str = EXPORTED, reason: str = "") -> list[NotedAccess]:
    """Return what is recorded about an export: its classes, or the office all of whose people are in it."""
    if wanted.class_ids:
        return [NotedAccess(what, "bulk", class_id=number, reason=reason) for number in wanted.class_ids]
    return [NotedAccess(what, "bulk", organisation_id=organisation_id, reason=reason)]


def _checked(size: SelectionSize) -> None:
    problem = problem_of(size)
    if problem:
        raise InvalidInput(problem)


def problem_of(size: SelectionSize) -> str:
    """Return why nothing can be made of a selection; empty if it can."""
    if not size.people:
        return _("Nobody is in it.")
    if size.recalculated:
        return ngettext(
            "The hours of %(num)s class are being recalculated. Try again when that is done.",
            "The hours of %(num)s classes are being recalculated. Try again when that is done.",
            size.recalculated,
        )
    return ""
