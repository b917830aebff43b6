"""Runs that take minutes or hours: each has its own thread, so that hours are still credited if one process does everything."""

import threading
from collections.abc import Callable, Collection
from datetime import date, datetime
from typing import Any, Protocol

import structlog
from flask import Flask, current_app
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from lms.clock import now
from lms.db import transaction
from lms.i18n import SITE_ZONE, local_time
from lms.lease import TurnLost

log = structlog.get_logger(__name__)


class OfNights(Protocol):
    """A table of runs whose column `night` is unique: one run a night, even with several clocks."""

    id: Any
    night: Any


def in_thread(name: str, carry: Callable[..., object], *given: object) -> threading.Thread:
    """Start `carry` in a thread with the current app, and return the thread."""
    app: Flask = current_app._get_current_object()  # type: ignore[attr-defined]
    thread = threading.Thread(target=_carry, args=(app, carry, given), name=name, daemon=True)
    thread.start()
    return thread


def _carry(app: Flask, carry: Callable[..., object], given: tuple[object, ...]) -> None:
    with app.app_context():
        carry(*given)


def see_through(kind: str, row_id: int, carry: Callable[[], object]) -> None:
    """Carry a run to its end; a run whose turn was lost has another worker, and a failed one is resumed after some minutes."""
    try:
        carry()
    except TurnLost:
        log.info(f"{kind}.lost", run=row_id)
    except Exception:
        log.exception(f"{kind}.problem", run=row_id)


def begin_once_a_night(table: type[OfNights], hours: Collection[int], begin: Callable[[Session, date, datetime], object]) -> bool:
    """Begin the night's run if it is one of these hours at the site; return whether this call began it."""
    reading = now()
    local = local_time(reading, SITE_ZONE)
    if local.hour not in hours:
        return False
    try:
        with transaction() as session:
            if session.scalar(select(table.id).where(table.night == local.date())):
                return False
            begin(session, local.date(), reading)
    except IntegrityError:  # another clock was faster
        return False
    return True
