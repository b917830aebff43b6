"""Run an office's imports in a thread of a worker, one at a time; if it dies, another worker continues at the same place.

The separate thread keeps a slow store from delaying the crediting of hours when one process does everything.
"""

import threading
import time
import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog
from celery import shared_task
from flask import Flask, current_app
from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from lms.clock import now
from lms.config import Settings
from lms.db import transaction
from lms.egress.address import Address, NotReached
from lms.federation.importing.import_run import ImportRun, ImportStopped
from lms.federation.importing.models import DONE, RUNNING, STOPPED, Import
from lms.federation.importing.office import PURPOSE
from lms.federation.importing.source import opened
from lms.federation.importing.storing import own_terms
from lms.sealing import NotOpened, unseal

log = structlog.get_logger(__name__)
EVERY_SECONDS = 10
LEASE_TIMEOUT = timedelta(minutes=15)  # a turn not touched for this long has lost its worker; no page takes longer
SLICE = 5  # seconds of a wait after which the Stop button is checked


@dataclass(frozen=True, slots=True)
class ImportTurn:
    """A worker's turn of an import, which lasts until the import's end."""

    import_id: int
    name: str
    address: Address
    key: str
    secret: str  # sealed
    version: str


@shared_task(name="lms.records.importing.tasks.work", ignore_result=True)
def work() -> bool:
    """Begin the import that has waited longest; return whether there was one."""
    with transaction() as session:
        turn = claim(session, now())
    if turn is None:
        return False
    app: Flask = current_app._get_current_object()  # type: ignore[attr-defined]
    threading.Thread(target=_take, args=(app, turn), name=f"import-{turn.import_id}", daemon=True).start()
    return True


def claim(session: Session, reading: datetime) -> ImportTurn | None:
    """Take a turn of an import that no worker holds; None while another one is running."""
    lost = Import.touched_at < reading - LEASE_TIMEOUT
    if session.scalar(select(Import.id).where(Import.state == RUNNING, Import.turn.is_not(None), ~lost).limit(1)):
        return None
    free = select(Import).where(Import.state == RUNNING, or_(Import.turn.is_(None), lost)).order_by(Import.touched_at).limit(1)
    own = session.scalar(free.with_for_update(skip_locked=True))
    if own is None:
        return None
    own.turn, own.touched_at = uuid.uuid4().hex, reading
    return ImportTurn(own.id, own.turn, Address(own.endpoint, own.internal), own.key, own.secret, own.version)


def _take(app: Flask, turn: ImportTurn) -> None:
    with app.app_context():
        carry(turn)


def carry(turn: ImportTurn) -> None:
    """Run an import until its end, until it stops, or until a user stops it."""
    state, problem = STOPPED, ""
    try:
        _run(turn)
        state = DONE
    except NotOpened:
        problem = "the secret was sealed under another SECRET_KEY: give it again"
    except (NotReached, ImportStopped) as error:
        problem = str(error)
    except Exception as error:
        log.exception("import.problem", imported=turn.import_id)
        problem = type(error).__name__
    with transaction() as session:
        own = _held(session, turn)
        if own is not None:
            own.state, own.problem, own.turn, own.touched_at = state, problem, None, now()


def _run(turn: ImportTurn) -> None:
    settings: Settings = current_app.extensions["settings"]
    secret = unseal(turn.secret, settings.secret_key, PURPOSE)
    terms = own_terms(turn.address.url, settings.public_url)
    with opened(turn.address, turn.key, secret, turn.version) as source:
        run = ImportRun(source, turn.import_id, terms, lambda seconds: _wait(turn, seconds), lambda words: _tell(turn, words))
        for _page in run.through():
            _demand(turn)


def _wait(turn: ImportTurn, seconds: float) -> None:
    until = time.monotonic() + seconds
    while (left := until - time.monotonic()) > 0:
        time.sleep(min(SLICE, left))
        _demand(turn)


def _tell(turn: ImportTurn, words: str) -> None:
    """Show the reason for a wait."""
    with transaction() as session:
        own = _held(session, turn)
        if own is not None:
            own.problem = words


def _demand(turn: ImportTurn) -> None:
    """Stop if a user has stopped the import, or another worker has taken it."""
    with transaction() as session:
        own = _held(session, turn)
        if own is None:
            raise ImportStopped("somebody stopped it")
        own.touched_at = now()


def _held(session: Session, turn: ImportTurn) -> Import | None:
    return session.scalar(
        select(Import).where(Import.id == turn.import_id, Import.turn == turn.name, Import.state == RUNNING).with_for_update()
    )


SCHEDULE = {"importing": {"task": work.name, "schedule": EVERY_SECONDS}}
