"""Staff of classes: chief expert, head teachers, tutors. Each sees their own classes and nothing else."""

from collections.abc import Sequence

from sqlalchemy import exists, select
from sqlalchemy.orm import Session, joinedload

from lms.accounts.account_changes import By
from lms.accounts.models import STAFF, Person
from lms.classes import changes
from lms.classes.models import ClassStaff, TrainingClass
from lms.programmes.values import BilingualText, Named, ProgrammeDocument

TUTOR = Named("tutor", BilingualText("辅导教师", "Tutor"))
STAFF_MAX = 30  # of one class


def roles_of(document: ProgrammeDocument) -> tuple[Named, ...]:
    """Return the staff roles of a programme's classes: those in its document, and tutor."""
    named = document.rules.staff
    return named if any(one.key == TUTOR.key for one in named) else (*named, TUTOR)


def staff_of(session: Session, class_id: int) -> Sequence[ClassStaff]:
    """Return the staff of a class with their persons, in the order in which they were added."""
    query = select(ClassStaff).where(ClassStaff.class_id == class_id).options(joinedload(ClassStaff.person))
    return session.scalars(query.order_by(ClassStaff.id)).all()


def is_staff(session: Session, class_id: int, person_id: int) -> bool:
    """Say whether a person is staff of a class."""
    return bool(session.scalar(select(exists().where(ClassStaff.class_id == class_id, ClassStaff.person_id == person_id))))


def classes_of(session: Session, person_id: int) -> Sequence[TrainingClass]:
    """Return the classes of which a person is staff, those that end last first."""
    mine = select(ClassStaff.class_id).where(ClassStaff.person_id == person_id)
    query = select(TrainingClass).where(TrainingClass.id.in_(mine)).options(joinedload(TrainingClass.provider))
    return session.scalars(query.order_by(TrainingClass.ends_on.desc(), TrainingClass.id)).all()


def appoint(session: Session, class_id: int, person: Person, role: str, by: By) -> bool:
    """Give a person a staff role in a class and the system role of class staff; return whether they did not have it yet."""
    known = (ClassStaff.class_id == class_id, ClassStaff.person_id == person.id, ClassStaff.role == role)
    if session.scalar(select(exists().where(*known))):
        return False
    session.add(ClassStaff(class_id=class_id, person_id=person.id, role=role, added_at=by.at, added_by=by.person_id))
    held = person.role_names.split(",")
    if STAFF not in held:
        person.role_names = ",".join([*held, STAFF])
    changes.note(session, class_id, changes.made("staff", by, after=f"{role}:{person.id}"))
    session.flush()
    return True


def dismiss(session: Session, member: ClassStaff, by: By) -> None:
    """Remove a person's role in a class; a person who is staff of no other class loses the system role too."""
    person = session.get_one(Person, member.person_id)
    changes.note(session, member.class_id, changes.made("staff-left", by, before=f"{member.role}:{person.id}"))
    session.delete(member)
    session.flush()
    held = person.role_names.split(",")
    if not session.scalar(select(exists().where(ClassStaff.person_id == person.id))) and set(held) != {STAFF}:
        person.role_names = ",".join(name for name in held if name != STAFF)
