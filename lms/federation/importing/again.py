"""Retry or leave out one statement that an import has put aside.

It is stored under the same policy as by the import itself, from the saved text; the other store is not asked.
"""

import hashlib
from dataclasses import dataclass

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from lms.config import Settings
from lms.federation.importing.models import Import, StatementSetAside
from lms.federation.importing.source import Fetched
from lms.federation.importing.storing import forget_asides, own_policy, take
from xapi.errors import TooLarge
from xapi.store import bytes_kept, charge_beside

NOT_WHOLE = "it has characters that could not be saved unchanged; let the import read it again"


@dataclass(frozen=True, slots=True)
class Tried:
    """The result: `new` statements (0 if the same one was already here), or the reason why it was refused again."""

    new: int = 0
    reason: str = ""


def put_aside(session: Session, aside_id: int) -> tuple[Import, StatementSetAside] | None:
    """Return a statement that was put aside, with its import, which is locked; None if it is no longer aside."""
    wanted = select(Import).join(StatementSetAside, StatementSetAside.import_id == Import.id).where(StatementSetAside.id == aside_id)
    own = session.scalar(wanted.with_for_update(of=Import))
    row = session.get(StatementSetAside, aside_id, populate_existing=True)  # read after the lock: another user may just have retried it
    return None if own is None or row is None else (own, row)


def try_again(session: Session, own: Import, row: StatementSetAside, settings: Settings) -> Tried:
    """Store the statement; if it is refused again, it stays aside with today's reason."""
    text = row.text.encode()
    if hashlib.sha256(text).hexdigest() != row.sha256:
        return Tried(reason=NOT_WHOLE)
    try:
        with session.begin_nested():
            taken = take(session, own, Fetched([text]), own_policy(own.endpoint, settings))
    except TooLarge as error:
        return Tried(reason=error.message)
    if taken.refused:
        return Tried(reason=taken.refused[0].reason)
    own.new += taken.new
    leave_out(session, own, row, settings)
    return Tried(taken.new)


def leave_out(session: Session, own: Import, row: StatementSetAside, settings: Settings) -> None:
    """Delete a statement that was put aside; if the import reads it again, it is put aside again."""
    _free(session, own, StatementSetAside.id == row.id, settings)


def remove(session: Session, own: Import, settings: Settings) -> None:
    """Delete an import and the statements it put aside; imported statements stay."""
    _free(session, own, StatementSetAside.import_id == own.id, settings)
    session.delete(own)


def room_taken(session: Session, own: Import, settings: Settings) -> int:
    """Return how many bytes are stored of what imports from this host brought."""
    return bytes_kept(session, own_policy(own.endpoint, settings).credential)


def _free(session: Session, own: Import, which: ColumnElement[bool], settings: Settings) -> None:
    charge_beside(session, own_policy(own.endpoint, settings).credential, -forget_asides(session, which))
