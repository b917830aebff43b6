"""The export page: an office exports its people's statements."""

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, SelectChoice, SelectField
from wtforms.validators import InputRequired

from lms.access_log.noting import EXPORTED, NotedAccess
from lms.access_log.recording import record
from lms.accounts.access import person, requires, scope_or_site
from lms.accounts.models import ADMIN, OFFICE
from lms.celery_app import ring
from lms.clock import now
from lms.db import session, transaction
from lms.errors import InvalidInput
from lms.jobs import queue
from lms.jobs.tasks import work
from lms.records.columns import COLUMNS
from lms.records.export import STATEMENTS, params_of
from lms.records.scope import course_reader, own_scope
from lms.records.sections import bp
from lms.records.selection import statement_filter_of
from lms.records.selection_form import SelectionForm


class ExportForm(SelectionForm):
    """The selection of statements and the format."""

    format = SelectField(
        _l("Format"),
        choices=[
            SelectChoice("csv", _l("CSV: a table for spreadsheets")),
            SelectChoice("parquet", _l("Parquet: a table for analysis programs")),
            SelectChoice("jsonl", _l("JSON Lines: the statements as they are stored")),
        ],
        validators=[InputRequired()],
    )
    void = BooleanField(_l("Also void statements, marked as such"))
    attachments = BooleanField(_l("Also the data of attachments: a ZIP file with everything"))


@bp.route("/export", methods=["GET", "POST"])
@requires(OFFICE, ADMIN)
def export() -> ResponseReturnValue:
    """Start an export; a repeated start returns the same job."""
    form = ExportForm()
    form.offer(session(), course_reader())
    if form.validate_on_submit():
        try:
            return _start(form)
        except InvalidInput as error:
            form.show_problems(error.problems)
    return render_template("records/export.html", form=form, columns=COLUMNS), 422 if form.errors else 200


def _start(form: ExportForm) -> ResponseReturnValue:
    selection = form.selection()
    statement_filter_of(session(), selection, own_scope())
    params = params_of(selection, form.format.data, scope_or_site(), void=form.void.data, attachments=form.attachments.data)
    of_all = None if person().has_role(ADMIN) else person().organisation_id
    record(NotedAccess(EXPORTED, "statements", organisation_id=of_all))
    with transaction() as writing:
        queue.enqueue(writing, STATEMENTS, person().id, params, now())
    ring(work)
    flash(_("The export has started. Its progress is shown here."), "info")
    return redirect(url_for("jobs.mine"))
