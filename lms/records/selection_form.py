"""With which fields does somebody say which statements are meant?"""

from collections.abc import Sequence
from datetime import timedelta

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import DateField, StringField
from wtforms.validators import Length, Optional

from lms.records.selection import Selection

LONGEST = 500


class SelectionForm(FlaskForm):  # type: ignore[misc]
    """Days, a person, a course, a verb; empty means all."""

    since = DateField(_l("From"), validators=[Optional()])
    until = DateField(_l("Until and including"), validators=[Optional()])
    person = StringField(_l("Person"), validators=[Optional(), Length(max=LONGEST)])
    course = StringField(_l("Course"), validators=[Optional(), Length(max=LONGEST)])
    verb = StringField(_l("Verb"), validators=[Optional(), Length(max=LONGEST)])

    def selection(self) -> Selection:
        """Return what is asked for; the last day is part of it."""
        after = self.until.data + timedelta(days=1) if self.until.data else ""
        return Selection.of({**{name: self[name].data for name in ("since", "person", "course", "verb")}, "until": after})

    def mark(self, problems: Sequence[str]) -> None:
        """Show at each field what is wrong with it."""
        words = {
            "person": _("Nobody whom you may see has this user name or id."),
            "course": _("There is no course with this code."),
            "verb": _("This is no verb. Give its whole address, like http://adlnet.gov/expapi/verbs/completed."),
        }
        for problem in problems:
            name = problem.partition(":")[0]
            self[name].errors = [words[name]]
