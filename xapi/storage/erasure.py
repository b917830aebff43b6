"""Erase a person's statements, documents and names, some statements at a time, in the caller's transactions.

A statement belongs to a person if they are its actor, alone or in a group, or its object. Only its id
remains, so that it cannot be stored again; a client that sends it again is told that it was erased. Other people's statements
that refer to it remain, but a search no longer finds them through it. Other people's statements that name the person in another
role (for example as instructor) belong to those other people and remain.

Mark the person first (`erased.mark`) and commit the mark: then no write that is in progress survives the last call.
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
from xapi.storage.removal import WHOLE, StatementToRemove, keyed, remove

AT_ONCE = 100


class ErasureForecast(NamedTuple):
    """The stored data of a person: their own statements, other people's statements that name them, documents, names."""

    statements: int
    elsewhere: int
    documents: int
    names: int


def foreseen(session: Session, agents: Sequence[uuid.UUID]) -> ErasureForecast:
    """Count the stored data of a person, who may have several agents (`actor.key_of`)."""
    count = session.connection().execute
    own = _keyed(agents, Usage.AGENT)
    statements = count(select(func.count()).select_from(own.distinct().subquery())).scalar_one()
    anywhere = count(select(func.count()).select_from(_keyed(agents, Usage.ANY_AGENT).distinct().subquery())).scalar_one()
    documents = count(select(func.count()).where(DocumentRow.agent_key.in_(agents))).scalar_one()
    names = count(select(func.count()).where(AgentNameRow.key.in_(agents))).scalar_one()
    return ErasureForecast(statements, anywhere - statements, documents, names)


def erase_some(session: Session, agents: Sequence[uuid.UUID], now: datetime, limit: int = AT_ONCE) -> int:
    """Erase some of a person's statements with their attachments' data; return how many, 0 when none is left.

    Other writers wait for the end of this transaction, because none may link to a statement that is removed here.
    """
    connection = session.connection()
    leaving = keyed(connection, _oldest(connection, agents, limit))
    announce(session, now, referring=True)
    if not leaving:  # look again under the lock: a request may just have stored one
        leaving = keyed(connection, _oldest(connection, agents, limit))
    ids = [one.going.id for one in leaving]
    if ids:
        connection.execute(delete(OutboxRow).where(OutboxRow.statement_id.in_(ids)))
        remove(connection, leaving)
        connection.execute(update(IdRow).where(IdRow.id.in_(ids)).values(digest=ERASED))
    return len(ids)


def _oldest(connection: Connection, agents: Sequence[uuid.UUID], limit: int) -> list[StatementToRemove]:
    """Return the oldest statements of each of these agents: one index lookup for each agent."""
    found: dict[int, StatementToRemove] = {}
    for agent in agents:
        own = (KeyRow.key == agent, KeyRow.usage == int(Usage.AGENT), KeyRow.origin == KeyRow.sid)
        here = and_(StatementRow.stored == KeyRow.stored, StatementRow.sid == KeyRow.sid)
        first = select(*WHOLE).join(KeyRow, here).where(*own).order_by(KeyRow.stored, KeyRow.sid).limit(limit - len(found))
        found |= {one.sid: one for one in (StatementToRemove(*row) for row in connection.execute(first))}
    return list(found.values())


def erase_rest(session: Session, agents: Sequence[uuid.UUID]) -> int:
    """Erase a person's documents (states and profiles) and names; return how many documents.

    It waits for requests that are writing a document; new document writes wait for the end of this transaction.
    """
    connection = session.connection()
    if connection.dialect.name == "postgresql":
        # EXCLUSIVE also conflicts with SELECT FOR UPDATE: a transaction that has locked a document's row is about to write it
        connection.execute(text(f"LOCK TABLE {DocumentRow.__tablename__} IN EXCLUSIVE MODE"))
    connection.execute(delete(AgentNameRow).where(AgentNameRow.key.in_(agents)))
    forget_agents(session, agents)
    return connection.execute(delete(DocumentRow).where(DocumentRow.agent_key.in_(agents))).rowcount


def _keyed(agents: Sequence[uuid.UUID], usage: Usage) -> Select[datetime, int]:
    own = (KeyRow.usage == int(usage), KeyRow.origin == KeyRow.sid)
    there = exists().where(StatementRow.stored == KeyRow.stored, StatementRow.sid == KeyRow.sid)
    return select(KeyRow.stored, KeyRow.sid).where(KeyRow.key.in_(agents), *own, there)
