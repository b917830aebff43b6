"""How much may somebody keep here? Counted in the transaction that stores, so that no two requests pass the limit together.

Statements are counted for each owner (`Credential.owner`) whose credential has a quota: a learner in one activity, through all
launches. Host code and keys without a quota cost nothing. Documents are not counted but measured when one grows: those of one
agent together, or those of one activity with no agent. What is deleted is free again at once.
"""

import uuid
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Connection, Table, delete, func, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from xapi.errors import TooLarge
from xapi.rules.actor import key_of
from xapi.rules.admission import Admitted
from xapi.rules.auth import Credential, Quota
from xapi.rules.document_key import NOWHERE
from xapi.storage.models import DocumentRow, StorageRow

USAGE: Table = StorageRow.__table__  # type: ignore[assignment]
DOCUMENT: Table = DocumentRow.__table__  # type: ignore[assignment]
MEBIBYTE = 2**20


class Charge(NamedTuple):
    """What one owner brings."""

    credential: Credential
    quota: Quota
    statements: int
    bytes: int


def charges(fresh: Iterable[tuple[Admitted, Credential]]) -> dict[uuid.UUID, Charge]:
    """Return what new statements, with the data that came with them, cost each owner that has a quota."""
    found: dict[uuid.UUID, Charge] = {}
    for one, credential in fresh:
        if credential.quota is not None:
            size = len(one.taken.text) + sum(attached.size for attached in one.attached)
            _, _, statements, so_far = found.get(credential.owner, Charge(credential, credential.quota, 0, 0))
            found[credential.owner] = Charge(credential, credential.quota, statements + 1, so_far + size)
    return found


def charge(connection: Connection, due: Mapping[uuid.UUID, Charge], now: datetime) -> None:
    """Count what is stored in this transaction, in order of owners, so that two requests never wait for each other.

    Raises:
        TooLarge: an owner would keep more than its quota; the caller rolls back.
    """
    insert = postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert
    for owner, one in sorted(due.items()):
        row = {"owner": owner, "agent_key": key_of(one.credential.actor or {}), "statements": one.statements, "bytes": one.bytes}
        new = insert(USAGE).values(**row, updated=now)
        counted = new.on_conflict_do_update(
            index_elements=[USAGE.c.owner],
            set_={
                "statements": USAGE.c.statements + new.excluded.statements,
                "bytes": USAGE.c.bytes + new.excluded.bytes,
                "updated": new.excluded.updated,
            },
        ).returning(USAGE.c.statements, USAGE.c.bytes)
        statements, size = connection.execute(counted).one()
        if statements > one.quota.number or size > one.quota.bytes:
            raise TooLarge(
                f"{statements - one.statements} statements of {_mb(size - one.bytes)} MB are stored for this learner and activity, and at "
                f"most {one.quota.number} of {_mb(one.quota.bytes)} MB are kept: nothing of this request was stored, what is stored stays"
            )


def check_room(session: Session, key: Mapping[str, uuid.UUID], grows: int, *, new: bool, quota: Quota) -> None:
    """Refuse a document that grows by so many bytes where those of its agent (or its activity, without one) have no room for it.

    Whoever makes one of the same agent's grow is waited for, until the end of this transaction.

    Raises:
        TooLarge: says how much is there; the caller rolls back.
    """
    connection = session.connection()
    name = "agent_key" if key["agent_key"] != NOWHERE else "activity_key"
    if connection.dialect.name == "postgresql":
        connection.execute(select(func.pg_advisory_xact_lock(key[name].int >> 65)))
    content = DOCUMENT.c.content
    size = func.octet_length(content) if connection.dialect.name == "postgresql" else func.length(content)
    those = [DOCUMENT.c.agent_key == key["agent_key"], *([DOCUMENT.c.activity_key == key[name]] if name == "activity_key" else ())]
    count, kept = connection.execute(select(func.count(), func.coalesce(func.sum(size), 0)).where(*those)).one()
    if kept + grows > quota.bytes or count + new > quota.number:
        raise TooLarge(
            f"{count} documents of {_mb(kept)} MB are kept for this {name.removesuffix('_key')}, and at most {quota.number} of "
            f"{_mb(quota.bytes)} MB are: nothing was changed; delete documents that are not needed, or send a smaller one"
        )


def forget_usage(session: Session, before: datetime) -> int:
    """Free what was counted for owners whose last statement is as old as those that are kept no more; return how many owners."""
    return session.connection().execute(delete(USAGE).where(USAGE.c.updated < before)).rowcount


def forget_agents(session: Session, agents: Sequence[uuid.UUID]) -> None:
    """Forget what was counted for a person who is erased."""
    session.connection().execute(delete(USAGE).where(USAGE.c.agent_key.in_(agents)))


def _mb(size: int) -> str:
    return f"{size / MEBIBYTE:.1f}"
