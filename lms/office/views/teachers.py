"""Pages for one teacher of a class: withdraw them, readmit them, move them to another track."""

from collections.abc import Callable

from flask import flash, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from lms.access_log.noting import REVEALED, NotedAccess
from lms.access_log.recording import record
from lms.accounts.access import requires, scope
from lms.accounts.models import OFFICE, Organisation
from lms.classes import membership, states
from lms.classes.models import STATUSES, Enrolment
from lms.classes.setup import tracks_of
from lms.clock import now
from lms.crediting.standing import of_enrolments
from lms.db import session, transaction
from lms.errors import InvalidInput
from lms.office import enrolment_states
from lms.office.history_words import lines_of
from lms.office.password_sheet import refusal_words
from lms.office.places import bp, by_me, own_enrolment
from lms.programmes.store import document_of
from lms.rosters.sheets import refusal_of


@bp.get("/classes/<int:class_id>/teachers/<int:enrolment_id>")
@requires(OFFICE)
def teacher(class_id: int, enrolment_id: int) -> ResponseReturnValue:
    """Show one enrolment, its history, and the possible actions."""
    return _page(class_id, enrolment_id)


@bp.post("/classes/<int:class_id>/teachers/<int:enrolment_id>/reveal")
@requires(OFFICE)
def reveal(class_id: int, enrolment_id: int) -> ResponseReturnValue:
    """Show the whole user name once, for a reason, which is recorded."""
    _found, own = own_enrolment(class_id, enrolment_id)
    try:
        record(NotedAccess(REVEALED, "username", person_id=own.person_id, reason=request.form.get("reason", "")))
    except InvalidInput as error:
        for one in error.problems:
            flash(one, "warning")
        return redirect(url_for(".teacher", class_id=class_id, enrolment_id=enrolment_id))
    response = make_response(_page(class_id, enrolment_id, revealed=True))
    response.headers["Cache-Control"] = "private, no-store"
    return response


def _page(class_id: int, enrolment_id: int, *, revealed: bool = False) -> str:
    found, _own = own_enrolment(class_id, enrolment_id)
    (standing,) = of_enrolments(session(), [enrolment_id])
    whose = standing.enrolment.person
    document = document_of(found.programme_version)
    refusal = refusal_of(session(), whose, scope())
    return render_template(
        "office/teacher.html",
        revealed=revealed,
        training_class=found,
        standing=standing,
        school=session().get(Organisation, whose.organisation_id) if whose.organisation_id else None,
        tracks=tracks_of(session(), class_id),
        history=lines_of(session(), document, class_id, enrolment_id),
        withdrawn=membership.WITHDRAWN,
        all_states=STATUSES,
        since=states.latest_changes(session(), [enrolment_id]).get(enrolment_id),
        proposal=enrolment_states.proposals_of(session(), [standing], now()).get(enrolment_id),
        proposal_words=enrolment_states.proposal_words,
        reason_max=membership.REASON_MAX,
        ours=refusal is None,
        refused=refusal_words(session(), refusal, whose) if refusal else "",
    )


@bp.post("/classes/<int:class_id>/teachers/<int:enrolment_id>/withdraw")
@requires(OFFICE)
def withdraw(class_id: int, enrolment_id: int) -> ResponseReturnValue:
    """Take somebody out of a class; their hours stay."""
    reason = request.form.get("reason", "")
    words = _("Withdrawn. Hours and transcript stay; the class's courses are closed to them.")
    return _changed(class_id, enrolment_id, lambda writing, own: membership.withdraw(writing, own, by_me(), reason), words)


@bp.post("/classes/<int:class_id>/teachers/<int:enrolment_id>/again")
@requires(OFFICE)
def take_back(class_id: int, enrolment_id: int) -> ResponseReturnValue:
    """Readmit a person who withdrew."""
    words = _("In the class again, from where they were.")
    return _changed(class_id, enrolment_id, lambda writing, own: membership.take_back(writing, own, by_me()), words)


@bp.post("/classes/<int:class_id>/teachers/<int:enrolment_id>/track")
@requires(OFFICE)
def move(class_id: int, enrolment_id: int) -> ResponseReturnValue:
    """Move a person to another track of the class."""
    track = request.form.get("track", "")
    words = _("Moved. Their requirements have changed; what they have earned stays.")
    return _changed(class_id, enrolment_id, lambda writing, own: membership.move(writing, own, track, by_me()), words)


def _changed(class_id: int, enrolment_id: int, how: Callable[[Session, Enrolment], bool], words: str) -> ResponseReturnValue:
    """Change an enrolment with `how`, and show the result or the problem."""
    own_enrolment(class_id, enrolment_id)
    try:
        with transaction() as writing:
            changed = how(writing, membership.locked(writing, enrolment_id))
        flash(words if changed else _("Nothing has changed."), "success" if changed else "info")
    except InvalidInput as error:
        flash(" ".join([error.message, *error.problems]), "error")
    return redirect(url_for(".teacher", class_id=class_id, enrolment_id=enrolment_id))
