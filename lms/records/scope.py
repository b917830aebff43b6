"""The scope of the signed-in person: administrators see everybody's statements, an office those of the people below it."""

from lms.accounts.access import person, scope_or_site
from lms.accounts.models import Person
from lms.accounts.offices import WHOLE_SITE
from lms.records.export import scope_of
from lms.records.people import OfficeScope


def own_scope() -> OfficeScope:
    """Return the scope of the signed-in person.

    Raises:
        NotAllowed: they belong to no organisation and do not administer the site.
    """
    return scope_of(scope_or_site())


def course_reader() -> Person | None:
    """Return the person whose courses the pages name; None for an administrator of the site, who may know all."""
    return None if scope_or_site() == WHOLE_SITE else person()
