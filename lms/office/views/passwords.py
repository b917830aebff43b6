"""Pages for handing out the initial passwords of a class's new teachers, each only once, on paper or as a file."""

from collections.abc import Sequence

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from lms.accounts.access import requires, scope
from lms.accounts.models import OFFICE, Person
from lms.classes.models import Enrolment, TrainingClass
from lms.db import session, transaction
from lms.office.password_sheet import refusal_words, sheet_page, signed_out_words
from lms.office.places import bp, by_me, own_class, own_enrolment, trail_of
from lms.rosters import sheets
from lms.rosters.sheets import SignIn, SignInRefusal


@bp.get("/classes/<int:class_id>/passwords")
@requires(OFFICE)
def passwords(class_id: int) -> ResponseReturnValue:
    """Show which initial passwords were not handed out yet, and which teachers still use theirs."""
    found = own_class(class_id)
    waiting, given = sheets.counts(session(), class_id, scope())
    return render_template("office/passwords.html", training_class=found, waiting=waiting, given=given)


@bp.post("/classes/<int:class_id>/passwords")
@requires(OFFICE)
def hand_out(class_id: int) -> ResponseReturnValue:
    """Hand out initial passwords. They are only on the page of this response, which is never cached."""
    found = own_class(class_id)
    with transaction() as writing:
        sign_ins = sheets.hand_out(writing, class_id, scope(), by_me(), again="again" in request.form)
    if not sign_ins:
        flash(_("There is none to hand out. Perhaps it has just been done."), "warning")
        return redirect(url_for(".passwords", class_id=class_id))
    return sheet(found, sign_ins)


@bp.post("/classes/<int:class_id>/teachers/<int:enrolment_id>/password")
@requires(OFFICE)
def new_password(class_id: int, enrolment_id: int) -> ResponseReturnValue:
    """Give a teacher of this office who forgot their password a new initial password."""
    found, own = own_enrolment(class_id, enrolment_id)
    with transaction() as writing:
        sign_in = sheets.hand_out_to(writing, own.person_id, scope(), by_me(), writing.get_one(Enrolment, own.id))
    if isinstance(sign_in, SignInRefusal):
        flash(refusal_words(session(), sign_in, session().get_one(Person, own.person_id)), "warning")
        return redirect(url_for(".teacher", class_id=class_id, enrolment_id=enrolment_id))
    return sheet(found, [sign_in])


@bp.post("/classes/<int:class_id>/teachers/<int:enrolment_id>/sign-out")
@requires(OFFICE)
def sign_out(class_id: int, enrolment_id: int) -> ResponseReturnValue:
    """Sign a teacher of this office out of every browser."""
    _found, own = own_enrolment(class_id, enrolment_id)
    with transaction() as writing:
        refusal = sheets.sign_out(writing, own.person_id, scope(), by_me(), writing.get_one(Enrolment, own.id))
    flash(*signed_out_words(session(), refusal, session().get_one(Person, own.person_id)))
    return redirect(url_for(".teacher", class_id=class_id, enrolment_id=enrolment_id))


def sheet(training_class: TrainingClass, sign_ins: Sequence[SignIn]) -> ResponseReturnValue:
    """Return the page with the initial passwords of a class's teachers."""
    back = url_for("office.passwords", class_id=training_class.id)
    crumbs = [*trail_of(training_class), (_("Initial passwords"), back)]
    name, code = training_class.name, training_class.code
    return sheet_page(sign_ins, crumbs=crumbs, title=name, stem=code, back=url_for("office.class_", class_id=training_class.id))
