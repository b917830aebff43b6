"""Limit how much is stored for one owner. Counting is part of the storing transaction, so that two requests cannot pass the limit together.

Statements are counted for each owner (`Credential.owner`) whose credential has a quota: a learner in one activity, over all
launches, a key, or an import. Host code is not counted. A key and an import have one row for each month, which is deleted with the
month's statements, and one for what they keep beside statements: the bytes that came, minus those that were deleted. Documents of
others are not counted but measured when one grows: all of one agent together, or those of an activity without an agent. Deleting
a document frees its space at once.
"""

import uuid
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import NamedTuple

from sqlalchemy import Connection, Table, delete, func, select
from sqlalchemy.orm import Session

from xapi.errors import TooLarge
from xapi.rules.actor import digest, key_of
from xapi.rules.auth import Credential, Quota
from xapi.rules.checking import CheckedStatement
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
# The rows of one key or import have its owner in place of an agent.
# One statement, because each takes a round trip: it counts one row and returns the bytes of all of them together.
_COUNT_PART = """
WITH counted AS ({})
SELECT counted.bytes + coalesce((
  SELECT sum(other.bytes) FROM xapi_storage AS other WHERE other.agent_key = %(agent)s::uuid AND other.owner <> %(owner)s::uuid
), 0)::bigint FROM counted
"""
COUNT_PART_POSTGRESQL = _COUNT_PART.format(COUNT_POSTGRESQL)
OTHERS_SQLITE = "SELECT coalesce(sum(bytes), 0) FROM xapi_storage WHERE agent_key = :agent AND owner <> :owner"
BESIDE = "documents"
NEVER = datetime(9999, 12, 31, tzinfo=UTC)  # what is kept beside statements is not removed with a month


class Payer(NamedTuple):
    """The row that counts what a credential with a quota stores. A key or an import has one for each month (`added_up`)."""

    owner: uuid.UUID
    agent: uuid.UUID | None  # of a key or an import its owner, by which its rows are found together
    credential: Credential
    quota: Quota

    @property
    def added_up(self) -> bool:
        """Say whether the quota is for all rows of the owner together."""
        return self.credential.actor is None


class Charge(NamedTuple):
    """The statements and bytes that a transaction adds for one payer."""

    payer: Payer
    statements: int
    bytes: int


def payer_of(credential: Credential, owner: uuid.UUID, now: datetime) -> Payer | None:
    """Return who pays for the statements of a credential; None: it has no quota. `owner`: the credential's, which is costly to compute."""
    if credential.quota is None:
        return None
    if credential.actor is None:
        return _part(credential, credential.quota, owner, f"{now:%Y-%m}")
    return Payer(owner, key_of(credential.actor), credential, credential.quota)


def _part(credential: Credential, quota: Quota, owner: uuid.UUID, part: str) -> Payer:
    return Payer(digest(part, owner.hex), owner, credential, quota)


def size_of(one: CheckedStatement) -> int:
    """Return the bytes that are counted for a statement and its data."""
    return len(one.received.text) + (sum(attached.size for attached in one.attached) if one.attached else 0)


def charges(fresh: Iterable[CheckedStatement], payers: Mapping[uuid.UUID, Payer]) -> dict[uuid.UUID, Charge]:
    """Return what new statements and their data add for each payer; `payers` by statement id."""
    found: dict[uuid.UUID, Charge] = {}
    for one in fresh:
        if (payer := payers.get(one.id)) is not None:
            _, statements, so_far = found.get(payer.owner, Charge(payer, 0, 0))
            found[payer.owner] = Charge(payer, statements + 1, so_far + size_of(one))
    return found


def charge(connection: Connection, due: Mapping[uuid.UUID, Charge], now: datetime) -> None:
    """Count what this transaction stores, in order of owners, so that two requests cannot deadlock. (PostgreSQL counts as it inserts.)

    Raises:
        TooLarge: a payer would exceed its quota; the caller rolls back.
    """
    for _, one in sorted(due.items()):
        check_counted(one, *_count(connection, one, now))


def check_counted(one: Charge, statements: int, size: int) -> None:
    """Compare what is kept now, with this charge, with the quota.

    Raises:
        TooLarge: the quota is exceeded; the caller rolls back.
    """
    quota, credential = one.payer.quota, one.payer.credential
    if one.payer.added_up:
        if one.bytes > 0 and size > quota.bytes:
            whose = "this key" if credential.key else f"imports from {credential.name}"
            raise TooLarge(
                f"{_mb(size - one.bytes)} MB of statements, attachments and documents are stored for {whose}, and at most "
                f"{_mb(quota.bytes)} MB are kept: nothing of this request was stored, what is stored stays; whoever runs this store can "
                "raise the limit"
            )
    elif statements > quota.number or size > quota.bytes:
        raise TooLarge(
            f"{statements - one.statements} statements of {_mb(size - one.bytes)} MB are stored for this learner and activity, and at "
            f"most {quota.number} of {_mb(quota.bytes)} MB are kept: nothing of this request was stored, what is stored stays"
        )


def charge_beside(session: Session, credential: Credential, grows: int) -> None:
    """Count by how many bytes what a key or an import keeps beside statements grows, or shrinks (negative); not for a launch.

    Raises:
        TooLarge: it would keep more than its quota; the caller rolls back.
    """
    if credential.actor is None and credential.quota is not None and grows:
        one = Charge(_part(credential, credential.quota, credential.owner, BESIDE), 0, grows)
        check_counted(one, *_count(session.connection(), one, NEVER))


def bytes_kept(session: Session, credential: Credential) -> int:
    """Return the bytes that are counted for a key or an import."""
    total = session.connection().scalar(select(func.coalesce(func.sum(USAGE.c.bytes), 0)).where(USAGE.c.agent_key == credential.owner))
    return int(total or 0)


def _count(connection: Connection, one: Charge, until: datetime) -> tuple[int, int]:
    """Add to what is kept for a payer; return its statements and bytes (of a key or an import: those of all its rows)."""
    payer = one.payer
    row = {"owner": payer.owner.hex, "agent": payer.agent and payer.agent.hex, "statements": one.statements, "bytes": one.bytes}
    if connection.dialect.name == "postgresql":  # only for what is beside statements
        ((total,),) = ask(connection, COUNT_PART_POSTGRESQL, {**row, "now": until})
        return one.statements, total
    ((statements, size),) = connection.exec_driver_sql(COUNT_SQLITE, {**row, "now": microseconds(until)}).all()
    others = connection.exec_driver_sql(OTHERS_SQLITE, row).scalar_one() if payer.added_up else 0
    return statements, size + others


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
