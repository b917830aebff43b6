"""The scope of the signed-in person: administrators see everybody's statements, an office those of the people below it."""

from lms.accounts.access import person, scope
from lms.accounts.models import ADMIN, Person
from lms.records.export import scope_of
from lms.records.people import EVERYTHING, OfficeScope


def own_path() -> str:
    """Return the path below which the signed-in person may see people's statements.

    Raises:
        NotAllowed: they belong to no organisation and do not administer the site.
    """
    return EVERYTHING if person().has_role(ADMIN) else scope()


def own_scope() -> OfficeScope:
    """Return the scope of the signed-in person."""
    return scope_of(own_path())


def course_reader() -> Person | None:
    """Return the person whose courses the pages name; None for an administrator of the site, who may know all."""
    return None if own_path() == EVERYTHING else person()
