"""Pages of a person's own account: change the password, see the browsers that are signed in, and sign them out."""

from flask import Blueprint, Flask, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_login import login_user, logout_user
from flask_wtf import FlaskForm
from wtforms import PasswordField
from wtforms.validators import InputRequired, ValidationError

from lms.accounts import login_sessions
from lms.accounts.access import person, requires
from lms.accounts.browsers import in_words
from lms.accounts.cookies import current_login
from lms.accounts.easy_passwords import known_words
from lms.accounts.guessing import limiter
from lms.accounts.models import Person
from lms.accounts.passwords import SHORTEST, is_right, problem_of, set_password
from lms.clock import now
from lms.db import session, transaction

bp = Blueprint("accounts", __name__)


class FirstPasswordForm(FlaskForm):  # type: ignore[misc]
    """The new password. A person who has just signed in with an initial one need not type that again."""

    new = PasswordField(_l("New password"), validators=[InputRequired(_l("Type a new password."))])

    def validate_new(self, field: PasswordField) -> None:
        """Refuse a password that is easy to guess."""
        problem = problem_of(field.data, person().username, known_words(session(), person()))
        if is_right(person(), field.data):
            problem = _("This is the password that you have now.")
        if problem:
            raise ValidationError(problem)


class PasswordForm(FirstPasswordForm):
    """The current password, and the new one."""

    old = PasswordField(_l("Current password"), validators=[InputRequired(_l("Type the password that you signed in with."))])
    new = PasswordField(_l("New password"), validators=[InputRequired(_l("Type a new password."))])

    def validate_old(self, field: PasswordField) -> None:
        """Refuse a person who only found the device unlocked."""
        if not is_right(person(), field.data):
            raise ValidationError(_("This is not your password."))


@bp.route("/password", methods=["GET", "POST"])
@limiter.limit("10 per minute", key_func=lambda: f"password:{current_login().id}", methods=["POST"])
@requires()
def password() -> ResponseReturnValue:
    """Change one's own password; every other device is signed out, this one stays."""
    first = person().must_choose_password
    form = FirstPasswordForm() if first else PasswordForm()
    if not form.validate_on_submit():
        return render_template("accounts/password.html", form=form, shortest=SHORTEST), 422 if form.is_submitted() else 200
    remembered = current_login().remembered
    with transaction() as writing:
        changed = writing.get_one(Person, person().id)
        set_password(changed, form.new.data)
    login_user(changed, remember=remembered)
    message = _("This is your password from now on.") if first else _("Your password has been changed. Other devices are signed out.")
    flash(message, "success")
    return redirect(_next_page())


def _next_page() -> str:
    """Return the page that the person wanted (one of ours, by its path), otherwise the start page."""
    wanted = request.args.get("next", "")
    return wanted if wanted.startswith("/") and not wanted.startswith(("//", "/\\")) else url_for("web.first_page")


@bp.get("/signed-in")
@requires()
def signed_in() -> ResponseReturnValue:
    """Show a person every browser in which they are signed in."""
    logins = login_sessions.listed(session(), person().id, now())
    return render_template("accounts/signed_in.html", logins=logins, here=current_login().id, in_words=in_words)


@bp.post("/signed-in/<int:login_id>/end")
@requires()
def end_login(login_id: int) -> ResponseReturnValue:
    """Sign a person out of one of their browsers; another person's login, or one that has ended, changes nothing."""
    if login_id == current_login().id:
        logout_user()
        return redirect(url_for("security.login"))
    with transaction() as writing:
        ended = login_sessions.end(writing, person().id, [login_id])
    flash(_("Signed out there.") if ended else _("Nothing has changed."), "success" if ended else "info")
    return redirect(url_for(".signed_in"))


@bp.post("/signed-in/others/end")
@requires()
def end_other_logins() -> ResponseReturnValue:
    """Sign a person out of every browser except this one."""
    with transaction() as writing:
        others = [one.id for one in login_sessions.listed(writing, person().id, now()) if one.id != current_login().id]
        login_sessions.end(writing, person().id, others)
    flash(_("You are signed out everywhere else."), "success")
    return redirect(url_for(".signed_in"))


def init_app(app: Flask) -> None:
    """Register the pages."""
    app.register_blueprint(bp)
