"""Waive a cmi5 unit for one person of a class (9.3.7), and record who did it and why.

The person's own words of the reason stay in the history of the class; the statement names only one of the three reasons of the standard.
"""

from dataclasses import dataclass

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import select
from sqlalchemy.orm import Session

from courses.outline import Activity
from lms.accounts.account_changes import By
from lms.accounts.models import Person
from lms.catalogue.models import CourseVersion
from lms.classes import changes, membership
from lms.classes.membership import BAR, REASON_MAX
from lms.classes.models import Enrolment
from lms.errors import FieldProblem, InvalidInput
from lms.i18n import pick
from lms.learning import launch
from lms.learning.runtimes.cmi5 import ending
from lms.learning.runtimes.cmi5.launching import LaunchedUnit
from lms.learning.runtimes.cmi5.statements import RegisteredLearner
from lms.learning.runtimes.cmi5.structures import structure_in

GROUNDS = {  # cmi5 9.5.5.2
    "Tested Out": _l("has shown the same in a test"),
    "Equivalent Activity": _l("has done something equivalent"),
    "Administrative": _l("for another reason"),
}


@dataclass(frozen=True, slots=True)
class UnitWaiver:
    """A waiver to be made for an enrolment: one of GROUNDS, and the reason in the author's words."""

    enrolment_id: int | None  # None: nobody of the class was chosen
    ground: str
    reason: str

    @property
    def problems(self) -> list[FieldProblem]:
        """Return why it cannot be made."""
        found = [] if self.enrolment_id else [FieldProblem("waived", _("choose a teacher of this class"))]
        found += [] if self.ground in GROUNDS else [FieldProblem("ground", _("choose why"))]
        said = self.reason.strip()
        if not said or len(self.reason) > REASON_MAX or not said.isprintable():
            found.append(FieldProblem("reason", _("1 to %(most)s characters, in one line", most=REASON_MAX)))
        return found


def waive(session: Session, waiver: UnitWaiver, version: CourseVersion, activity: Activity, by: By, public_url: str) -> bool:
    """Waive a unit of a cmi5 course; return False if its condition was met or waived before.

    Raises:
        InvalidInput: it is their own, or with one line for each problem.
    """
    if waiver.enrolment_id is None or waiver.problems:
        raise InvalidInput(_("Nothing was waived."), waiver.problems)
    enrolment: Enrolment = membership.locked(session, waiver.enrolment_id)
    if by.person_id is not None and by.person_id == enrolment.person_id:
        raise InvalidInput(_("Nothing was waived."), [FieldProblem("waived", _("nobody waives a unit for themselves; ask a colleague"))])
    registration = launch.registration_of(session, enrolment.id, version)
    account = session.scalars(select(Person.account).where(Person.id == enrolment.person_id)).one()
    structure = structure_in(version)
    unit = structure.unit(activity.key)
    if unit is None:
        raise InvalidInput(_("Nothing was waived."), [FieldProblem("ground", _("this is not a unit of a cmi5 package"))])
    who = RegisteredLearner(public_url, registration.id, account, version.course.code)
    if not ending.waive(session, LaunchedUnit(who, structure, unit), waiver.ground, by.at):
        return False
    said = f"{pick(activity.title.zh, activity.title.en)[: changes.LONGEST - REASON_MAX - len(BAR)]}{BAR}{waiver.reason.strip()}"
    changes.note_of(session, enrolment, changes.made("unit-waived", by, after=said))
    return True
