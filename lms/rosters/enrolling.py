"""Enrol a whole list of teachers in a class, in one transaction: either all valid rows, or none.

A repetition changes nothing. If two offices upload the same list at the same moment, each person gets one account: the second
transaction fails on a user name that the first has just taken, and then reads the list's outcomes again. Rows are locked and
added in one fixed order, so that the two cannot deadlock.
"""

import uuid
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field

from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from lms.accounts import initial
from lms.accounts.account_changes import By
from lms.accounts.models import TEACHER, Organisation, Person
from lms.accounts.offices import hold_tree
from lms.accounts.people import add_organisation
from lms.classes import changes, membership
from lms.classes.models import Enrolment
from lms.classes.setup import add_enrolments, locked_class
from lms.errors import FieldProblem, InvalidInput
from lms.rosters.outcomes import NameChoice, OutcomeKind, RosterForecast, RowOutcome, foresee
from lms.rosters.problems import line_of
from lms.rosters.rows import Roster

MOST_ATTEMPTS = 5


@dataclass(frozen=True, slots=True)
class RosterOrder:
    """A list to enrol in a class; new schools are created below the organisation `below_id`.

    `partly`: enrol the valid rows even if others have problems. `names`: by line, the choice for a known teacher who has another name
    in the list. `path`: only people below it may be renamed; without a path, only people below `below_id`.
    """

    class_id: int
    roster: Roster
    below_id: int
    by: By
    partly: bool = False
    names: Mapping[int, NameChoice] = field(default_factory=dict)
    path: str | None = None


def enrol_all(transaction: Callable[[], AbstractContextManager[Session]], order: RosterOrder) -> RosterForecast:
    """Enrol everybody on a list; return the outcome of each row, with the problems of refused rows.

    Raises:
        InvalidInput: the class is closed; or somebody cannot be enrolled and the order does not allow a partial list.
    """
    for attempt in range(1, MOST_ATTEMPTS + 1):
        try:
            with transaction() as session:
                return _enrol(session, order)
        except IntegrityError:  # another request has just taken one of the user names
            if attempt == MOST_ATTEMPTS:
                raise
    raise AssertionError("not reached")


def _enrol(session: Session, order: RosterOrder) -> RosterForecast:
    hold_tree(session, changing=False)
    training_class = locked_class(session, order.class_id)
    if training_class.closed_at is not None:
        raise InvalidInput(_("Nobody was enrolled."), [FieldProblem("class", _("is closed; open it again first"))])
    below = session.scalars(select(Organisation).where(Organisation.id == order.below_id).with_for_update(key_share=True)).one()
    foreseen = foresee(session, training_class, order.roster, order.path or below.path, order.names)
    if foreseen.left_out and not order.partly:
        raise InvalidInput(_("Nobody was enrolled."), [line_of(one) for one in foreseen.left_out])
    schools = {name: _add_school(session, name, below).id for name in foreseen.new_schools}
    people = _add_people(session, [one for one in foreseen.outcomes if one.kind is OutcomeKind.NEW], schools, training_class.provider_id)
    wanted = [one for one in foreseen.outcomes if one.kind in {OutcomeKind.NEW, OutcomeKind.KNOWN}]
    members = [(one.person_id or people[one.row.username], one.row.track) for one in wanted]
    add_enrolments(session, training_class, members, order.by)
    for enrolment_id in sorted(one.enrolment_id for one in foreseen.outcomes if one.kind is OutcomeKind.AGAIN and one.enrolment_id):
        membership.take_back(session, membership.locked(session, enrolment_id), order.by)
    _rename(session, training_class.id, [one for one in foreseen.outcomes if one.renamed_from], order.by)
    return foreseen


def _rename(session: Session, class_id: int, renamed: Sequence[RowOutcome], by: By) -> None:
    """Rename known teachers to the name in the list; record who chose that and the old name."""
    for one in sorted(renamed, key=lambda one: one.person_id or 0):
        person = session.get_one(Person, one.person_id, with_for_update={"key_share": True}, populate_existing=True)
        own = select(Enrolment).where(Enrolment.class_id == class_id, Enrolment.person_id == person.id)
        note = changes.made("renamed", by, before=person.name, after=one.row.name)
        changes.note_of(session, session.scalars(own).one(), note)
        person.name = one.row.name


def _add_school(session: Session, name: str, below: Organisation) -> Organisation:
    return add_organisation(session, f"school-{uuid.uuid4().hex[:12]}", name, "school", below)


def _add_people(session: Session, new: Sequence[RowOutcome], schools: Mapping[str, int], provider_id: int) -> dict[str, int]:
    """Add accounts with initial passwords; a teacher without a school belongs to the class's provider."""
    added = [
        Person(
            username=one.row.username,
            name=one.row.name,
            role_names=TEACHER,
            password=initial.draw(),
            organisation_id=one.school or schools.get(one.row.school) or provider_id,
        )
        for one in sorted(new, key=lambda one: one.row.username)
    ]
    session.add_all(added)
    session.flush()
    return {person.username: person.id for person in added}
