"""Record an access of the signed-in person, in a transaction of its own."""

from lms.access_log.noting import NotedAccess, note
from lms.accounts.access import person
from lms.accounts.account_changes import By
from lms.clock import now
from lms.db import transaction


def record(*accesses: NotedAccess) -> None:
    """Record accesses before the data is shown: nothing is shown that could not be recorded.

    Raises:
        InvalidInput: something is revealed without a reason.
    """
    by = By(person().id, now())
    with transaction() as writing:
        for one in accesses:
            note(writing, one, by)
