"""Which teachers' records may the signed-in office see? Each look and export is recorded."""

from collections.abc import Iterable

from flask_babel import gettext as _
from sqlalchemy import select

from lms.access_log.noting import NotedAccess
from lms.access_log.recording import record
from lms.accounts.access import person, scope
from lms.accounts.models import OFFICE, Organisation, Person
from lms.accounts.offices import below
from lms.db import session
from lms.errors import NotFound


def teacher(person_id: int) -> Person:
    """Return a person of the signed-in office's own organisations, as their lifetime record shows all their classes.

    Raises:
        NotFound: there is none, or they are another office's; the two look the same on purpose.
    """
    if OFFICE in {role.name for role in person().roles} and person().organisation_id is not None:
        query = select(Person).join(Organisation, Organisation.id == Person.organisation_id)
        found = session().scalar(query.where(Person.id == person_id, below(scope())))
        if found is not None:
            return found
    raise NotFound(not_there())


def own_or_teacher(person_id: int) -> Person:
    """Return oneself, or a teacher of the signed-in office."""
    return person() if person_id == person().id else teacher(person_id)


def record_access(whose: Person, what: str, form: str) -> None:
    """Record that somebody else than the person looks at, or exports, what is in their lifetime record."""
    record_accesses([whose.id], what, form)


def record_accesses(people: Iterable[int], what: str, form: str) -> None:
    """Record the same access to the records of several people, of all of them or of none. One's own record is left out."""
    others = [NotedAccess(what, form, person_id=one) for one in sorted(set(people) - {person().id})]
    if others:
        record(*others)


def not_there() -> str:
    """Return the words for a page that is not there, or is not theirs."""
    return _("There is nothing at this address, or it is not yours to see. Check the address or go back to the first page.")
