"""Who may read a course, and who may change it?

A course is shared with its own organisation only, with that and those below it, or with everybody. Its own organisation and those above
it may always read it and publish its versions. A course that was published on the command line belongs to the site and is everybody's.
Learners need none of this: what their class studies stays theirs to study.
"""

from flask_babel import gettext as _
from sqlalchemy import ColumnElement, and_, or_, select, true
from sqlalchemy.orm import InstrumentedAttribute, Session

from lms.accounts.models import Organisation, Person
from lms.accounts.offices import below
from lms.catalogue.models import BELOW, EVERYBODY, Course
from lms.catalogue.publish import may_publish
from lms.errors import NotFound


def readable(session: Session, by: Person | None) -> ColumnElement[bool]:
    """Return the condition that a person may read a course; None means the installation itself, which reads all."""
    return shared_with(session, by, Course.organisation_id, Course.shared)


def shared_with(
    session: Session, by: Person | None, owner: InstrumentedAttribute[int | None], shared: InstrumentedAttribute[str]
) -> ColumnElement[bool]:
    """Return the condition that a row of an organisation `owner`, shared as a course is, may be read by a person."""
    if by is None:
        return true()
    path = _path(session, by.organisation_id)
    open_ = or_(owner.is_(None), shared == EVERYBODY)
    if path is None:
        return open_
    own = select(Organisation.id).where(below(path))
    above = select(Organisation.id).where(Organisation.path.in_(_paths_above(path)))
    return or_(open_, owner.in_(own), and_(shared == BELOW, owner.in_(above)))


def may_read(session: Session, course: Course, by: Person | None) -> bool:
    """Say whether a person may read one course."""
    return session.scalar(select(Course.id).where(Course.id == course.id, readable(session, by))) is not None


def changeable(session: Session, code: str, by: Person) -> Course:
    """Return a course that a person may change, locked.

    Raises:
        NotFound: there is no such course, or it is another organisation's.
    """
    course = session.scalar(select(Course).where(Course.code == code).with_for_update())
    if course is None or not may_publish(session, course, by):
        raise NotFound(_("There is no such course, or it is not yours to change."))
    return course


def _path(session: Session, organisation_id: int | None) -> str | None:
    return session.scalar(select(Organisation.path).where(Organisation.id == organisation_id)) if organisation_id else None


def _paths_above(path: str) -> list[str]:
    """Return the paths ('/1/', '/1/4/') of an organisation and of all above it."""
    parts = path.strip("/").split("/")
    return ["/" + "/".join(parts[:length]) + "/" for length in range(1, len(parts) + 1)]
