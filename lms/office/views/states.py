"""Pages for deciding the states of many people of a class at once: choose them, check the effect, confirm."""

import re
from collections.abc import Sequence

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext
from sqlalchemy import select

from lms.accounts.access import requires
from lms.accounts.models import OFFICE, STAFF
from lms.classes import membership
from lms.classes.membership import DecidedState
from lms.classes.models import LEARNING, STATUSES, Enrolment, TrainingClass
from lms.clock import now
from lms.crediting.standing import Standing
from lms.db import session, transaction
from lms.errors import InvalidInput
from lms.office import class_queries, enrolment_states
from lms.office.enrolment_states import AS_PROPOSED, STAFF_MAY, StateOrder
from lms.office.places import administers, bp, by_me, staffed_class
from lms.row_ids import row_id

DECIDED = re.compile(r"([0-9]{1,12}):([a-z-]{1,20}):([a-z-]{1,20})")
PEOPLE_MAX = 1000


@bp.post("/classes/<int:class_id>/states")
@requires(OFFICE, STAFF)
def preview_states(class_id: int) -> ResponseReturnValue:
    """Show the effect of a change of state on each chosen person; nothing is changed yet."""
    found = staffed_class(class_id)
    return _preview(found, _chosen(class_id))


def _chosen(class_id: int) -> list[Standing]:
    """Return the people in the form, or everybody that the list's filter finds."""
    everybody = class_queries.everybody(session(), class_id)
    if request.form.get("everybody"):
        proposals = enrolment_states.proposals_of(session(), everybody, now())
        return class_queries.chosen(everybody, class_queries.asked(request.form), proposals)
    ids = {row_id(one) for one in request.form.getlist("who")[:PEOPLE_MAX]}
    return [one for one in everybody if one.enrolment.id in ids]


def _preview(found: TrainingClass, chosen: Sequence[Standing], problems: Sequence[str] = ()) -> ResponseReturnValue:
    state = request.form.get("state", "")
    if state not in (AS_PROPOSED, *STATUSES) or not chosen:
        flash(_("Choose at least one teacher and a state."), "error")
        return redirect(url_for(".class_", class_id=found.id))
    reason = request.form.get("reason", "").strip()
    order = StateOrder(state, reason, administers(found))
    proposals = enrolment_states.proposals_of(session(), chosen, now())
    steps = enrolment_states.steps_of(session(), chosen, proposals, order)
    possible = [one for one in steps if not one.problems]
    page = render_template(
        "office/states.html",
        training_class=found,
        steps=[*possible, *(one for one in steps if one.problems)],
        possible=possible,
        untouched=len(chosen) - len(steps),
        state=state,
        reason=reason,
        problems=problems,
        most=membership.REASON_MAX,
    )
    return page, 422 if problems or not possible else 200


@bp.post("/classes/<int:class_id>/states/decide")
@requires(OFFICE, STAFF)
def decide_states(class_id: int) -> ResponseReturnValue:
    """Set the previewed states: of all people, or of nobody if another user has changed one of them."""
    found = staffed_class(class_id)
    decided = _decided()
    allowed = administers(found) or all(one.after in STAFF_MAY and one.before in LEARNING for one in decided)
    try:
        if not decided or not allowed:
            raise InvalidInput(_("Nothing was changed."), [_("Choose at least one teacher and a state.")])
        with transaction() as writing:
            known = set(writing.scalars(select(Enrolment.id).where(Enrolment.class_id == class_id)))
            count = membership.enter_all(writing, [one for one in decided if one.enrolment_id in known], by_me())
    except InvalidInput as error:
        flash(" ".join([error.message, *(one.words for one in error.problems)]), "error")
        return redirect(url_for(".class_", class_id=class_id))
    flash(
        ngettext("The state of %(num)s teacher is changed.", "The states of %(num)s teachers are changed.", count)
        if count
        else _("Nothing has changed."),
        "success" if count else "info",
    )
    return redirect(url_for(".class_", class_id=class_id))


def _decided() -> list[DecidedState]:
    found = [DECIDED.fullmatch(one) for one in request.form.getlist("decided")[:PEOPLE_MAX] if len(one) < 60]  # noqa: PLR2004
    return [
        DecidedState(int(one[1]), one[2], one[3], request.form.get(f"reason-{one[1]}", "")[: membership.REASON_MAX + 1])
        for one in found
        if one is not None
    ]
