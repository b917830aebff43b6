"""What becomes of one statement that an import has put aside: is it taken after all, or left out?

It is taken on the terms of the import itself, as it came; nothing is asked of the other store.
"""

import hashlib
from dataclasses import dataclass

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from lms.federation.importing.models import Import, StatementSetAside
from lms.federation.importing.source import Fetched
from lms.federation.importing.storing import own_terms, take

NOT_WHOLE = "it holds signs that could not be kept here as they came; let the import read it again"


@dataclass(frozen=True, slots=True)
class Tried:
    """What became of it: `new` statements (none, if the same one was here already), or why it could not be taken again."""

    new: int = 0
    reason: str = ""


def put_aside(session: Session, aside_id: int) -> tuple[Import, StatementSetAside] | None:
    """Return one statement that was put aside, with its import, which is locked; None where it is not aside any more."""
    wanted = select(Import).join(StatementSetAside, StatementSetAside.import_id == Import.id).where(StatementSetAside.id == aside_id)
    own = session.scalar(wanted.with_for_update(of=Import))
    row = session.get(StatementSetAside, aside_id, populate_existing=True)  # read after the lock: somebody may have taken it meanwhile
    return None if own is None or row is None else (own, row)


def try_again(session: Session, own: Import, row: StatementSetAside, home_page: str) -> Tried:
    """Take the statement; if it cannot be taken, it stays where it is, with the reason of today."""
    text = row.text.encode()
    if hashlib.sha256(text).hexdigest() != row.sha256:
        return Tried(reason=NOT_WHOLE)
    taken = take(session, own, Fetched([text]), own_terms(own.endpoint, home_page))
    if taken.refused:
        return Tried(reason=taken.refused[0].reason)
    own.new += taken.new
    leave_out(session, row)
    return Tried(taken.new)


def leave_out(session: Session, row: StatementSetAside) -> None:
    """Forget a statement; if the import reads it again, it is put aside again."""
    session.execute(delete(StatementSetAside).where(StatementSetAside.id == row.id))
