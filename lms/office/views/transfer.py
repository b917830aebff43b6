"""Pages for transferring a person to another class of the programme: choose, check the effect, confirm."""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from lms.accounts.access import requires, scope
from lms.accounts.models import OFFICE, Person
from lms.classes import membership, transfer
from lms.classes.models import Enrolment, TrainingClass
from lms.classes.setup import programme_version_of, tracks_of
from lms.classes.transfer import TransferOrder
from lms.clock import now
from lms.db import session, transaction
from lms.errors import FieldProblem, InvalidInput
from lms.i18n import local_time
from lms.office import effect_words, transferring
from lms.office.places import bp, by_me, own_class, own_enrolment
from lms.programmes.store import document_of
from lms.row_ids import row_id
from lms.web.amounts import read_day


@bp.get("/classes/<int:class_id>/teachers/<int:enrolment_id>/transfer")
@requires(OFFICE)
def transfer_form(class_id: int, enrolment_id: int) -> ResponseReturnValue:
    """Offer the new class, the track, the day and the reason."""
    found, enrolment = own_enrolment(class_id, enrolment_id)
    return _page(found, enrolment)


def _page(found: TrainingClass, enrolment: Enrolment, problems: tuple[FieldProblem, ...] = ()) -> ResponseReturnValue:
    targets = transfer.targets_of(session(), found, scope())
    tracks = {one.id: tracks_of(session(), one.id) for one in targets}
    page = render_template(
        "office/transfer.html",
        training_class=found,
        enrolment=enrolment,
        name=session().get_one(Person, enrolment.person_id).name,
        targets=targets,
        tracks={track.key: track.name for own in tracks.values() for track in own},
        wanted={"class": request.form.get("class", ""), "track": request.form.get("track", enrolment.track)},
        day=request.form.get("day") or local_time(now(), document_of(found.programme_version).policy.time_zone).date().isoformat(),
        reason=request.form.get("reason", ""),
        problems=[(one.words, one.field) for one in problems],
        most=membership.REASON_MAX,
    )
    return page, 422 if problems else 200


@bp.post("/classes/<int:class_id>/teachers/<int:enrolment_id>/transfer")
@requires(OFFICE)
def carry_out_transfer(class_id: int, enrolment_id: int) -> ResponseReturnValue:
    """Show the effect of a transfer; do it after confirmation."""
    found, enrolment = own_enrolment(class_id, enrolment_id)
    order = _order()
    if order is None:
        return _page(found, enrolment, (FieldProblem("day", _("Choose a class and a day.")),))
    target = own_class(order.class_id)
    try:
        with transaction() as writing:
            if request.form.get("confirm"):
                transferring.carry_out(writing, enrolment_id, order, by_me())
                foreseen = None
            else:
                foreseen = transferring.foresee(writing, enrolment_id, order, by_me())
    except InvalidInput as error:
        return _page(found, enrolment, tuple(error.problems))
    if foreseen is None:
        flash(_("Transferred. Everything earned goes along; to undo it, transfer them back."), "success")
        return redirect(url_for(".teacher", class_id=target.id, enrolment_id=enrolment_id))
    if foreseen.effect is None:
        return _page(found, enrolment, tuple(foreseen.problems))
    return render_template(
        "office/transfer_preview.html",
        training_class=found,
        enrolment=enrolment,
        name=session().get_one(Person, enrolment.person_id).name,
        target=target,
        order=order,
        lines=effect_words.effect_lines(foreseen.effect, document_of(programme_version_of(session(), target))),
    )


def _order() -> TransferOrder | None:
    chosen, on = row_id(request.form.get("class", "")), read_day(request.form.get("day", ""))
    if chosen is None or on is None:
        return None
    return TransferOrder(chosen, request.form.get("track", "")[:64], on, request.form.get("reason", "").strip())
