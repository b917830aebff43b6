"""Store the data of attachments and return it, in pieces in the database, in the statements' own transaction.

Data with the same hash is stored once. It is returned only through a statement that it came with, so knowing a hash gives no access.
"""

import uuid
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from sqlalchemy import Connection, Table, insert, select
from sqlalchemy.orm import Session

from xapi.rules.checking import CheckedStatement
from xapi.storage.models import AttachmentLink, AttachmentPiece, AttachmentRow
from xapi.storage.references import unless_there

PIECE = 1024 * 1024
ATTACHMENTS: Table = AttachmentRow.__table__  # type: ignore[assignment]
LINKS: Table = AttachmentLink.__table__  # type: ignore[assignment]
INSERT = {name: one.returning(AttachmentRow.sha2) for name, one in unless_there(ATTACHMENTS).items()}
LINK = unless_there(LINKS)
INSERT_PIECE = insert(AttachmentPiece.__table__)  # type: ignore[arg-type]


class StoredAttachment(NamedTuple):
    """Attachment data that is stored for a statement."""

    statement_id: uuid.UUID
    sha2: str
    size: int


def keep(connection: Connection, fresh: Sequence[CheckedStatement]) -> None:
    """Store the data that came with new statements; in order of hash, so that two requests cannot deadlock."""
    came = {one.sha2: one for checked in fresh for one in checked.attached}
    for sha2, attached in sorted(came.items()):
        row = {"sha2": sha2, "size": attached.size}
        if connection.execute(INSERT[connection.dialect.name], row).scalar_one_or_none() is None:
            continue
        for number, content in enumerate(attached.pieces(PIECE)):
            connection.execute(INSERT_PIECE, {"sha2": sha2, "number": number, "content": content})
    links = [{"statement_id": checked.id, "sha2": one.sha2} for checked in fresh for one in checked.attached]
    if links:
        connection.execute(LINK[connection.dialect.name], links)


def kept_for(session: Session, ids: Iterable[uuid.UUID]) -> list[StoredAttachment]:
    """Return which attachment data is stored for these statements."""
    query = (
        select(AttachmentLink.statement_id, AttachmentLink.sha2, AttachmentRow.size)
        .join(AttachmentRow, AttachmentRow.sha2 == AttachmentLink.sha2)
        .where(AttachmentLink.statement_id.in_(list(ids)))
    )
    return [StoredAttachment(*row) for row in session.connection().execute(query)]


def content_of(session: Session, sha2: str, size: int) -> Iterator[bytes]:
    """Yield the data of a hash, one piece at a time."""
    for number in range(-(-size // PIECE)):
        query = select(AttachmentPiece.content).where(AttachmentPiece.sha2 == sha2, AttachmentPiece.number == number)
        yield session.connection().execute(query).scalar_one()
