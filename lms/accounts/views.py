"""What can people do with their own account? Change the password."""

from flask import Blueprint, Flask, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_login import login_user
from flask_wtf import FlaskForm
from wtforms import PasswordField
from wtforms.validators import InputRequired, ValidationError

from lms.accounts.access import person, requires
from lms.accounts.models import Person
from lms.accounts.passwords import SHORTEST, is_right, problem_of, set_password
from lms.accounts.signin import limiter
from lms.db import transaction

bp = Blueprint("accounts", __name__)


class FirstPasswordForm(FlaskForm):  # type: ignore[misc]
    """The password that it shall be. Who has just signed in with an initial one need not type it again."""

    new = PasswordField(_l("New password"), validators=[InputRequired(_l("Type a new password."))])

    def validate_new(self, field: PasswordField) -> None:
        """Refuse what is easily guessed."""
        problem = problem_of(field.data, person().username)
        if is_right(person(), field.data):
            problem = _("This is the password that you have now.")
        if problem:
            raise ValidationError(problem)


class PasswordForm(FirstPasswordForm):
    """The password as it is, and the one that it shall be."""

    old = PasswordField(_l("Password now"), validators=[InputRequired(_l("Type the password that you signed in with."))])
    new = PasswordField(_l("New password"), validators=[InputRequired(_l("Type a new password."))])

    def validate_old(self, field: PasswordField) -> None:
        """Refuse who only found the device unlocked."""
        if not is_right(person(), field.data):
            raise ValidationError(_("This is not your password."))


@bp.route("/password", methods=["GET", "POST"])
@limiter.limit("10 per minute", key_func=lambda: f"password:{person().id}", methods=["POST"])
@requires()
def password() -> ResponseReturnValue:
    """Change one's own password; every other device is signed out, this one stays."""
    first = person().must_choose_password
    form = FirstPasswordForm() if first else PasswordForm()
    if not form.validate_on_submit():
        return render_template("accounts/password.html", form=form, shortest=SHORTEST), 422 if form.is_submitted() else 200
    with transaction() as writing:
        changed = writing.get_one(Person, person().id)
        set_password(changed, form.new.data)
    login_user(changed, remember="remember_token" in request.cookies)
    told = _("This is your password from now on.") if first else _("Your password has been changed. Other devices are signed out.")
    flash(told, "success")
    return redirect(url_for("web.first_page"))


def init_app(app: Flask) -> None:
    """Register the pages."""
    app.register_blueprint(bp)
