"""What hangs on a statement, and how does it go with it? In the caller's transaction; nothing here commits.

Two things take statements away: a person's erasure (erasure.py) and the end of the time for which they are kept
(retention.py). Either way the id stays, so that nothing comes back as if it were new.
"""

import uuid
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Connection, Table, and_, bindparam, delete, exists, or_, tuple_

from xapi.actor import digest, key_of
from xapi.indexing import Usage, keys
from xapi.models import AttachmentLink, AttachmentPiece, AttachmentRow, IdRow, KeyRow, ReferenceRow, StatementRow
from xapi.reading import stored
from xapi.references import Referring, inherited, with_all_above

KEYS: Table = KeyRow.__table__  # type: ignore[assignment]
STATEMENTS: Table = StatementRow.__table__  # type: ignore[assignment]
WHOLE = tuple(STATEMENTS.c[name] for name in ("stored", "sid", "id", "refers", "voiding", "text"))
KEY = ("key", "usage", "stored", "sid", "origin")
DELETE_KEY = delete(KEYS).where(*(KEYS.c[name] == bindparam(f"a_{name}") for name in KEY))
DELETE_STATEMENT = delete(STATEMENTS).where(*(STATEMENTS.c[name] == bindparam(f"a_{name}") for name in ("stored", "sid")))


class Going(NamedTuple):
    """A statement that is taken away, with the columns of `WHOLE`."""

    stored: datetime
    sid: int
    id: uuid.UUID
    refers: uuid.UUID | None
    voiding: bool
    text: str


def remove(connection: Connection, going: Sequence[Going]) -> int:
    """Take statements away, and whatever is there because of them; return how many attachments' data went with them.

    Hold off other writers first (`consistency.announce`, referring): none may link to what goes.
    """
    if not going:
        return 0
    remove_keys(connection, going)
    data = remove_data(connection, [one.id for one in going])
    connection.execute(DELETE_STATEMENT, [{"a_stored": one.stored, "a_sid": one.sid} for one in going])
    remove_references(connection, going)
    return data


def remove_keys(connection: Connection, going: Iterable[Going]) -> None:
    """Delete the keys under which statements are found, and those under which others are found through them."""
    rows = [key for one in going for key in _key_rows(connection, one)]
    if rows:
        connection.execute(DELETE_KEY, rows)


def remove_data(connection: Connection, ids: Sequence[uuid.UUID]) -> int:
    """Unlink the data of these statements' attachments, and delete what no other statement came with; return how much that was."""
    named = connection.execute(delete(AttachmentLink).where(AttachmentLink.statement_id.in_(ids)).returning(AttachmentLink.sha2)).scalars()
    hashes = sorted(set(named))
    if not hashes:
        return 0
    alone = ~exists().where(AttachmentLink.sha2 == AttachmentRow.sha2)
    gone = delete(AttachmentRow).where(AttachmentRow.sha2.in_(hashes), alone).returning(AttachmentRow.sha2)
    left = connection.execute(gone).scalars().all()
    connection.execute(delete(AttachmentPiece).where(AttachmentPiece.sha2.in_(left)))
    return len(left)


def remove_references(connection: Connection, gone: Sequence[Going]) -> None:
    """Forget what statements that are gone were about, and who of them was about them.

    What voids a statement that is there, or that may yet come, is remembered by its id: a late target must be void.
    """
    own = tuple_(ReferenceRow.refers, ReferenceRow.sid).in_([(one.refers, one.sid) for one in gone if one.refers is not None])
    connection.execute(delete(ReferenceRow).where(or_(own, ReferenceRow.refers.in_([one.id for one in gone])), *FORGOTTEN))


_HOLDER = exists().where(StatementRow.stored == ReferenceRow.stored, StatementRow.sid == ReferenceRow.sid)
_TARGET = exists().where(IdRow.id == ReferenceRow.refers, StatementRow.stored == IdRow.stored, StatementRow.sid == IdRow.sid)
_TO_COME = ~exists().where(IdRow.id == ReferenceRow.refers)
FORGOTTEN = (~_HOLDER, ~and_(ReferenceRow.voiding, or_(_TARGET, _TO_COME)))


def _key_rows(connection: Connection, one: Going) -> Iterator[dict[str, Any]]:
    """Yield the keys under which a statement and those about it are found, through it and through what it is about itself."""
    statement = stored(one.text)
    this = Referring(one.sid, one.id, one.stored, one.refers, one.voiding)
    found = [(key, int(usage), one.sid) for key, usage in (*keys(statement), *((owner, Usage.OWNER) for owner in _owners(statement)))]
    if one.refers is not None:
        found += [(row["key"], row["usage"], row["origin"]) for row in inherited(connection, this, {})]
    for holder in with_all_above(connection, {one.sid: this}):
        for key, usage, origin in found:
            yield {"a_key": key, "a_usage": usage, "a_stored": holder.stored, "a_sid": holder.sid, "a_origin": origin}


def _owners(statement: Mapping[str, Any]) -> Iterator[uuid.UUID]:
    """Yield on whose behalf it may have been written (`auth.Credential.owner`): whatever of it a credential may have pinned."""
    authority = str(key_of(statement["authority"]))
    iri = str(statement["object"].get("id", ""))
    above = [iri[:at] for at, sign in enumerate(iri) if sign in "/?#"]
    for actor in (str(key_of(statement["actor"])), "None"):
        for registration in {str(statement.get("context", {}).get("registration", "")).lower(), ""}:
            yield from (digest("owner", authority, actor, registration, activity) for activity in (iri, *above, ""))
