"""How is everything erased that the store holds of one person? Some statements at a time, in the caller's transactions.

A statement is a person's whose actor they are, alone or in a group, or whose object they are. Of each nothing is left but
its id, so that it cannot be stored again: whoever sends it is told that it was erased. What others stored about such a
statement stays, and is not found with it any more. Statements of others that name the person elsewhere (as instructor,
say) are those others' and stay.
"""

import uuid
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Connection, Select, and_, bindparam, delete, exists, func, select, update
from sqlalchemy.orm import Session

from xapi.actor import digest, key_of
from xapi.consistency import announce
from xapi.indexing import Usage, keys
from xapi.models import (
    ERASED,
    AgentNameRow,
    AttachmentLink,
    AttachmentPiece,
    AttachmentRow,
    DocumentRow,
    IdRow,
    KeyRow,
    OutboxRow,
    StatementRow,
)
from xapi.reading import stored
from xapi.references import Referring, inherited, with_all_above

AT_ONCE = 200
DELETE_KEY = delete(KeyRow.__table__).where(  # type: ignore[arg-type]
    *(getattr(KeyRow, name) == bindparam(f"a_{name}") for name in ("key", "usage", "stored", "sid", "origin"))
)


class Foreseen(NamedTuple):
    """What there is of a person: their own statements, others' that name them, documents, names."""

    statements: int
    elsewhere: int
    documents: int
    names: int


def foreseen(session: Session, agents: Sequence[uuid.UUID]) -> Foreseen:
    """Count what there is of a person, who may be several agents (`actor.key_of`)."""
    count = session.connection().execute
    own = _keyed(agents, Usage.AGENT)
    statements = count(select(func.count()).select_from(own.distinct().subquery())).scalar_one()
    anywhere = count(select(func.count()).select_from(_keyed(agents, Usage.ANY_AGENT).distinct().subquery())).scalar_one()
    documents = count(select(func.count()).where(DocumentRow.agent_key.in_(agents))).scalar_one()
    names = count(select(func.count()).where(AgentNameRow.key.in_(agents))).scalar_one()
    return Foreseen(statements, anywhere - statements, documents, names)


def erase_some(session: Session, agents: Sequence[uuid.UUID], now: datetime, limit: int = AT_ONCE) -> int:
    """Erase some of a person's statements, with their attachments' data; return how many. None left: 0.

    Other writers wait for the end of this transaction: none may add to what is taken away here.
    """
    announce(session, now, referring=True)
    connection = session.connection()
    place = _keyed(agents, Usage.AGENT).distinct().limit(limit).subquery()
    here = and_(StatementRow.stored == place.c.stored, StatementRow.sid == place.c.sid)
    columns = (StatementRow.stored, StatementRow.sid, StatementRow.id, StatementRow.refers, StatementRow.voiding, StatementRow.text)
    found = connection.execute(select(*columns).join(place, here)).all()
    if not found:
        return 0
    ids = [row.id for row in found]
    connection.execute(delete(OutboxRow).where(OutboxRow.statement_id.in_(ids)))
    rows = [key for row in found for key in _key_rows(connection, row)]
    connection.execute(DELETE_KEY, rows)
    _erase_data(connection, ids)
    for row in found:
        connection.execute(delete(StatementRow).where(StatementRow.stored == row.stored, StatementRow.sid == row.sid))
    connection.execute(update(IdRow).where(IdRow.id.in_(ids)).values(digest=ERASED))
    return len(found)


def erase_rest(session: Session, agents: Sequence[uuid.UUID]) -> int:
    """Erase a person's documents (states and profiles) and the names that they were given; return how many documents."""
    session.connection().execute(delete(AgentNameRow).where(AgentNameRow.key.in_(agents)))
    return session.connection().execute(delete(DocumentRow).where(DocumentRow.agent_key.in_(agents))).rowcount


def _keyed(agents: Sequence[uuid.UUID], usage: Usage) -> Select[datetime, int]:
    own = (KeyRow.usage == int(usage), KeyRow.origin == KeyRow.sid)
    there = exists().where(StatementRow.stored == KeyRow.stored, StatementRow.sid == KeyRow.sid)
    return select(KeyRow.stored, KeyRow.sid).where(KeyRow.key.in_(agents), *own, there)


def _key_rows(connection: Connection, row: Any) -> Iterator[dict[str, Any]]:
    """Yield the keys under which a statement and those about it are found through it."""
    statement = stored(row.text)
    own = [*keys(statement), *((owner, Usage.OWNER) for owner in _owners(statement))]
    this = Referring(row.sid, row.id, row.stored, row.refers, row.voiding)
    for holder in with_all_above(connection, {row.sid: this}):
        yield from (
            {"a_key": key, "a_usage": int(usage), "a_stored": holder.stored, "a_sid": holder.sid, "a_origin": row.sid} for key, usage in own
        )
    if row.refers is not None:
        yield from ({f"a_{name}": value for name, value in below.items()} for below in inherited(connection, this, {}))


def _owners(statement: Mapping[str, Any]) -> Iterator[uuid.UUID]:
    """Yield on whose behalf it may have been written (`auth.Credential.owner`): whatever of it a credential may have pinned."""
    authority = str(key_of(statement["authority"]))
    iri = str(statement["object"].get("id", ""))
    above = [iri[:at] for at, sign in enumerate(iri) if sign in "/?#"]
    for actor in (str(key_of(statement["actor"])), "None"):
        for registration in {str(statement.get("context", {}).get("registration", "")).lower(), ""}:
            yield from (digest("owner", authority, actor, registration, activity) for activity in (iri, *above, ""))


def _erase_data(connection: Connection, ids: Sequence[uuid.UUID]) -> None:
    """Unlink the data of these statements' attachments, and delete what no other statement came with."""
    named = connection.execute(delete(AttachmentLink).where(AttachmentLink.statement_id.in_(ids)).returning(AttachmentLink.sha2)).scalars()
    hashes = sorted(set(named))
    if hashes:
        alone = ~exists().where(AttachmentLink.sha2 == AttachmentRow.sha2)
        gone = delete(AttachmentRow).where(AttachmentRow.sha2.in_(hashes), alone).returning(AttachmentRow.sha2)
        connection.execute(delete(AttachmentPiece).where(AttachmentPiece.sha2.in_(connection.execute(gone).scalars().all())))
