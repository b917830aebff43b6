"""Waive a cmi5 unit for one person of a class (9.3.7), or take that back, and record who did it and why.

The person's own words of the reason stay in the history of the class; the statement names only one of the three reasons of the standard.
"""

import json
from collections.abc import Collection
from contextlib import closing
from dataclasses import dataclass
from uuid import UUID

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
from lms.crediting.attesting import Attestor
from lms.errors import FieldProblem, InvalidInput
from lms.i18n import pick
from lms.learning import launch
from lms.learning.models import Cmi5Progress, Registration
from lms.learning.runtimes.cmi5 import ending, satisfaction
from lms.learning.runtimes.cmi5 import vocabulary as c
from lms.learning.runtimes.cmi5.launching import LaunchedUnit
from lms.learning.runtimes.cmi5.statements import RegisteredLearner
from lms.learning.runtimes.cmi5.structures import structure_in
from xapi.queries import AnyOf, StatementFilter, scan_statements
from xapi.statements import Usage, iri_key

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
    of = _unit_of(session, enrolment, version, activity, public_url)
    if of is None:
        raise InvalidInput(_("Nothing was waived."), [FieldProblem("ground", _("this is not a unit of a cmi5 package"))])
    if not ending.waive(session, of, waiver.ground, by.at):
        return False
    changes.note_of(session, enrolment, changes.made("unit-waived", by, after=_said(activity, waiver.reason)))
    return True


def take_back(session: Session, waiver: UnitWaiver, version: CourseVersion, activity: Activity, by: By, public_url: str) -> bool:
    """Take back that a unit was waived; return False if it is not waived. Time that counted only because of it counts no more.

    The statement that waived it is voided, and so are those that a block or the course is satisfied, if it no longer is.

    Raises:
        InvalidInput: nobody was chosen, or the reason is missing.
    """
    problems = [FieldProblem(f"{one.field}-back", one.words) for one in waiver.problems if one.field != "ground"]
    if waiver.enrolment_id is None or problems:
        raise InvalidInput(_("Nothing was taken back."), problems)
    enrolment: Enrolment = membership.locked(session, waiver.enrolment_id)
    of = _unit_of(session, enrolment, version, activity, public_url)
    lost = None if of is None else satisfaction.forget_waiver(session, of.who, of.structure, activity.key)
    if of is None or lost is None:
        return False
    attestor = Attestor(session, public_url, by.person_id, by.at)
    stated = [(c.WAIVED, of.who.activity(activity.key)), *((c.SATISFIED, place) for place in lost)]
    for statement_id in _statements_of(session, of.who, stated):
        attestor.void(statement_id, waiver.reason.strip())
    changes.note_of(session, enrolment, changes.made("unit-waiver-back", by, after=_said(activity, waiver.reason)))
    return True


def waived_in(session: Session, enrolment_ids: Collection[int], version: CourseVersion, activity: Activity) -> set[int]:
    """Return the enrolments for which a unit is waived."""
    query = select(Registration.enrolment_id).join(Cmi5Progress, Cmi5Progress.registration_id == Registration.id)
    own = (Registration.enrolment_id.in_(enrolment_ids), Registration.course_id == version.course_id)
    return set(session.scalars(query.where(*own, Cmi5Progress.place == activity.key, Cmi5Progress.waived_at.is_not(None))))


def _unit_of(session: Session, enrolment: Enrolment, version: CourseVersion, activity: Activity, public_url: str) -> LaunchedUnit | None:
    structure = structure_in(version, activity.key)
    unit = structure.unit(activity.key) if structure else None
    if structure is None or unit is None:
        return None
    registration = launch.registration_of(session, enrolment.id, version)
    account = session.scalars(select(Person.account).where(Person.id == enrolment.person_id)).one()
    return LaunchedUnit(RegisteredLearner(public_url, registration.id, account, version.course.code), structure, unit)


def _statements_of(session: Session, who: RegisteredLearner, stated: Collection[tuple[str, str]]) -> list[UUID]:
    """Return the statements of a registration with one of these verbs and objects, without those that were voided."""
    verbs = AnyOf(Usage.VERB, [iri_key(verb) for verb in dict.fromkeys(verb for verb, _place in stated)])
    with closing(scan_statements(session, StatementFilter([AnyOf(Usage.REGISTRATION, [who.registration]), verbs]))) as found:
        read = [(one.id, json.loads(one.text)) for one in found if not one.voided]
    return [number for number, one in read if (one["verb"]["id"], one["object"].get("id")) in stated]


def _said(activity: Activity, reason: str) -> str:
    return f"{pick(activity.title.zh, activity.title.en)[: changes.LONGEST - REASON_MAX - len(BAR)]}{BAR}{reason.strip()}"
