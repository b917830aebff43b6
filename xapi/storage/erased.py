"""About whom is nothing stored any more, because they were erased? In the caller's transaction; nothing here commits.

Erasing passes over what is there, while others store. So the person is marked first, and the mark is committed before the
first pass. Whoever stores looks for it in a question of its own after having announced the write: one that does not find
it is waited for by the pass after (`erasure.erase_some` holds off all writers), and one that comes later finds it.
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
    """Let nothing more be stored about a person, who may be several agents (`actor.key_of`)."""
    connection = session.connection()
    connection.execute(MARK[connection.dialect.name], [{"key": key, "since": now} for key in sorted(set(agents))])


def marked_among(connection: Connection, agents: Collection[uuid.UUID]) -> set[uuid.UUID]:
    """Return who of these was erased. Where nobody ever was, that is one short question."""
    if not agents or not connection.execute(ANY).scalar_one():
        return set()
    return set(connection.execute(select(MARKS.c.key).where(MARKS.c.key.in_(agents))).scalars())
