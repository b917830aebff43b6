"""Form fields for the details of a class."""

from collections.abc import Mapping, Sequence
from datetime import date
from hashlib import sha256

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import BooleanField, DateField, HiddenField, SelectField, SelectMultipleField, StringField, widgets
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired, InputRequired

from lms.accounts.models import Organisation
from lms.classes import changes
from lms.classes.models import TrainingClass
from lms.classes.setup import ClassDetails
from lms.errors import FieldProblem
from lms.i18n import pick
from lms.office.administration import CourseOfClass
from lms.programmes.values import ProgrammeDocument, Requirement


class DayField(DateField):  # type: ignore[misc]
    """A day in the form that browsers send."""

    def process_formdata(self, values: list[str]) -> None:
        """Read it, or explain the right form."""
        try:
            super().process_formdata(values)
        except ValueError:
            raise ValueError(_("Write the day as 2026-03-01.")) from None


class TickedField(SelectMultipleField):  # type: ignore[misc]
    """A choice of several items, each with a checkbox."""

    widget = widgets.ListWidget()
    option_widget = widgets.CheckboxInput()


class RunForm(FlaskForm):  # type: ignore[misc]
    """The details of a class; of its programme, only the tracks are chosen here."""

    name = StringField(_l("Name of the class"), validators=[DataRequired(_l("Give the class a name."))])
    intake = StringField(_l("Intake"))
    starts_on = DayField(_l("First day"), validators=[InputRequired(_l("Choose the first day."))])
    ends_on = DayField(_l("Last day"), validators=[InputRequired(_l("Choose the last day."))])
    tracks = TickedField(_l("Tracks"))
    counts_within = BooleanField(_l("Time is credited from the first day to the last only"))
    seen = HiddenField()  # the class's details when the page was made
    agreed = BooleanField(_l("Yes, recalculate everybody’s hours"))  # required if new days may change somebody's hours

    def offer_tracks(self, document: ProgrammeDocument) -> None:
        """Offer the programme's tracks."""
        self.tracks.choices = [SelectChoice(one.key, pick(one.name.zh, one.name.en)) for one in document.tracks]

    def still_holds(self, training_class: TrainingClass) -> bool:
        """Say whether the class is unchanged since the page was shown; the form then receives the current details."""
        now = look(training_class)
        seen, self.seen.data = self.seen.data or now, now
        return bool(seen == now)

    def run(self, code: str, provider: Organisation) -> ClassDetails:
        """Return the details, for a class of this code and provider."""
        days: tuple[date, date] = (self.starts_on.data, self.ends_on.data)
        chosen = tuple(self.tracks.data or ())
        whole = len(chosen) == len(self.tracks.choices)
        return ClassDetails(code, self.name.data, provider, *days, self.intake.data or "", () if whole else chosen, self.counts_within.data)

    def show_problems(self, problems: Sequence[FieldProblem]) -> None:
        """Show each problem at its field, or above all of them."""
        for problem in problems:
            if problem.field in self:
                self[problem.field].errors = [*self[problem.field].errors, problem.words]
            else:
                self.form_errors.append(problem)


class OpenForm(RunForm):
    """The details of a class that are fixed when it is opened."""

    code = StringField(_l("Code"), validators=[DataRequired(_l("Give the class a code."))])
    provider = SelectField(_l("Training provider"), coerce=int, validators=[InputRequired(_l("Choose who runs it."))])
    courses = TickedField(_l("Courses"))
    requirement = SelectField(_l("The hours of these courses count toward"), default="")

    def offer(self, providers: Sequence[Organisation], courses: Mapping[str, str], hours: Sequence[Requirement]) -> None:
        """Offer providers and courses, and the requirements to which the courses count."""
        self.provider.choices = [SelectChoice(one.id, one.name) for one in providers]
        self.courses.choices = [SelectChoice(code, title) for code, title in courses.items()]
        self.requirement.choices = toward_choices(hours)
        if not self.requirement.raw_data:
            self.requirement.data = self.requirement.choices[0].value

    def studies(self) -> list[CourseOfClass]:
        """Return the chosen courses."""
        return [CourseOfClass(code, self.requirement.data) for code in self.courses.data or ()]


def toward_choices(hours: Sequence[Requirement]) -> list[SelectChoice]:
    """Return the choices for a course's hours: each requirement of hours, and none. The first is the usual one."""
    return [*(SelectChoice(one.key, pick(one.title.zh, one.title.en)) for one in hours), SelectChoice("", _("No requirement of hours"))]


def look(training_class: TrainingClass) -> str:
    """Return a text of a class's details; it differs once another user has changed any field of the form."""
    return sha256("\n".join(str(getattr(training_class, name)) for name in changes.FIELDS).encode()).hexdigest()


def given(training_class: TrainingClass, document: ProgrammeDocument) -> Mapping[str, object]:
    """Return the current details of a class, for a form's fields."""
    return {
        "name": training_class.name,
        "intake": training_class.intake,
        "starts_on": training_class.starts_on,
        "ends_on": training_class.ends_on,
        "tracks": training_class.tracks.split(",") if training_class.tracks else [one.key for one in document.tracks],
        "counts_within": training_class.counts_within,
        "seen": look(training_class),
    }
