"""Form fields for planning a session."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import BooleanField, SelectField, StringField, TimeField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired, InputRequired, Length

from lms.classes.models import ClassSession
from lms.classes.planning import LINK_MAX, PLACE_MAX, TEACHER_MAX, TITLE_MAX, PlannedSession
from lms.i18n import pick
from lms.office.class_form import DayField
from lms.office.timetable_words import said
from lms.programmes.values import FOR_SESSIONS, ProgrammeDocument
from lms.row_problem import RowProblem

FIELD_OF = {"starts_at": "starts", "ends_at": "ends"}


class ClockField(TimeField):  # type: ignore[misc]
    """A time of day in the form that browsers send."""

    def process_formdata(self, values: list[str]) -> None:
        """Read it, or explain the right form."""
        try:
            super().process_formdata(values)
        except ValueError:
            raise ValueError(_("Write the time as 08:30.")) from None


class SessionForm(FlaskForm):  # type: ignore[misc]
    """One session of a class; times are local to the programme's zone."""

    title = StringField(_l("Topic"), validators=[DataRequired(_l("Say what it is about.")), Length(max=TITLE_MAX)])
    day = DayField(_l("Day"), validators=[InputRequired(_l("Choose the day."))])
    starts = ClockField(_l("Begins"), validators=[InputRequired(_l("Say when it begins."))])
    ends = ClockField(_l("Ends"), validators=[InputRequired(_l("Say when it ends."))])
    requirement = SelectField(_l("Counts toward"), validators=[InputRequired(_l("Choose what it counts toward."))])
    half_days = SelectField(_l("Half-days"), coerce=int, choices=[SelectChoice(1, "1"), SelectChoice(2, "2")], default=1)
    place = StringField(_l("Place"), validators=[Length(max=PLACE_MAX)])
    teacher = StringField(_l("Taught by"), validators=[Length(max=TEACHER_MAX)])
    link = StringField(_l("Live link"), validators=[Length(max=LINK_MAX)])
    practical = BooleanField(_l("Practical"))

    def offer(self, document: ProgrammeDocument, now: str = "") -> None:
        """Offer the programme's requirements of days and hours; a session that replaces another one (`now`) keeps doing so."""
        words = {"days": _("days"), "hours": _("live online, hours")}
        self.requirement.choices = [
            SelectChoice(one.key, f"{pick(one.title.zh, one.title.en)} ({words[one.kind]})")
            for kind in ("days", "hours")
            for one in document.requirements
            if one.kind == kind
        ]
        if now == FOR_SESSIONS:
            self.requirement.choices = [SelectChoice(FOR_SESSIONS, _("Replaces a session moved online"))]

    def planned(self, key: str, document: ProgrammeDocument) -> PlannedSession:
        """Return the planned session."""
        zone = ZoneInfo(document.policy.time_zone)
        live = {FOR_SESSIONS, *(one.key for one in document.requirements if one.kind == "hours")}
        day: date = self.day.data
        clock: tuple[time, time] = (self.starts.data, self.ends.data)
        starts, ends = (datetime.combine(day, at, zone) for at in clock)
        place, link, teacher = ((field.data or "").strip() for field in (self.place, self.link, self.teacher))
        half_days = 0 if self.requirement.data in live else self.half_days.data
        title, practical = self.title.data.strip(), self.practical.data
        return PlannedSession(key, title, self.requirement.data, starts, ends, half_days, place, link, teacher, practical)

    def show_problems(self, problems: Sequence[RowProblem]) -> None:
        """Show each problem at its field, or above all of them."""
        for one in problems:
            name = FIELD_OF.get(one.field, one.field)
            if name in self:
                self[name].errors = [*self[name].errors, said(one)]
            else:
                self.form_errors.append(said(one))


def given(row: ClassSession, document: ProgrammeDocument) -> Mapping[str, object]:
    """Return the current plan of a session, for a form's fields."""
    zone = ZoneInfo(document.policy.time_zone)
    starts, ends = row.starts_at.astimezone(zone), row.ends_at.astimezone(zone)
    same = {name: getattr(row, name) for name in ("title", "requirement", "place", "teacher", "link", "practical")}
    return {**same, "day": starts.date(), "starts": starts.time(), "ends": ends.time(), "half_days": row.half_days or 1}
