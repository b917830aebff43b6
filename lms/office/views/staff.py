"""Pages for the staff of a class: its chief expert, head teachers and tutors."""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from sqlalchemy import func, select
from wtforms import SelectField, StringField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired, InputRequired, Length

from lms.accounts.access import requires
from lms.accounts.models import OFFICE, STAFF, Organisation, Person
from lms.accounts.passwords import hand_out_initial_password
from lms.accounts.people import NAME_MAX, add_person
from lms.classes import staff as staffing
from lms.classes.models import ClassStaff, TrainingClass
from lms.classes.setup import locked_class
from lms.db import session, transaction
from lms.errors import InvalidInput, NotFound
from lms.i18n import pick
from lms.office.places import NOT_YOURS, bp, by_me, own_class
from lms.office.views.passwords import sheet
from lms.programmes.store import document_of
from lms.programmes.values import ProgrammeDocument
from lms.rosters.sheets import SignIn

USERNAME_MAX = 64


class StaffForm(FlaskForm):  # type: ignore[misc]
    """A member of staff, and their role."""

    username = StringField(_l("User name"), validators=[DataRequired(_l("Give the user name.")), Length(max=USERNAME_MAX)])
    role = SelectField(_l("Role"), validators=[InputRequired(_l("Choose a role."))])

    def offer(self, document: ProgrammeDocument) -> None:
        """Offer the programme's staff roles."""
        self.role.choices = [SelectChoice(one.key, pick(one.name.zh, one.name.en)) for one in staffing.roles_of(document)]


class NewStaffForm(FlaskForm):  # type: ignore[misc]
    """Somebody who has no account yet, and the role."""

    name = StringField(_l("Name"), validators=[DataRequired(_l("Give the name.")), Length(max=NAME_MAX)])
    new_username = StringField(_l("User name"), validators=[DataRequired(_l("Give the user name.")), Length(max=USERNAME_MAX)])
    new_role = SelectField(_l("Role"), validators=[InputRequired(_l("Choose a role."))])

    def offer(self, document: ProgrammeDocument) -> None:
        """Let the programme's staff roles be chosen."""
        self.new_role.choices = [SelectChoice(one.key, pick(one.name.zh, one.name.en)) for one in staffing.roles_of(document)]


@bp.route("/classes/<int:class_id>/staff", methods=["GET", "POST"])
@requires(OFFICE)
def staff(class_id: int) -> ResponseReturnValue:
    """Show the staff of a class, and add a person who has an account."""
    found = own_class(class_id)
    document = document_of(found.programme_version)
    form, new = StaffForm(formdata=None), NewStaffForm(formdata=None)
    if request.method == "POST":
        form, new = (form, NewStaffForm()) if "new_username" in request.form else (StaffForm(), new)
    form.offer(document)
    new.offer(document)
    if request.method == "POST" and "new_username" in request.form:
        if new.validate_on_submit() and (sign_in := _added(new, found)) is not None:
            return sheet(found, [sign_in])
    elif form.validate_on_submit() and _appointed(form, class_id):
        return redirect(url_for(".staff", class_id=class_id))
    page = render_template(
        "office/staff.html",
        training_class=found,
        form=form,
        new=new,
        members=staffing.staff_of(session(), class_id),
        roles={one.key: one.name for one in staffing.roles_of(document)},
    )
    return page, 422 if request.method == "POST" else 200


def _added(form: NewStaffForm, found: TrainingClass) -> SignIn | None:
    """Add an account of the class's provider and appoint it; return its initial password, shown this once, or tell the form why not."""
    username = form.new_username.data.strip()
    try:
        with transaction() as writing:
            locked_class(writing, found.id)
            if len(staffing.staff_of(writing, found.id)) >= staffing.STAFF_MAX:
                form.form_errors.append(_("A class has at most %(most)s staff.", most=staffing.STAFF_MAX))
                return None
            provider = writing.get_one(Organisation, found.provider_id)
            person = add_person(writing, username, form.name.data.strip(), (STAFF,), password=None, organisation=provider)
            staffing.appoint(writing, found.id, person, form.new_role.data, by_me())
            return SignIn(person.name, person.username, hand_out_initial_password(person), provider.name)
    except InvalidInput:
        taken = session().scalar(select(Person.id).where(func.lower(Person.username) == username.lower()))
        form.new_username.errors = [
            _("Somebody has this user name already; add them above.")
            if taken
            else _("2 to 64 letters, digits or . _ @ + -, beginning with a letter or digit; no identity number.")
        ]
        return None


def _appointed(form: StaffForm, class_id: int) -> bool:
    """Appoint the person in the form, or show the problem in the form."""
    with transaction() as writing:
        locked_class(writing, class_id)
        person = writing.scalar(select(Person).where(func.lower(Person.username) == form.username.data.strip().lower(), Person.active))
        if person is None:
            form.username.errors = [
                _("Nobody has this user name. The system administrator or the person’s own office adds the account first.")
            ]
            return False
        if len(staffing.staff_of(writing, class_id)) >= staffing.STAFF_MAX:
            form.form_errors.append(_("A class has at most %(most)s staff.", most=staffing.STAFF_MAX))
            return False
        new = staffing.appoint(writing, class_id, person, form.role.data, by_me())
        name = person.name
    flash(
        _("%(name)s runs this class now and sees it under Today.", name=name) if new else _("Nothing has changed."),
        "success" if new else "info",
    )
    return True


@bp.post("/classes/<int:class_id>/staff/<int:member_id>/remove")
@requires(OFFICE)
def dismiss(class_id: int, member_id: int) -> ResponseReturnValue:
    """Remove a person's role in a class."""
    own_class(class_id)
    with transaction() as writing:
        member = writing.get(ClassStaff, member_id)
        if member is None or member.class_id != class_id:
            raise NotFound(str(NOT_YOURS))
        staffing.dismiss(writing, member, by_me())
    flash(_("Removed. What they have done for the class stays in its history."), "success")
    return redirect(url_for(".staff", class_id=class_id))
