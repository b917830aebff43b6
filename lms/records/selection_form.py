"""The form fields of a selection of statements."""

from collections.abc import Mapping, Sequence
from datetime import timedelta

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from sqlalchemy.orm import Session
from wtforms import DateField, SelectField, StringField
from wtforms.validators import Length, Optional

from lms.accounts.models import Person
from lms.catalogue import listing
from lms.errors import FieldProblem
from lms.i18n import pick
from lms.records.selection import Selection
from lms.records.words import VERBS

LONGEST = 500
MOST_COURSES = 500


class SelectionForm(FlaskForm):  # type: ignore[misc]
    """Days, a person, a course, a verb; an empty field means all."""

    nobody = _l("Nobody whom you may see has this user name or id.")

    since = DateField(_l("From"), validators=[Optional()])
    until = DateField(_l("Until and including"), validators=[Optional()])
    person = StringField(_l("Person"), validators=[Optional(), Length(max=LONGEST)])
    course = SelectField(_l("Course"), default="", validators=[Optional()])
    verb = SelectField(_l("Verb"), default="", validators=[Optional()])

    def offer(self, session: Session, by: Person | None) -> None:
        """Offer the courses that a person may read (None: all), the known verbs, and the selected ones."""
        self.course.choices = _choices(course_titles(session, by), self.course)
        self.verb.choices = _choices({iri: str(said) for iri, said in VERBS.items()}, self.verb)

    def selection(self) -> Selection:
        """Return the selection; the last day is included."""
        after = self.until.data + timedelta(days=1) if self.until.data else ""
        return Selection.of({**{name: self[name].data for name in ("since", "person", "course", "verb")}, "until": after})

    def show_problems(self, problems: Sequence[FieldProblem]) -> None:
        """Show each problem at its field."""
        words = {
            "person": str(self.nobody),
            "course": _("There is no course with this code."),
            "verb": _("This is not a verb. Give its full address, like http://adlnet.gov/expapi/verbs/completed."),
        }
        for problem in problems:
            self[problem.field].errors = [words[problem.field]]


def course_titles(session: Session, by: Person | None) -> dict[str, str]:
    """Return the titles of the courses that a person may read (None: of all), by code."""
    newest = listing.search(session, by, listing.EVERY_COURSE, size=MOST_COURSES).versions
    return {version.course.code: pick(version.title_zh, version.title_en) for version in newest}


def _choices(known: Mapping[str, str], field: SelectField) -> list[tuple[str, str]]:
    """Return the choices: all, the known ones, and the selected one."""
    given = field.data or ""
    return [("", _("All")), *known.items(), *([(given, given)] if given and given not in known else [])]
