"""How is everything erased that the store holds of one person? Some statements at a time, in the caller's transactions.

A statement is a person's whose actor they are, alone or in a group, or whose object they are. Of each nothing is left but
its id, so that it cannot be stored again: whoever sends it is told that it was erased. What others stored about such a
statement stays, and is not found with it any more. Statements of others that name the person elsewhere (as instructor,
say) are those others' and stay.

Mark the person first (`erased.mark`) and commit that: then nothing about them that is under way outlives the last pass.
"""

import uuid
from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Connection, Select, and_, delete, exists, func, select, text, update
from sqlalchemy.orm import Session

from xapi.rules.indexing import Usage
from xapi.storage.consistency import announce
from xapi.storage.models import ERASED, AgentNameRow, DocumentRow, IdRow, KeyRow, OutboxRow, StatementRow
from xapi.storage.quota import forget_agents
from xapi.storage.removal import WHOLE, Going, keyed, remove

AT_ONCE = 100


class ErasureForecast(NamedTuple):
    """What there is of a person: their own statements, others' that name them, documents, names."""

    statements: int
    elsewhere: int
    documents: int
    names: int


def foreseen(session: Session, agents: Sequence[uuid.UUID]) -> ErasureForecast:
    """Count what there is of a person, who may be several agents (`actor.key_of`)."""
    count = session.connection().execute
    own = _keyed(agents, Usage.AGENT)
    statements = count(select(func.count()).select_from(own.distinct().subquery())).scalar_one()
    anywhere = count(select(func.count()).select_from(_keyed(agents, Usage.ANY_AGENT).distinct().subquery())).scalar_one()
    documents = count(select(func.count()).where(DocumentRow.agent_key.in_(agents))).scalar_one()
    names = count(select(func.count()).where(AgentNameRow.key.in_(agents))).scalar_one()
    return ErasureForecast(statements, anywhere - statements, documents, names)


def erase_some(session: Session, agents: Sequence[uuid.UUID], now: datetime, limit: int = AT_ONCE) -> int:
    """Erase some of a person's statements, with their attachments' data; return how many. None left: 0.

    Other writers wait for the end of this transaction: none may add to what is taken away here.
    """
    connection = session.connection()
    leaving = keyed(connection, _oldest(connection, agents, limit))
    announce(session, now, referring=True)
    if not leaving:  # but there may be now, of somebody who was just storing
        leaving = keyed(connection, _oldest(connection, agents, limit))
    ids = [one.going.id for one in leaving]
    if ids:
        connection.execute(delete(OutboxRow).where(OutboxRow.statement_id.in_(ids)))
        remove(connection, leaving)
        connection.execute(update(IdRow).where(IdRow.id.in_(ids)).values(digest=ERASED))
    return len(ids)


def _oldest(connection: Connection, agents: Sequence[uuid.UUID], limit: int) -> list[Going]:
    """Return the oldest statements of each of these agents: one look into an index for each, however many there are."""
    found: dict[int, Going] = {}
    for agent in agents:
        own = (KeyRow.key == agent, KeyRow.usage == int(Usage.AGENT), KeyRow.origin == KeyRow.sid)
        here = and_(StatementRow.stored == KeyRow.stored, StatementRow.sid == KeyRow.sid)
        first = select(*WHOLE).join(KeyRow, here).where(*own).order_by(KeyRow.stored, KeyRow.sid).limit(limit - len(found))
        found |= {one.sid: one for one in (Going(*row) for row in connection.execute(first))}
    return list(found.values())


def erase_rest(session: Session, agents: Sequence[uuid.UUID]) -> int:
    """Erase a person's documents (states and profiles) and the names that they were given; return how many documents.

    Whoever is writing a document is waited for, and whoever begins to waits for the end of this transaction.
    """
    connection = session.connection()
    if connection.dialect.name == "postgresql":
        # EXCLUSIVE is also held off by SELECT FOR UPDATE: whoever has locked a document's row is about to write it
        connection.execute(text(f"LOCK TABLE {DocumentRow.__tablename__} IN EXCLUSIVE MODE"))
    connection.execute(delete(AgentNameRow).where(AgentNameRow.key.in_(agents)))
    forget_agents(session, agents)
    return connection.execute(delete(DocumentRow).where(DocumentRow.agent_key.in_(agents))).rowcount


def _keyed(agents: Sequence[uuid.UUID], usage: Usage) -> Select[datetime, int]:
    own = (KeyRow.usage == int(usage), KeyRow.origin == KeyRow.sid)
    there = exists().where(StatementRow.stored == KeyRow.stored, StatementRow.sid == KeyRow.sid)
    return select(KeyRow.stored, KeyRow.sid).where(KeyRow.key.in_(agents), *own, there)
