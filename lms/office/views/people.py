"""Pages of an office's own teachers, wherever they are trained: a list, one teacher, and a file. They are read-only."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import get_locale
from flask_babel import gettext as _

from lms.accounts.access import person, requires, scope
from lms.accounts.models import OFFICE
from lms.celery_app import ring
from lms.classes.models import LEFT
from lms.clock import now
from lms.db import session, transaction
from lms.errors import NotFound
from lms.jobs import queue
from lms.jobs.tasks import work
from lms.office import class_queries, own_people, people_job
from lms.office.places import NOT_YOURS

bp = Blueprint("people", __name__, url_prefix="/office/people")


@bp.get("/")
@requires(OFFICE)
def mine() -> ResponseReturnValue:
    """List the teachers below this office."""
    if person().organisation_id is None:
        return render_template("office/people.html", placed=False)
    whom = own_people.asked(scope(), request.args)
    page = own_people.page_of(session(), whom, request.args.get("after", type=int))
    return render_template("office/people.html", placed=True, page=page, whom=whom, left=LEFT)


@bp.get("/<int:person_id>")
@requires(OFFICE)
def one(person_id: int) -> ResponseReturnValue:
    """Show a teacher of this office with their classes.

    Raises:
        NotFound: there is none, or they are another office's.
    """
    line = own_people.one_of(session(), scope(), person_id)
    if line is None:
        raise NotFound(str(NOT_YOURS))
    classes = [found.training_class for found in line.standings]
    return render_template(
        "office/person.html",
        line=line,
        providers=own_people.providers_of(session(), [line]),
        administered=class_queries.ids_within(session(), scope(), [found.id for found in classes]),
        left=LEFT,
    )


@bp.post("/export")
@requires(OFFICE)
def export() -> ResponseReturnValue:
    """Start a file with exactly the teachers of the list; a repeated start returns the same job."""
    form = request.form.get("format", "")
    params = people_job.params_of(
        own_people.asked(scope(), request.form), form if form in people_job.FORMATS else people_job.FORMATS[0], str(get_locale())
    )
    with transaction() as writing:
        queue.enqueue(writing, people_job.PEOPLE, person().id, params, now())
    ring(work)
    flash(_("The export has started. Its progress is shown here."), "info")
    return redirect(url_for("jobs.mine"))
