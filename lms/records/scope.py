"""Of whom may the signed-in person see statements? Administrators of everybody, an office of the people below it."""

from lms.accounts.access import person, scope
from lms.accounts.models import ADMIN
from lms.records.export import sight_of
from lms.records.people import EVERYTHING, OfficeScope


def own_path() -> str:
    """Return the path below which the people are whose statements the signed-in person may see.

    Raises:
        NotAllowed: they belong to no organisation, and do not administer the site.
    """
    return EVERYTHING if person().has_role(ADMIN) else scope()


def own_sight() -> OfficeScope:
    """Return what the signed-in person may see."""
    return sight_of(own_path())
