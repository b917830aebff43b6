"""Pages of the lifetime record: one's own, and a teacher's for their office."""

from collections.abc import Callable, Mapping

from flask import Blueprint, Response, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy import select

from lms.accounts.access import person, requires, scope
from lms.accounts.models import OFFICE, TEACHER, Organisation, Person
from lms.accounts.offices import below
from lms.clock import now
from lms.db import session
from lms.errors import NotFound
from lms.lifetime import sheet, words
from lms.lifetime.record import LifetimeRecord, read_record
from lms.web.downloads import as_download

bp = Blueprint("lifetime", __name__, url_prefix="/lifetime")

FORMS: Mapping[str, tuple[str, Callable[[LifetimeRecord], bytes]]] = {
    "xlsx": ("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", sheet.of_record),
    "json": ("application/json", lambda record: record.bundle.encode()),
}


@bp.get("/")
@requires(TEACHER)
def mine() -> ResponseReturnValue:
    """Show one's own record."""
    return _page(person())


@bp.get("/<int:person_id>")
@requires(OFFICE)
def of_person(person_id: int) -> ResponseReturnValue:
    """Show the record of a teacher of this office."""
    return _page(_teacher(person_id))


@bp.get("/<int:person_id>/<code>.<form>")
@requires()
def download(person_id: int, code: str, form: str) -> ResponseReturnValue:
    """Return a record as a file: xlsx, or json for recomputing it."""
    if form not in FORMS:
        raise NotFound(_("A lifetime record can be had as %(forms)s.", forms=", ".join(FORMS)))
    whose = person() if person_id == person().id else _teacher(person_id)
    record = next((one for one in read_record(session(), whose, now()) if one.rule.code == code), None)
    if record is None:
        raise NotFound(_not_there())
    mimetype, write = FORMS[form]
    plain = "".join(one for one in whose.name if one.isalnum()) or "record"
    return as_download(Response(write(record), mimetype=mimetype), f"{plain}-{code}-{whose.id}.{form}")


def _page(whose: Person) -> ResponseReturnValue:
    own = whose.id == person().id
    trail = [] if own else [(_("Our teachers"), url_for("people.mine")), (whose.name, url_for("people.one", person_id=whose.id))]
    records = read_record(session(), whose, now())
    return render_template("lifetime/show.html", whose=whose, own=own, trail=trail, records=records, words=words)


def _teacher(person_id: int) -> Person:
    """Return a person whose record the signed-in office may see: one of its own organisations.

    Raises:
        NotFound: there is none, or they are another office's; the two look the same on purpose.
    """
    if OFFICE in {role.name for role in person().roles} and person().organisation_id is not None:
        query = select(Person).join(Organisation, Organisation.id == Person.organisation_id)
        found = session().scalar(query.where(Person.id == person_id, below(scope())))
        if found is not None:
            return found
    raise NotFound(_not_there())


def _not_there() -> str:
    return _("There is nothing at this address, or it is not yours to see. Check the address or go back to the first page.")
