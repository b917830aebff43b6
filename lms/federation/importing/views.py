"""Pages of imports from other record stores, and of statements that could not be stored, for administrators."""

import structlog
from flask import current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import Session
from wtforms import RadioField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired

import xapi
from lms.accounts.access import person, requires
from lms.accounts.models import ADMIN
from lms.celery_app import ring
from lms.clock import now
from lms.db import session, transaction
from lms.errors import NotFound
from lms.federation.changing import add, change, found
from lms.federation.forms import StoreForm
from lms.federation.importing import again, office
from lms.federation.importing.models import Import, StatementSetAside
from lms.federation.importing.storing import MEBIBYTE
from lms.federation.importing.tasks import work
from lms.records import words
from lms.records.sections import bp
from lms.site_settings import site_settings
from xapi.keys import VERSIONS

log = structlog.get_logger(__name__)
GONE = _l("There is no such import. Perhaps somebody has just removed it.")


class ImportForm(StoreForm):
    """The form for a new import."""

    version = RadioField(
        _l("Version of xAPI"), choices=[SelectChoice(one, one) for one in VERSIONS], default=VERSIONS[0], validators=[InputRequired()]
    )


@bp.get("/import")
@requires(ADMIN)
def importing() -> ResponseReturnValue:
    """List the imports with their progress."""
    return render_template("records/importing.html", imports=office.all_imports(session()), asides=office.asides_by_import(session()))


@bp.route("/import/new", methods=["GET", "POST"])
@requires(ADMIN)
def new_import() -> ResponseReturnValue:
    """Begin an import from a public address; only an operator may begin one from inside the own network."""
    form = ImportForm()
    begun = _begun(form) if form.validate_on_submit() else None
    if begun is None:
        return render_template("records/import_new.html", form=form), 422 if form.is_submitted() else 200
    ring(work)
    flash(_("The import has begun. It continues when this page is closed."), "success")
    return redirect(url_for(".import_", import_id=begun))


def _begun(form: ImportForm) -> int | None:
    order = office.ImportOrder(form.endpoint.data, form.key.data, form.secret.data, form.version.data)
    settings = site_settings()
    begun = add(form, lambda writing: office.add(writing, order, settings, now()), lambda row: {"imported": row.id}, "import.begun")
    return None if begun is None else begun.id


@bp.get("/import/<int:import_id>")
@requires(ADMIN)
def import_(import_id: int) -> ResponseReturnValue:
    """Show one import and its refused statements; the page refreshes while it runs."""
    own = found(session(), Import, import_id, GONE)
    count = office.asides_by_import(session()).get(own.id, 0)
    settings = site_settings()
    room = f"{again.room_taken(session(), own, settings) / MEBIBYTE:.1f} MB / {settings.import_storage_mb} MB"
    return render_template("records/import.html", one=own, count=count, room=room, asides=office.asides(session(), own), words=words)


@bp.post("/import/<int:import_id>/stop")
@requires(ADMIN)
def stop_import(import_id: int) -> ResponseReturnValue:
    """Read no further page."""
    change(Import, import_id, lambda _session, own: office.stop(own), GONE)
    flash(_("Stopped. What is here stays, and the import can continue from there."), "success")
    return redirect(url_for(".import_", import_id=import_id))


@bp.post("/import/<int:import_id>/go-on")
@requires(ADMIN)
def go_on_import(import_id: int) -> ResponseReturnValue:
    """Continue an import, with a new secret if one is given."""
    secret = request.form.get("secret", "")
    running = change(Import, import_id, lambda _session, own: office.go_on(own, site_settings(), now(), secret), GONE)
    if not running:
        flash(_("Give the key's secret."), "warning")
    ring(work)
    return redirect(url_for(".import_", import_id=import_id))


@bp.post("/import/<int:import_id>/remove")
@requires(ADMIN)
def remove_import(import_id: int) -> ResponseReturnValue:
    """Delete an import and the statements it put aside; imported statements stay."""
    change(Import, import_id, lambda writing, own: again.remove(writing, own, site_settings()), GONE)
    flash(_("Removed. The statements that came stay."), "success")
    return redirect(url_for(".importing"))


@bp.post("/import/aside/<int:aside_id>/retry")
@requires(ADMIN)
def retry_aside(aside_id: int) -> ResponseReturnValue:
    """Retry one statement that was put aside."""
    with transaction() as writing:
        own, row = _put_aside(writing, aside_id)
        import_id, tried = own.id, again.try_again(writing, own, row, site_settings())
    if tried.reason:
        flash(_("It still cannot be taken, and stays here. %(why)s", why=words.refusal_words(tried.reason)), "warning")
    else:
        xapi.statements_stored.send(current_app._get_current_object(), count=tried.new)  # type: ignore[attr-defined]
        flash(_("The statement is taken.") if tried.new else _("The same statement was here already."), "success")
    return redirect(url_for(".import_", import_id=import_id))


@bp.post("/import/aside/<int:aside_id>/leave-out")
@requires(ADMIN)
def leave_out_aside(aside_id: int) -> ResponseReturnValue:
    """Delete one statement that was put aside."""
    with transaction() as writing:
        own, row = _put_aside(writing, aside_id)
        import_id = own.id
        again.leave_out(writing, own, row, site_settings())
        log.info("import_aside.left-out", imported=import_id, by=person().id)
    flash(_("Left out."), "success")
    return redirect(url_for(".import_", import_id=import_id))


def _put_aside(writing: Session, aside_id: int) -> tuple[Import, StatementSetAside]:
    row = again.put_aside(writing, aside_id)
    if row is None:
        raise NotFound(_("This statement is not put aside any more. Perhaps it has just been taken or left out."))
    return row
