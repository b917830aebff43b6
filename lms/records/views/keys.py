"""Pages of API keys, for administrators."""

from uuid import uuid4

import structlog
from flask import flash, make_response, redirect, render_template, url_for
from flask import session as cookie
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import BooleanField, HiddenField, RadioField, SelectMultipleField, StringField, widgets
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired, InputRequired, ValidationError

from lms.accounts.access import person, requires
from lms.accounts.models import ADMIN
from lms.clock import now
from lms.db import session, transaction
from lms.errors import NotFound
from lms.records.keys import REASONS, SCOPES
from lms.records.keys import keys as all_of_them
from lms.records.sections import bp
from lms.site_settings import site_settings
from xapi.keys import LONGEST_NAME, VERSIONS, add_key, revoke_key

log = structlog.get_logger(__name__)
ONCE = "key_form"  # in the session: the form with which the last key was created
USUAL = ("statements/write", "statements/read/mine")


class KeyForm(FlaskForm):  # type: ignore[misc]
    """The system that gets the key, and its scopes."""

    name = StringField(_l("Name of the system"), validators=[DataRequired(_l("Say which system the key is for."))])
    scopes = SelectMultipleField(
        _l("Permissions"),
        choices=[SelectChoice(scope, words) for scope, words in SCOPES.items()],
        default=USUAL,
        validators=[InputRequired(_l("Choose at least one."))],
        widget=widgets.ListWidget(),
        option_widget=widgets.CheckboxInput(),
    )
    version = RadioField(
        _l("Version of xAPI"), choices=[SelectChoice(one, one) for one in VERSIONS], default=VERSIONS[0], validators=[InputRequired()]
    )
    trusted = BooleanField(_l("Its durations may be credited as hours"))
    once = HiddenField(default=lambda: uuid4().hex)  # if the page with the secret is loaded again, it sends the same form

    def validate_name(self, field: StringField) -> None:
        """Refuse a name that cannot be an authority's name."""
        field.data = field.data.strip()
        if not 0 < len(field.data) <= LONGEST_NAME or not field.data.isprintable():
            raise ValidationError(_("A name has 1 to %(n)s characters, in one line.", n=LONGEST_NAME))


@bp.get("/keys")
@requires(ADMIN)
def keys() -> ResponseReturnValue:
    """List the keys with their use and refusals."""
    return render_template("records/keys.html", keys=all_of_them(session(), now()), reasons=REASONS)


@bp.route("/keys/new", methods=["GET", "POST"])
@requires(ADMIN)
def new_key() -> ResponseReturnValue:
    """Create a key. Its secret is only on the page of this response, which is never cached."""
    form = KeyForm()
    if not form.validate_on_submit():
        return render_template("records/key_new.html", form=form), 422 if form.is_submitted() else 200
    if form.once.data and cookie.get(ONCE) == form.once.data:
        flash(
            _("This key was given already, and its secret is shown once. If you did not copy it, revoke the key and give another."),
            "warning",
        )
        return redirect(url_for(".keys"))
    with transaction() as writing:
        how = {"trusted": form.trusted.data, "default_version": form.version.data}
        key, secret = add_key(writing, form.name.data, tuple(form.scopes.data), now=now(), **how)
    cookie[ONCE] = form.once.data
    log.info("key.given", key=key, by=person().id)
    address = f"{site_settings().public_url}/xapi/"
    page = make_response(render_template("records/key_given.html", name=form.name.data, key=key, secret=secret, address=address))
    page.headers["Cache-Control"] = "no-store"
    return page


@bp.post("/keys/<key>/revoke")
@requires(ADMIN)
def revoke(key: str) -> ResponseReturnValue:
    """Revoke a key permanently; the statements it stored stay."""
    with transaction() as writing:
        revoked = revoke_key(writing, key, now())
    if not revoked:
        raise NotFound(_("There is no key of this name that works. Perhaps somebody has just revoked it."))
    log.info("key.revoked", key=key, by=person().id)
    flash(_("The key is revoked. From now on it opens nothing."), "success")
    return redirect(url_for("records.keys"))
