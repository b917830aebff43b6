"""Pages of forwards to other record stores and of refused statements, for administrators."""

import uuid

import structlog
from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext
from sqlalchemy import select
from wtforms import BooleanField, SelectMultipleField, StringField, widgets
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired

from lms import vocabulary as v
from lms.accounts.access import requires
from lms.accounts.models import ADMIN
from lms.catalogue.models import Course
from lms.celery_app import ring
from lms.clock import now
from lms.db import session
from lms.errors import NotFound
from lms.federation.changing import add, change, found
from lms.federation.forms import StoreForm
from lms.federation.forwarding import office
from lms.federation.forwarding.filters import Filter
from lms.federation.forwarding.models import Forward
from lms.federation.forwarding.tasks import forward as work
from lms.federation.forwarding.words import REASONS
from lms.records.sections import bp
from lms.records.selection_form import course_titles
from lms.site_settings import site_settings

log = structlog.get_logger(__name__)
GONE = _l("There is no such forward. Perhaps somebody has just removed it.")


class ForwardForm(StoreForm):
    """The form for a new forward."""

    name = StringField(_l("Name of the store"), validators=[DataRequired(_l("Say what it is called here."))])
    courses = SelectMultipleField(_l("Only these courses"), widget=widgets.ListWidget(), option_widget=widgets.CheckboxInput())
    from_now = BooleanField(_l("Leave out what is stored already"))

    @property
    def chosen(self) -> Filter:
        """Return the filter."""
        settings = site_settings()
        return Filter(activities=tuple(v.course_iri(settings.public_url, code) for code in self.courses.data or ()))


@bp.get("/forwarding")
@requires(ADMIN)
def forwarding() -> ResponseReturnValue:
    """List the forwards with their progress."""
    return render_template("records/forwarding.html", forwards=office.standings(session()), reasons=REASONS)


@bp.route("/forwarding/new", methods=["GET", "POST"])
@requires(ADMIN)
def new_forward() -> ResponseReturnValue:
    """Add a forward to a public address; only an operator may add an address inside the own network."""
    form = ForwardForm()
    titles = course_titles(session(), None)
    form.courses.choices = [
        SelectChoice(code, titles.get(code, code)) for code in session().scalars(select(Course.code).order_by(Course.code))
    ]
    if not form.validate_on_submit() or not _added(form):
        return render_template("records/forward_new.html", form=form), 422 if form.is_submitted() else 200
    ring(work)
    flash(_("Statements go there from now on. What is stored already comes first."), "success")
    return redirect(url_for(".forwarding"))


def _added(form: ForwardForm) -> bool:
    order = office.ForwardOrder(
        form.name.data, form.endpoint.data, form.key.data, form.secret.data, form.chosen, internal=False, from_now=form.from_now.data
    )
    settings = site_settings()
    added = add(form, lambda writing: office.add(writing, order, settings, now()), lambda row: {"forward": row.id}, "forward.added")
    return added is not None


@bp.get("/forwarding/<int:forward_id>")
@requires(ADMIN)
def forward(forward_id: int) -> ResponseReturnValue:
    """Show one forward and the statements that the other store refused."""
    own = found(session(), Forward, forward_id, GONE)
    one = office.standing(session(), own)
    return render_template("records/forward.html", one=one, letters=office.letters(session(), own), reasons=REASONS)


@bp.post("/forwarding/<int:forward_id>/pause")
@requires(ADMIN)
def pause_forward(forward_id: int) -> ResponseReturnValue:
    """Send nothing more until it is resumed."""
    change(Forward, forward_id, lambda _session, one: office.pause(one), GONE)
    flash(_("Paused. Nothing is lost: new statements wait."), "success")
    return redirect(url_for(".forward", forward_id=forward_id))


@bp.post("/forwarding/<int:forward_id>/resume")
@requires(ADMIN)
def resume_forward(forward_id: int) -> ResponseReturnValue:
    """Resume a forward, with a new secret if one is given."""
    secret = request.form.get("secret", "")
    change(Forward, forward_id, lambda _session, one: office.resume(one, site_settings(), now(), secret), GONE)
    ring(work)
    flash(_("It continues from where it was."), "success")
    return redirect(url_for(".forward", forward_id=forward_id))


@bp.post("/forwarding/<int:forward_id>/discard")
@requires(ADMIN)
def discard_letter(forward_id: int) -> ResponseReturnValue:
    """Delete a dead letter; the statement stays here and is not sent there again."""
    named = request.form.get("statement", type=uuid.UUID)
    gone = named is not None and change(Forward, forward_id, lambda writing, one: office.discard(writing, one, named), GONE)
    flash(_("Discarded: it is not sent there again.") if gone else _("It was not there any more."), "success" if gone else "info")
    return redirect(url_for(".forward", forward_id=forward_id))


@bp.post("/forwarding/<int:forward_id>/retry")
@requires(ADMIN)
def retry_letters(forward_id: int) -> ResponseReturnValue:
    """Mark one refused statement, or all, to be tried again."""
    named = request.form.get("statement", "")
    try:
        statement = uuid.UUID(named) if named else None
    except ValueError as error:
        raise NotFound(str(GONE)) from error
    count = change(Forward, forward_id, lambda writing, one: office.retry(writing, one, now(), statement), GONE)
    ring(work)
    flash(ngettext("%(num)s statement is tried again.", "%(num)s statements are tried again.", count), "success")
    return redirect(url_for(".forward", forward_id=forward_id))


@bp.post("/forwarding/<int:forward_id>/remove")
@requires(ADMIN)
def remove_forward(forward_id: int) -> ResponseReturnValue:
    """Remove a forward and its dead letters."""
    change(Forward, forward_id, office.remove, GONE)
    flash(_("Removed. The other store keeps the statements that it has."), "success")
    return redirect(url_for(".forwarding"))
