"""Who sees a transcript, and as what?"""

from sqlalchemy import select

from lms.accounts.access import person, scope
from lms.accounts.models import OFFICE, STAFF, Organisation, Person
from lms.accounts.offices import below
from lms.classes.models import ClassStaff, Enrolment, TrainingClass
from lms.db import session


def way_of(enrolment_id: int) -> str | None:
    """Say as what the signed-in person sees a transcript; None if they may not, or if there is none.

    "own", "class" (the office of its class), "person" (the office of its teacher) or "staff" (of its class).
    """
    found = select(Enrolment.id).where(Enrolment.id == enrolment_id)
    roles = {role.name for role in person().roles}
    ways = [("own", found.where(Enrolment.person_id == person().id))]
    if OFFICE in roles:
        within = below(scope())
        of_class = found.join(TrainingClass, TrainingClass.id == Enrolment.class_id)
        ways.append(("class", of_class.join(Organisation, Organisation.id == TrainingClass.provider_id).where(within)))
        of_person = found.join(Person, Person.id == Enrolment.person_id)
        ways.append(("person", of_person.join(Organisation, Organisation.id == Person.organisation_id).where(within)))
    if STAFF in roles:
        mine = select(ClassStaff.class_id).where(ClassStaff.person_id == person().id)
        ways.append(("staff", found.where(Enrolment.class_id.in_(mine))))
    for way, query in ways:
        if session().scalar(query) is not None:
            return way
    return None
