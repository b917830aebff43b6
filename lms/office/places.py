"""Find the class and the teacher of an address, and check that they belong to this office."""

from flask import Blueprint
from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import Session

from lms.accounts.access import person, scope
from lms.accounts.account_changes import By
from lms.accounts.models import OFFICE
from lms.accounts.offices import is_below
from lms.classes import staff
from lms.classes.models import ClassSession, Enrolment, TrainingClass
from lms.classes.trail import Trail, class_trail
from lms.clock import now
from lms.crediting.attesting import Attestor
from lms.db import session
from lms.errors import NotFound
from lms.office import class_queries
from lms.office.attesting import Attesting
from lms.site_settings import site_settings

bp = Blueprint("office", __name__, url_prefix="/office")


NOT_YOURS = _l("There is nothing at this address, or it is not yours to see. Check the address or go back to the first page.")


@bp.context_processor
def _rights() -> dict[str, object]:
    """Let templates ask whether the signed-in person administers a class or only runs it, and where its pages lead back to."""
    return {"administers": administers, "class_trail": trail_of}


def trail_of(training_class: TrainingClass, *, itself: bool = True) -> Trail:
    """Return the links above a page of a class, for the signed-in person."""
    return class_trail(training_class, administers=administers(training_class), itself=itself)


def administers(training_class: TrainingClass) -> bool:
    """Say whether a class belongs to the signed-in person's office; its provider is loaded."""
    return bool(person().has_role(OFFICE)) and is_below(scope(), training_class.provider.path)


def own_class(class_id: int) -> TrainingClass:
    """Return a class of this office.

    Raises:
        NotFound: there is no such class, or it is another office's: both look the same on purpose.
    """
    found = class_queries.class_within(session(), scope(), class_id)
    if found is None:
        raise NotFound(str(NOT_YOURS))
    return found


def staffed_class(class_id: int) -> TrainingClass:
    """Return a class of this office, or one of whose staff the person is a member.

    Raises:
        NotFound: there is no such class, or it is neither.
    """
    if person().has_role(OFFICE) and (found := class_queries.class_within(session(), scope(), class_id)) is not None:
        return found
    if not staff.is_staff(session(), class_id, person().id):
        raise NotFound(str(NOT_YOURS))
    return class_queries.class_by_id(session(), class_id)


def own_session(class_id: int, session_id: int) -> tuple[TrainingClass, ClassSession]:
    """Return a session on a class's timetable with the class, if the person's office owns it or the person is its staff.

    Raises:
        NotFound: one of them does not exist, or belongs to others.
    """
    found = staffed_class(class_id)
    row = session().get(ClassSession, session_id)
    if row is None or row.class_id != found.id or row.cancelled_at is not None:
        raise NotFound(str(NOT_YOURS))
    return found, row


def own_enrolment(class_id: int, enrolment_id: int) -> tuple[TrainingClass, Enrolment]:
    """Return a class of this office and one enrolment in it.

    Raises:
        NotFound: one of them does not exist, or belongs to another office.
    """
    training_class = own_class(class_id)
    found = session().get(Enrolment, enrolment_id)
    if found is None or found.class_id != training_class.id:
        raise NotFound(str(NOT_YOURS))
    return training_class, found


def by_me() -> By:
    """Return the author of changes in this request: the signed-in person."""
    return By(person().id, now())


def attesting(writing: Session) -> Attesting:
    """Return the object that writes the signed-in person's notes as evidence in this transaction."""
    return Attesting(Attestor(writing, site_settings().public_url, person().id, now()))
