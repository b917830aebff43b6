"""Mark erased people, about whom nothing may be stored any more. Works in the caller's transaction; nothing here commits.

Erasing removes existing statements while other requests store new ones. Therefore the person is marked first, and the mark is
committed before the first removal. A writer looks for the mark in a separate query after it has announced its write. If it
does not find the mark, the next removal waits for it (`erasure.erase_some` blocks all writers); a later writer finds the mark.
"""

import uuid
from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import Connection, Table, exists, select
from sqlalchemy.orm import Session

from xapi.storage.models import ErasedAgent
from xapi.storage.references import unless_there

MARKS: Table = ErasedAgent.__table__  # type: ignore[assignment]
MARK = unless_there(MARKS)
ANY = select(exists(select(MARKS.c.key)))
SAID = "is about somebody who was erased here: nothing about them is stored any more"


def mark(session: Session, agents: Sequence[uuid.UUID], now: datetime) -> None:
    """Mark a person, so that nothing more is stored about them. A person may have several agents (`actor.key_of`)."""
    connection = session.connection()
    connection.execute(MARK[connection.dialect.name], [{"key": key, "since": now} for key in sorted(set(agents))])


def marked_among(connection: Connection, agents: Collection[uuid.UUID]) -> set[uuid.UUID]:
    """Return which of these keys were erased. This is one short query if nobody was ever erased."""
    if not agents or not connection.execute(ANY).scalar_one():
        return set()
    return set(connection.execute(select(MARKS.c.key).where(MARKS.c.key.in_(agents))).scalars())
