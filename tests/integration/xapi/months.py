"""Months of storing and their removal, for tests of retention."""

from datetime import UTC, datetime

from tests.integration.xapi.conftest import Store
from xapi.storage.retention import (
    Month,
    clear_some,
    close,
    month_of,
    remove_some,
    take_off,
)

JANUARY, MARCH = datetime(2026, 1, 20, tzinfo=UTC), datetime(2026, 3, 1, tzinfo=UTC)
OLD = month_of(JANUARY)


def remove(store: Store, month: Month = OLD, limit: int = 3) -> int:
    """Remove a month as a host does; return how many attachments' data was deleted."""
    data = 0
    with store.sessions() as session:
        close(session)
        take_off(session, month)
        session.commit()
    place, more = None, True
    while more:
        with store.sessions() as session:
            place, gone = clear_some(session, month, store.clock(), place)
            session.commit()
        data, more = data + gone, place is not None
    count = 1
    while count:
        with store.sessions() as session:
            count, gone = remove_some(session, month, store.clock(), limit)
            session.commit()
        data += gone
    return data
