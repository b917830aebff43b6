"""Pages for handing out the initial passwords of a class's new teachers, each only once, on paper or as a file."""

import base64
from collections.abc import Sequence

from flask import current_app, flash, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from lms.accounts.access import requires, scope
from lms.accounts.models import OFFICE
from lms.classes.models import Enrolment, TrainingClass
from lms.clock import now
from lms.db import session, transaction
from lms.office.places import bp, by_me, own_class, own_enrolment
from lms.rosters import sheets
from lms.rosters.sheets import SignIn


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
        flash(_("There is none to hand out: perhaps it has just been done."), "warning")
        return redirect(url_for(".passwords", class_id=class_id))
    return sheet(found, sign_ins)


@bp.post("/classes/<int:class_id>/teachers/<int:enrolment_id>/password")
@requires(OFFICE)
def new_password(class_id: int, enrolment_id: int) -> ResponseReturnValue:
    """Give a teacher of this office who forgot their password a new initial password."""
    found, own = own_enrolment(class_id, enrolment_id)
    with transaction() as writing:
        sign_in = sheets.hand_out_to(writing, writing.get_one(Enrolment, own.id), scope(), by_me())
    if sign_in is None:
        flash(_("This account is not of your organisation, or not a teacher's alone. Its own office can help."), "warning")
        return redirect(url_for(".teacher", class_id=class_id, enrolment_id=enrolment_id))
    return sheet(found, [sign_in])


@bp.post("/classes/<int:class_id>/teachers/<int:enrolment_id>/sign-out")
@requires(OFFICE)
def sign_out(class_id: int, enrolment_id: int) -> ResponseReturnValue:
    """Sign a teacher of this office out of every browser."""
    _found, own = own_enrolment(class_id, enrolment_id)
    with transaction() as writing:
        done = sheets.sign_out(writing, writing.get_one(Enrolment, own.id), scope(), by_me())
    if done:
        flash(_("Signed out everywhere. Their password stays."), "success")
    else:
        flash(_("This account is not of your organisation, or not a teacher's alone. Its own office can help."), "warning")
    return redirect(url_for(".teacher", class_id=class_id, enrolment_id=enrolment_id))


def sheet(training_class: TrainingClass, sign_ins: Sequence[SignIn]) -> ResponseReturnValue:
    files = {
        "xlsx": base64.b64encode(sheets.as_book(sign_ins, now())).decode(),
        "csv": base64.b64encode(sheets.as_csv(sign_ins)).decode(),
    }
    address = current_app.extensions["settings"].public_url
    schools = sheets.by_school(sign_ins)
    page = make_response(
        render_template("office/password_sheet.html", training_class=training_class, schools=schools, files=files, address=address)
    )
    page.headers["Cache-Control"] = "no-store"
    return page
