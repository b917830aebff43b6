"""Pages for proposing waivers; an approver in the office decides."""

from collections.abc import Sequence

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import select
from sqlalchemy.orm import joinedload

from lms.accounts.access import person, requires
from lms.accounts.models import OFFICE, STAFF, Person
from lms.classes import membership, waivers
from lms.classes.freezing import is_frozen
from lms.classes.models import Enrolment, TrainingClass, Waiver
from lms.classes.waivers import AskedWaiver
from lms.db import session, transaction
from lms.errors import InvalidInput, NotFound
from lms.office.places import NOT_YOURS, attesting, bp, by_me, own_class, staffed_class
from lms.programmes.store import document_of
from lms.row_ids import row_id
from lms.web.amounts import read_amount

WORDS = {
    waivers.PROPOSED: _l("Waits for the office"),
    waivers.APPROVED: _l("Approved"),
    waivers.DECLINED: _l("Declined"),
    waivers.TAKEN_BACK: _l("Taken back"),
}


@bp.get("/classes/<int:class_id>/waivers")
@requires(OFFICE, STAFF)
def class_waivers(class_id: int) -> ResponseReturnValue:
    """Show approved and waiting waivers, and the form for a new one."""
    return _page(staffed_class(class_id))


def _page(found: TrainingClass, problems: Sequence[str] = ()) -> ResponseReturnValue:
    document = document_of(found.programme_version)
    rows = waivers.of_class(session(), found.id)
    people = session().scalars(
        select(Enrolment).where(Enrolment.class_id == found.id, ~is_frozen()).options(joinedload(Enrolment.person)).order_by(Enrolment.id)
    )
    who = {one for row in rows for one in (row.proposed_by, row.decided_by) if one is not None}
    names = session().execute(select(Person.id, Person.name).where(Person.id.in_(who)))
    page = render_template(
        "office/waivers.html",
        training_class=found,
        requirements={one.key: one for one in document.requirements},
        rows=rows,
        waiting=sum(one.state == waivers.PROPOSED for one in rows),
        people=sorted(people, key=lambda one: one.person.name.encode("gb18030", "replace")),
        names={number: name for number, name in names},
        words=WORDS,
        me=person().id,
        given=request.form if problems else request.args,
        problems=[(one, None) for one in problems],
        most=membership.REASON_MAX,
    )
    return page, 422 if problems else 200


@bp.post("/classes/<int:class_id>/waivers")
@requires(OFFICE, STAFF)
def propose_waiver(class_id: int) -> ResponseReturnValue:
    """Propose a waiver."""
    found = staffed_class(class_id)
    who, amount = row_id(request.form.get("who", "")), read_amount(request.form.get("amount", ""))
    if who is None or amount is None:
        return _page(found, [_("Choose a teacher, and give the amount as a number, such as 0.5.")])
    asked = AskedWaiver(request.form.get("requirement", "")[:64], amount, request.form.get("reason", "").strip())
    try:
        with transaction() as writing:
            enrolment = membership.locked(writing, _own(class_id, who))
            waivers.propose(writing, enrolment, asked, by_me(), attesting(writing).attestor)
    except InvalidInput as error:
        return _page(found, error.problems or [error.message])
    flash(_("Proposed. It counts as soon as somebody else of the office approves it."), "success")
    return redirect(url_for(".class_waivers", class_id=class_id))


def _own(class_id: int, enrolment_id: int) -> int:
    found = session().get(Enrolment, enrolment_id)
    if found is None or found.class_id != class_id:
        raise NotFound(str(NOT_YOURS))
    return found.id


@bp.post("/classes/<int:class_id>/waivers/<int:waiver_id>")
@requires(OFFICE)
def decide_waiver(class_id: int, waiver_id: int) -> ResponseReturnValue:
    """Approve, decline or take back a waiver."""
    found = own_class(class_id)
    what, answer = request.form.get("what", "")[:20], request.form.get("answer", "")
    row = session().get(Waiver, waiver_id)
    if row is None or what not in waivers.STATES[1:]:
        raise NotFound(str(NOT_YOURS))
    _own(class_id, row.enrolment_id)
    try:
        with transaction() as writing:
            membership.locked(writing, row.enrolment_id)
            locked = writing.scalars(select(Waiver).where(Waiver.id == waiver_id).with_for_update()).one()
            done = waivers.decide(writing, locked, what, answer, by_me(), attesting(writing).attestor)
    except InvalidInput as error:
        return _page(found, error.problems or [error.message])
    flash(
        _("Decided. The account follows within seconds.") if done else _("Somebody else has decided it in the meantime."),
        "success" if done else "info",
    )
    return redirect(url_for(".class_waivers", class_id=class_id))
