"""Change a row that another office may change or remove at the same moment."""

from collections.abc import Callable
from typing import Any, TypeVar

import structlog
from flask import request
from sqlalchemy.orm import Session

from lms.accounts.access import person
from lms.db import Base, transaction
from lms.errors import NotFound

log = structlog.get_logger(__name__)
Row = TypeVar("Row", bound=Base)


def found(session: Session, model: type[Row], row_id: int, gone: str, *, locked: bool = False) -> Row:
    """Return a row; `locked` locks it in a session for writing.

    Raises:
        NotFound: the row does not exist, or not any more; the message is `gone`.
    """
    row = session.get(model, row_id, with_for_update=locked or None)
    if row is None:
        raise NotFound(gone)
    return row


def change(model: type[Row], row_id: int, how: Callable[[Session, Row], Any], gone: str) -> Any:
    """Change a row with the function `how`, and note the user who did it; return the function's result.

    Raises:
        NotFound: the row does not exist, or not any more; the message is `gone`.
    """
    with transaction() as writing:
        row = found(writing, model, row_id, gone, locked=True)
        log.info(f"{model.__tablename__}.changed", id=row_id, by=person().id, how=request.endpoint)
        return how(writing, row)
