"""Remove statements and the rows that depend on them. Works in the caller's transaction; nothing here commits.

Statements are removed in two cases: the erasure of a person (erasure.py) and the end of the retention time
(retention.py). In both cases the id remains, so that a statement that is sent again does not count as new.
"""

import uuid
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Connection, Table, and_, bindparam, delete, exists, or_, tuple_

from xapi.rules.actor import digest, key_of
from xapi.rules.indexing import Key, Usage, keys
from xapi.rules.statement_json import stored
from xapi.storage.models import AttachmentLink, AttachmentPiece, AttachmentRow, IdRow, KeyRow, ReferenceRow, StatementRow
from xapi.storage.raw_sql import array, ask
from xapi.storage.references import Referring, inherited, is_awaited, with_all_above

KEYS: Table = KeyRow.__table__  # type: ignore[assignment]
STATEMENTS: Table = StatementRow.__table__  # type: ignore[assignment]
WHOLE = tuple(STATEMENTS.c[name] for name in ("stored", "sid", "id", "refers", "voiding", "text"))
ROWS: Mapping[str, tuple[Table, Mapping[str, str]]] = {
    "key": (KEYS, {"key": "uuid", "usage": "smallint", "stored": "timestamptz", "sid": "bigint", "origin": "bigint"}),
    "statement": (STATEMENTS, {"stored": "timestamptz", "sid": "bigint"}),
}


def _deleting(table: Table, columns: Mapping[str, str]) -> str:
    given = ", ".join(f"%({name})s::{kind}[]" for name, kind in columns.items())
    same = " AND ".join(f"there.{name} = given.{name}" for name in columns)
    deleted = f"DELETE FROM {table.name} AS there USING unnest({given}) AS given ({', '.join(columns)}) WHERE {same} RETURNING 1"  # noqa: S608
    return f"WITH gone AS ({deleted}) SELECT count(*) FROM gone"  # noqa: S608


DELETE_AT_ONCE = {which: _deleting(*of) for which, of in ROWS.items()}
KNOWN_OWNERS = (
    "SELECT owner FROM unnest(%(owners)s::uuid[]) AS owner"  # noqa: S608
    f" WHERE EXISTS (SELECT FROM {KEYS.name} WHERE key = owner AND usage = {int(Usage.OWNER)})"
)


class StatementToRemove(NamedTuple):
    """A statement that is being removed, with the columns of `WHOLE`."""

    stored: datetime
    sid: int
    id: uuid.UUID
    refers: uuid.UUID | None
    voiding: bool
    text: str


class StatementWithKeys(NamedTuple):
    """A statement to remove, and the keys under which it may be found."""

    going: StatementToRemove
    keys: Sequence[Key]


def keyed(connection: Connection, going: Iterable[StatementToRemove]) -> list[StatementWithKeys]:
    """Read the keys under which statements are found. Keys never change, so this slow step needs no lock."""
    read = [(one, stored(one.text)) for one in going]
    owned = [(one, keys(statement), set(_owners(statement))) for one, statement in read]
    known = _known_owners(connection, set().union(*(owners for _, _, owners in owned)))
    return [StatementWithKeys(one, [*own, *((owner, Usage.OWNER) for owner in owners & known)]) for one, own, owners in owned]


def _known_owners(connection: Connection, owners: Set[uuid.UUID]) -> Set[uuid.UUID]:
    """Leave out owners for whom nothing was ever written: nearly all candidates."""
    if connection.dialect.name != "postgresql" or not owners:
        return owners
    return {key for (key,) in ask(connection, KNOWN_OWNERS, {"owners": array(one.hex for one in owners)})}


def remove(connection: Connection, leaving: Sequence[StatementWithKeys]) -> int:
    """Remove statements and all rows that depend on them; return how many attachments' data was deleted.

    Block other writers first (`consistency.announce`, referring): none may link to a removed statement.
    """
    if not leaving:
        return 0
    going = [one.going for one in leaving]
    remove_keys(connection, leaving)
    data = remove_data(connection, [one.id for one in going])
    _delete_rows(connection, "statement", [(one.stored, one.sid) for one in going])
    remove_references(connection, going)
    return data


def remove_keys(connection: Connection, leaving: Sequence[StatementWithKeys]) -> None:
    """Delete the keys of these statements, and the keys that other statements have through them."""
    _delete_rows(connection, "key", list(_key_rows(connection, leaving)))


def _delete_rows(connection: Connection, which: str, rows: Sequence[Sequence[object]]) -> None:
    """Delete rows by their whole primary key, which includes the partition; on PostgreSQL in one round trip, because others wait."""
    table, columns = ROWS[which]
    if rows and connection.dialect.name == "postgresql":
        given = [array(map(str, column)) for column in zip(*rows, strict=True)]
        ask(connection, DELETE_AT_ONCE[which], dict(zip(columns, given, strict=True)))
    elif rows:
        own = delete(table).where(*(table.c[name] == bindparam(f"a_{name}") for name in columns))
        connection.execute(own, [{f"a_{name}": value for name, value in zip(columns, row, strict=True)} for row in rows])


def remove_data(connection: Connection, ids: Sequence[uuid.UUID]) -> int:
    """Unlink the attachments of these statements; delete data that no other statement uses; return how many were deleted."""
    named = connection.execute(delete(AttachmentLink).where(AttachmentLink.statement_id.in_(ids)).returning(AttachmentLink.sha2)).scalars()
    hashes = sorted(set(named))
    if not hashes:
        return 0
    alone = ~exists().where(AttachmentLink.sha2 == AttachmentRow.sha2)
    gone = delete(AttachmentRow).where(AttachmentRow.sha2.in_(hashes), alone).returning(AttachmentRow.sha2)
    left = connection.execute(gone).scalars().all()
    connection.execute(delete(AttachmentPiece).where(AttachmentPiece.sha2.in_(left)))
    return len(left)


def remove_references(connection: Connection, gone: Sequence[StatementToRemove]) -> None:
    """Delete the references of removed statements, in both directions.

    A reference that voids an existing or future statement is kept by its id: a target that arrives late must be voided.
    """
    own = tuple_(ReferenceRow.refers, ReferenceRow.sid).in_([(one.refers, one.sid) for one in gone if one.refers is not None])
    connection.execute(delete(ReferenceRow).where(or_(own, ReferenceRow.refers.in_([one.id for one in gone])), *FORGOTTEN))


_HOLDER = exists().where(StatementRow.stored == ReferenceRow.stored, StatementRow.sid == ReferenceRow.sid)
_TARGET = exists().where(IdRow.id == ReferenceRow.refers, StatementRow.stored == IdRow.stored, StatementRow.sid == IdRow.sid)
_TO_COME = ~exists().where(IdRow.id == ReferenceRow.refers)
FORGOTTEN = (~_HOLDER, ~and_(ReferenceRow.voiding, or_(_TARGET, _TO_COME)))


def _key_rows(connection: Connection, leaving: Sequence[StatementWithKeys]) -> Iterator[tuple[uuid.UUID, int, datetime, int, int]]:
    """Yield the keys (as in ROWS) of these statements and of those that refer to them, directly and through their targets."""
    awaited = is_awaited(connection, [one.going.id for one in leaving])
    for one, own in leaving:
        this = Referring(one.sid, one.id, one.stored, one.refers, one.voiding)
        found = [(key, int(usage), one.sid) for key, usage in own]
        if one.refers is not None:
            found += [(row["key"], row["usage"], row["origin"]) for row in inherited(connection, this, {})]
        for holder in with_all_above(connection, {one.sid: this}) if one.id in awaited else [this]:
            yield from ((key, usage, holder.stored, holder.sid, origin) for key, usage, origin in found)


def _owners(statement: Mapping[str, Any]) -> Iterator[uuid.UUID]:
    """Yield every owner for whom it may have been written (`auth.Credential.owner`): each combination that a credential may have pinned."""
    authority = str(key_of(statement["authority"]))
    iri = str(statement["object"].get("id", ""))
    above = [iri[:at] for at, sign in enumerate(iri) if sign in "/?#"]
    for actor in (str(key_of(statement["actor"])), "None"):
        for registration in {str(statement.get("context", {}).get("registration", "")).lower(), ""}:
            yield from (digest("owner", authority, actor, registration, activity) for activity in (iri, *above, ""))
