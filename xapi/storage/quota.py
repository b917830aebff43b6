"""Limit how much is stored for one owner. Counting is part of the storing transaction, so that two requests cannot pass the limit together.

Statements are counted for each owner (`Credential.owner`) whose credential has a quota: a learner in one activity, over all
launches. Host code and keys without a quota are not counted. Documents are not counted but measured when one grows: all of one
agent together, or those of an activity without an agent. Deleting a document frees its space at once.
"""

import uuid
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Connection, Table, delete
from sqlalchemy.orm import Session

from xapi.errors import TooLarge
from xapi.rules.actor import key_of
from xapi.rules.admission import AdmittedStatement
from xapi.rules.auth import Credential, Quota
from xapi.rules.document_key import NOWHERE
from xapi.storage.models import StorageRow, microseconds
from xapi.storage.raw_sql import ask

USAGE: Table = StorageRow.__table__  # type: ignore[assignment]
MEBIBYTE = 2**20
# Raw SQL: SQLAlchemy would need several times as long to build this query as a database needs to run it.
_COUNT = """
INSERT INTO xapi_storage AS kept (owner, agent_key, statements, bytes, updated) VALUES ({})
ON CONFLICT (owner) DO UPDATE
SET statements = kept.statements + excluded.statements, bytes = kept.bytes + excluded.bytes, updated = excluded.updated
RETURNING statements, bytes
"""
COUNT_POSTGRESQL = _COUNT.format("%(owner)s::uuid, %(agent)s::uuid, %(statements)s, %(bytes)s, %(now)s::timestamptz")
MEASURE_POSTGRESQL = "SELECT count(*), coalesce(sum(octet_length(content)), 0)::bigint FROM xapi_document WHERE agent_key = %(agent)s::uuid"
MEASURE_SQLITE = "SELECT count(*), coalesce(sum(length(content)), 0) FROM xapi_document WHERE agent_key = :agent"
OF_ACTIVITY = {"postgresql": " AND activity_key = %(activity)s::uuid", "sqlite": " AND activity_key = :activity"}
COUNT_SQLITE = _COUNT.format(":owner, :agent, :statements, :bytes, :now")


class Charge(NamedTuple):
    """The statements and bytes that one request adds for one owner."""

    credential: Credential
    quota: Quota
    statements: int
    bytes: int


def charges(fresh: Iterable[tuple[AdmittedStatement, Credential]]) -> dict[uuid.UUID, Charge]:
    """Return what new statements and their data add for each owner that has a quota."""
    found: dict[uuid.UUID, Charge] = {}
    for one, credential in fresh:
        if credential.quota is not None:
            size = len(one.taken.text) + sum(attached.size for attached in one.attached)
            _, _, statements, so_far = found.get(credential.owner, Charge(credential, credential.quota, 0, 0))
            found[credential.owner] = Charge(credential, credential.quota, statements + 1, so_far + size)
    return found


def charge(connection: Connection, due: Mapping[uuid.UUID, Charge], now: datetime) -> None:
    """Count what this transaction stores, in order of owners, so that two requests cannot deadlock.

    Raises:
        TooLarge: an owner would exceed its quota; the caller rolls back.
    """
    for owner, one in sorted(due.items()):
        agent = key_of(one.credential.actor or {})
        row = {"owner": owner.hex, "agent": agent and agent.hex, "statements": one.statements, "bytes": one.bytes}
        if connection.dialect.name == "postgresql":
            ((statements, size),) = ask(connection, COUNT_POSTGRESQL, {**row, "now": now})
        else:
            ((statements, size),) = connection.exec_driver_sql(COUNT_SQLITE, {**row, "now": microseconds(now)}).all()
        if statements > one.quota.number or size > one.quota.bytes:
            raise TooLarge(
                f"{statements - one.statements} statements of {_mb(size - one.bytes)} MB are stored for this learner and activity, and at "
                f"most {one.quota.number} of {_mb(one.quota.bytes)} MB are kept: nothing of this request was stored, what is stored stays"
            )


def check_room(session: Session, key: Mapping[str, uuid.UUID], grows: int, *, new: bool, quota: Quota) -> None:
    """Refuse a document that grows by this many bytes if its agent (or its activity, without an agent) has no room for it.

    Another transaction in which a document of the same agent grows waits for the end of this one.

    Raises:
        TooLarge: with the amount that is stored; the caller rolls back.
    """
    connection = session.connection()
    name = "agent_key" if key["agent_key"] != NOWHERE else "activity_key"
    those = {"agent": key["agent_key"].hex, "activity": key["activity_key"].hex}
    narrower = "" if name == "agent_key" else OF_ACTIVITY[connection.dialect.name]
    if connection.dialect.name == "postgresql":
        # first: the next transaction then sees what this one wrote
        ask(connection, "SELECT pg_advisory_xact_lock(%(lock)s)", {"lock": key[name].int >> 65})
        ((count, kept),) = ask(connection, MEASURE_POSTGRESQL + narrower, those)
    else:
        ((count, kept),) = connection.exec_driver_sql(MEASURE_SQLITE + narrower, those).all()
    if kept + grows > quota.bytes or count + new > quota.number:
        raise TooLarge(
            f"{count} documents of {_mb(kept)} MB are kept for this {name.removesuffix('_key')}, and at most {quota.number} of "
            f"{_mb(quota.bytes)} MB are: nothing was changed; delete documents that are not needed, or send a smaller one"
        )


def forget_usage(session: Session, before: datetime) -> int:
    """Delete the counts of owners whose last statement is older than the retention limit; return how many owners."""
    return session.connection().execute(delete(USAGE).where(USAGE.c.updated < before)).rowcount


def forget_agents(session: Session, agents: Sequence[uuid.UUID]) -> None:
    """Delete the counts of a person who is erased."""
    session.connection().execute(delete(USAGE).where(USAGE.c.agent_key.in_(agents)))


def _mb(size: int) -> str:
    return f"{size / MEBIBYTE:.1f}"
