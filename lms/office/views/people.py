"""Pages of an office's own teachers, wherever they are trained: a list, one teacher, and a file.

Their classes are read-only; an office can change only how its teachers sign in.
"""

from flask import Blueprint, flash, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import get_locale
from flask_babel import gettext as _

from lms.access_log.noting import REASON_MAX, REVEALED, NotedAccess, export_of
from lms.access_log.recording import record
from lms.accounts.access import person, requires, scope
from lms.accounts.account_changes import of_access
from lms.accounts.models import OFFICE
from lms.celery_app import ring
from lms.classes.models import LEFT
from lms.clock import now
from lms.db import session, transaction
from lms.errors import InvalidInput, NotFound
from lms.jobs import queue
from lms.jobs.tasks import work
from lms.office import class_queries, own_people, people_job
from lms.office.own_people import TeacherLine
from lms.office.password_sheet import refusal_words, sheet_page, signed_out_words
from lms.office.places import NOT_YOURS, by_me
from lms.rosters import sheets
from lms.rosters.sheets import SignInRefusal, refusal_of
from lms.web.amounts import whole_number

bp = Blueprint("people", __name__, url_prefix="/office/people")


@bp.get("/")
@requires(OFFICE)
def mine() -> ResponseReturnValue:
    """List the teachers below this office."""
    if person().organisation_id is None:
        return render_template("office/people.html", placed=False)
    whom = own_people.asked(scope(), request.args)
    page = own_people.page_of(session(), whom, request.args.get("after", type=whole_number))
    return render_template("office/people.html", placed=True, page=page, whom=whom, left=LEFT, reason_max=REASON_MAX)


@bp.get("/<int:person_id>")
@requires(OFFICE)
def one(person_id: int) -> ResponseReturnValue:
    """Show a teacher of this office with their classes."""
    return _person_page(_own(person_id))


@bp.post("/<int:person_id>/reveal")
@requires(OFFICE)
def reveal(person_id: int) -> ResponseReturnValue:
    """Show the whole user name once, for a reason, which is recorded."""
    line = _own(person_id)
    try:
        record(NotedAccess(REVEALED, "username", person_id=person_id, reason=request.form.get("reason", "")))
    except InvalidInput as error:
        for one in error.problems:
            flash(one, "warning")
        return redirect(url_for(".one", person_id=person_id))
    response = make_response(_person_page(line, revealed=True))
    response.headers["Cache-Control"] = "private, no-store"
    return response


def _person_page(line: TeacherLine, *, revealed: bool = False) -> str:
    person_id = line.person.id
    classes = [found.training_class for found in line.standings]
    refusal = refusal_of(session(), line.person, scope())
    return render_template(
        "office/person.html",
        line=line,
        revealed=revealed,
        reason_max=REASON_MAX,
        refused=refusal_words(session(), refusal, line.person) if refusal else "",
        history=of_access(session(), person_id),
        providers=own_people.providers_of(session(), [line]),
        administered=class_queries.ids_within(session(), scope(), [found.id for found in classes]),
        left=LEFT,
    )


def _own(person_id: int) -> TeacherLine:
    """Return a teacher of this office.

    Raises:
        NotFound: there is none, or they are another office's.
    """
    line = own_people.one_of(session(), scope(), person_id)
    if line is None:
        raise NotFound(str(NOT_YOURS))
    return line


@bp.post("/<int:person_id>/password")
@requires(OFFICE)
def new_password(person_id: int) -> ResponseReturnValue:
    """Give a teacher of this office who forgot their password a new initial password, wherever they are trained."""
    whose, back = _own(person_id).person, url_for(".one", person_id=person_id)
    with transaction() as writing:
        sign_in = sheets.hand_out_to(writing, person_id, scope(), by_me())
    if isinstance(sign_in, SignInRefusal):
        flash(refusal_words(session(), sign_in, whose), "warning")
        return redirect(back)
    crumbs = [(_("Our teachers"), url_for(".mine")), (whose.name, back)]
    return sheet_page([sign_in], crumbs=crumbs, title=sign_in.school, stem=whose.username, back=back)


@bp.post("/<int:person_id>/sign-out")
@requires(OFFICE)
def sign_out(person_id: int) -> ResponseReturnValue:
    """Sign a teacher of this office out of every browser."""
    whose = _own(person_id).person
    with transaction() as writing:
        refusal = sheets.sign_out(writing, person_id, scope(), by_me())
    flash(*signed_out_words(session(), refusal, whose))
    return redirect(url_for(".one", person_id=person_id))


@bp.post("/export")
@requires(OFFICE)
def export() -> ResponseReturnValue:
    """Start a file with exactly the teachers of the list; a repeated start returns the same job."""
    form, (what, reason) = request.form.get("format", ""), export_of(request.form)
    whom, form = own_people.asked(scope(), request.form), form if form in people_job.FORMATS else people_job.FORMATS[0]
    params = people_job.params_of(whom, form, str(get_locale()), whole=what == REVEALED)
    try:
        record(NotedAccess(what, "people", organisation_id=person().organisation_id, reason=reason))
    except InvalidInput as error:
        flash(" ".join(error.problems), "warning")
        return redirect(url_for(".mine"))
    with transaction() as writing:
        queue.enqueue(writing, people_job.PEOPLE, person().id, params, now())
    ring(work)
    flash(_("The export has started. Its progress is shown here."), "info")
    return redirect(url_for("jobs.mine"))
