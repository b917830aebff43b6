"""Add, find and change the forwards and imports of an office, which another office may change or remove at the same moment."""

from collections.abc import Callable
from typing import Any, TypeVar

import structlog
from flask import request
from flask_babel import LazyString
from sqlalchemy.orm import Session

from lms.accounts.access import person
from lms.db import Base, transaction
from lms.errors import InvalidInput, NotFound
from lms.federation.forms import StoreForm

log = structlog.get_logger(__name__)
ChangedRow = TypeVar("ChangedRow", bound=Base)


def add(
    form: StoreForm, make: Callable[[Session], ChangedRow], note: Callable[[ChangedRow], dict[str, Any]], event: str
) -> ChangedRow | None:
    """Add a row with the function `make`, and log `event` with its `note` and the user who did it.

    Return None if a field of the form is wrong; the form then has its problems, and nothing was added.
    """
    try:
        with transaction() as writing:
            row = make(writing)
            said = note(row)
    except InvalidInput as error:
        form.show_problems(error.problems)
        return None
    log.info(event, **said, by=person().id)
    return row


def found(session: Session, model: type[ChangedRow], row_id: int, gone: LazyString, *, locked: bool = False) -> ChangedRow:
    """Return a row; `locked` locks it in a session for writing.

    Raises:
        NotFound: the row does not exist, or not any more; the message is `gone`.
    """
    row = session.get(model, row_id, with_for_update=locked or None)
    if row is None:
        raise NotFound(str(gone))
    return row


def change(model: type[ChangedRow], row_id: int, how: Callable[[Session, ChangedRow], Any], gone: LazyString) -> Any:
    """Change a row with the function `how`, and note the user who did it; return the function's result.

    Raises:
        NotFound: the row does not exist, or not any more; the message is `gone`.
    """
    with transaction() as writing:
        row = found(writing, model, row_id, gone, locked=True)
        log.info(f"{model.__tablename__}.changed", id=row_id, by=person().id, how=request.endpoint)
        return how(writing, row)
