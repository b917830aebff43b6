"""Pages of the lifetime record: one's own, and a teacher's for their office."""

from collections.abc import Callable, Mapping

from flask import Blueprint, Response, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from lms.access_log.noting import EXPORTED, VIEWED
from lms.accounts.access import person, requires
from lms.accounts.models import OFFICE, TEACHER, Person
from lms.clock import now
from lms.db import session
from lms.errors import NotFound
from lms.lifetime import elsewhere, pdf, sheet, words
from lms.lifetime.record import LifetimeRecord, read_record
from lms.lifetime.teachers import not_there, own_or_teacher, record_access, teacher
from lms.web.downloads import as_download

bp = Blueprint("lifetime", __name__, url_prefix="/lifetime")

FORMS: Mapping[str, tuple[str, Callable[[LifetimeRecord], bytes]]] = {
    "pdf": ("application/pdf", pdf.of_record),
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
    return _page(teacher(person_id))


@bp.get("/<int:person_id>/<code>.<form>")
@requires()
def download(person_id: int, code: str, form: str) -> ResponseReturnValue:
    """Return a record as a file: pdf, xlsx, or json for recomputing it."""
    if form not in FORMS:
        raise NotFound(_("A lifetime record can be had as %(forms)s.", forms=", ".join(FORMS)))
    whose = own_or_teacher(person_id)
    found = next((one for one in read_record(session(), whose, now()) if one.rule.code == code), None)
    if found is None:
        raise NotFound(not_there())
    record_access(whose, EXPORTED, f"lifetime-{form}")
    mimetype, write = FORMS[form]
    plain = "".join(one for one in whose.name if one.isalnum()) or "record"
    return as_download(Response(write(found), mimetype=mimetype), f"{plain}-{code}-{whose.id}.{form}")


def _page(whose: Person) -> ResponseReturnValue:
    record_access(whose, VIEWED, "lifetime")
    own = whose.id == person().id
    trail = [] if own else [(_("Our teachers"), url_for("people.mine")), (whose.name, url_for("people.one", person_id=whose.id))]
    records = read_record(session(), whose, now())
    return render_template(
        "lifetime/show.html",
        whose=whose,
        own=own,
        trail=trail,
        records=records,
        words=words,
        entries=elsewhere.of_person(session(), whose.id),
    )
