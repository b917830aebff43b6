"""The erasure page: an administrator sees what would be erased and what would stay, and confirms by typing the user name."""

import structlog
from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from lms.accounts.access import person, requires
from lms.accounts.models import ADMIN, Person
from lms.celery_app import ring
from lms.clock import now
from lms.db import session, transaction
from lms.errors import NotAllowed, NotFound
from lms.privacy.erasure import erasures
from lms.privacy.erasure import person as people
from lms.privacy.erasure.tasks import go_on
from lms.records.sections import bp
from lms.site_settings import site_settings
from lms.web.amounts import whole_number

log = structlog.get_logger(__name__)


@bp.get("/erasure")
@requires(ADMIN)
def erasure() -> ResponseReturnValue:
    """Find a person by user name and show what would be erased and what would stay."""
    wanted = request.args.get("who", "").strip()[:100]
    foreseen = erased = None
    if wanted:
        try:
            found = people.find(session(), wanted)
            erased = erasures.of_person(session(), found.id)
            foreseen = None if erased else people.preview(session(), found, site_settings().public_url)
        except NotFound:
            flash(_("Nobody has this user name. Names are not searched: ask for the user name."), "warning")
    done = erasures.page_of(session(), request.args.get("after", type=whole_number))
    return render_template("records/erasure.html", wanted=wanted, one=foreseen, erased=erased, own=person().id, done=done)


@bp.post("/erasure/<int:person_id>")
@requires(ADMIN)
def erase_person(person_id: int) -> ResponseReturnValue:
    """Make a person anonymous at once; the worker then deletes their statements. It cannot be undone."""
    found = session().get(Person, person_id)
    if found is None:
        raise NotFound(_("Nobody has this user name. Names are not searched: ask for the user name."))
    if person_id == person().id:
        raise NotAllowed(_("You cannot erase yourself: ask another office or the system administrator."))
    if request.form.get("typed", "").strip() != found.username:
        flash(_("What you typed is not the user name: nothing was erased."), "warning")
        return redirect(url_for(".erasure", who=f"#{person_id}"))
    with transaction() as writing:
        whom = writing.get_one(Person, person_id)
        people.begin(writing, whom, person().id, site_settings().public_url, now())
    log.info("person.erased", person=person_id, by=person().id)
    ring(go_on)
    flash(_("Erased. What is left of it in the record store goes within minutes."), "success")
    return redirect(url_for(".erasure", who=f"#{person_id}"))
