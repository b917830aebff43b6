"""Pages of an office: its classes, everybody in one of them, and the export of transcripts."""

from collections import Counter
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import get_locale
from flask_babel import gettext as _

from lms.access_log.noting import REVEALED, NotedAccess, export_of
from lms.access_log.recording import record
from lms.accounts.access import person, requires, scope
from lms.accounts.models import OFFICE, STAFF
from lms.celery_app import ring
from lms.classes import membership
from lms.classes.models import LEFT, STATUSES
from lms.clock import now
from lms.crediting import windows
from lms.db import session, transaction
from lms.errors import InvalidInput
from lms.jobs import queue
from lms.jobs.tasks import work
from lms.office import class_queries, enrolment_states
from lms.office.administration import providers
from lms.office.export import TRANSCRIPTS
from lms.office.places import administers, bp, own_class, staffed_class
from lms.programmes.store import document_of
from lms.web.amounts import whole_number

GONE = frozenset(LEFT) - {"not-completed"}  # people in these states are not counted as members of the class


@bp.get("/classes")
@requires(OFFICE)
def classes() -> ResponseReturnValue:
    """List the classes of the providers below this office."""
    words = request.args.get("q", "").strip()[: class_queries.LONGEST_WORDS]
    placed = person().organisation_id is not None
    page = (
        class_queries.classes(session(), scope(), words, request.args.get("after", type=whole_number)) if placed else class_queries.NOTHING
    )
    names = {line.training_class.id: document_of(line.training_class.programme_version).name for line in page.lines}
    runs = placed and bool(page.lines or providers(session(), scope()))
    return render_template("office/classes.html", page=page, words=words, names=names, placed=placed, runs=runs)


@bp.get("/classes/<int:class_id>")
@requires(OFFICE, STAFF)
def class_(class_id: int) -> ResponseReturnValue:
    """Show everybody in a class with each requirement."""
    found = staffed_class(class_id)
    everybody = class_queries.everybody(session(), class_id)
    people = class_queries.asked(request.args)
    proposals = enrolment_states.proposals_of(session(), everybody, now())
    shown = class_queries.chosen(everybody, people, proposals)
    start = max(0, request.args.get("after", 0, type=whole_number))
    columns = {one.key: one for standing in everybody for one in standing.requirements}
    staying = [one for one in everybody if one.enrolment.status not in GONE]
    return render_template(
        "office/class.html",
        training_class=found,
        document=document_of(found.programme_version),
        everybody=everybody,
        staying=len(staying),
        done=sum(one.done for one in staying),
        counts=Counter(one.enrolment.status for one in everybody),
        proposals=proposals,
        proposal_words=enrolment_states.proposal_words,
        all_states=STATUSES,
        may_decide=STATUSES if administers(found) else enrolment_states.STAFF_MAY,
        shown=shown[start : start + class_queries.PAGE],
        matching=len(shown),
        next=start + class_queries.PAGE if start + class_queries.PAGE < len(shown) else None,
        columns=columns,
        people=people,
        reason_max=membership.REASON_MAX,
        stands=windows.following(session(), found),
    )


@bp.post("/classes/<int:class_id>/transcripts")
@requires(OFFICE)
def export(class_id: int) -> ResponseReturnValue:
    """Start the export of everybody's transcript; a repeated start returns the same job."""
    found = own_class(class_id)
    if found.following_after is not None:
        flash(_("The hours are being recalculated for the class's new dates. Export the transcripts when that is done."), "warning")
        return redirect(url_for(".class_", class_id=class_id))
    what, reason = export_of(request.form)
    try:
        record(NotedAccess(what, "bulk", class_id=found.id, reason=reason))
    except InvalidInput as error:
        flash(" ".join(error.problems), "warning")
        return redirect(url_for(".class_", class_id=class_id))
    params: dict[str, Any] = {"class_id": found.id, "class_code": found.code, "class_name": found.name, "locale": str(get_locale())}
    params["whole"] = what == REVEALED
    with transaction() as writing:
        queue.enqueue(writing, TRANSCRIPTS, person().id, params, now())
    ring(work)
    flash(_("The export has started. Its progress is shown here."), "info")
    return redirect(url_for("jobs.mine"))
