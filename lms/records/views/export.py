"""How does an office take its people's statements away?"""

from datetime import timedelta

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import DateField, SelectChoice, SelectField, StringField
from wtforms.validators import Length, Optional

from lms.accounts.access import person, requires, scope
from lms.accounts.models import OFFICE
from lms.clock import now
from lms.db import session, transaction
from lms.errors import InvalidInput
from lms.jobs import queue
from lms.jobs.tasks import work
from lms.records.columns import COLUMNS
from lms.records.export import STATEMENTS, params_of, sight_of
from lms.records.sections import bp
from lms.records.selection import Selection, look_of
from lms.worker import ring

LONGEST = 500


class ExportForm(FlaskForm):  # type: ignore[misc]
    """Which statements, and as what."""

    format = SelectField(
        _l("Format"),
        choices=[
            SelectChoice("csv", _l("CSV: a table for spreadsheets")),
            SelectChoice("parquet", _l("Parquet: a table for analysis programs")),
            SelectChoice("jsonl", _l("JSON Lines: the statements as they are stored")),
        ],
    )
    since = DateField(_l("From"), validators=[Optional()])
    until = DateField(_l("Until and including"), validators=[Optional()])
    person = StringField(_l("Person"), validators=[Optional(), Length(max=LONGEST)])
    course = StringField(_l("Course"), validators=[Optional(), Length(max=LONGEST)])
    verb = StringField(_l("Verb"), validators=[Optional(), Length(max=LONGEST)])

    def selection(self) -> Selection:
        """Return what is asked for; the last day is part of it."""
        after = self.until.data + timedelta(days=1) if self.until.data else ""
        return Selection.of({**{name: self[name].data for name in ("since", "person", "course", "verb")}, "until": after})

    def mark(self, problems: list[str]) -> None:
        """Show at each field what is wrong with it."""
        words = {
            "person": _("Nobody whom you may see has this user name or id."),
            "course": _("There is no course with this code."),
            "verb": _("This is no verb. Give its whole address, like http://adlnet.gov/expapi/verbs/completed."),
        }
        for problem in problems:
            name = problem.partition(":")[0]
            self[name].errors = [words[name]]


@bp.route("/export", methods=["GET", "POST"])
@requires(OFFICE)
def export() -> ResponseReturnValue:
    """Start an export; started twice, it is the same job."""
    form = ExportForm()
    if form.validate_on_submit():
        try:
            return _start(form.selection(), form.format.data)
        except InvalidInput as error:
            form.mark(error.problems)
    return render_template("records/export.html", form=form, columns=COLUMNS), 422 if form.errors else 200


def _start(selection: Selection, form: str) -> ResponseReturnValue:
    look_of(session(), selection, sight_of(scope()))
    with transaction() as writing:
        queue.enqueue(writing, STATEMENTS, person().id, params_of(selection, form, scope()), now())
    ring(work)
    flash(_("The export has started. Its progress is shown here."), "info")
    return redirect(url_for("jobs.mine"))
