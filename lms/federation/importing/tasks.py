"""Run an office's imports in a thread of a worker, one at a time; if it dies, another worker continues at the same place.

The separate thread keeps a slow store from delaying the crediting of hours when one process does everything.
"""

import time
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog
from celery import shared_task
from sqlalchemy.orm import Session

from lms.clock import now
from lms.db import transaction
from lms.egress.address import Address, NotReached
from lms.federation.importing.import_run import ImportRun, ImportStopped
from lms.federation.importing.models import DONE, RUNNING, STOPPED, Import
from lms.federation.importing.office import PURPOSE
from lms.federation.importing.source import opened
from lms.federation.importing.storing import own_policy
from lms.jobs import long_runs
from lms.lease import Lease, TurnLost, give_back, touch
from lms.sealing import NotOpened, unseal
from lms.site_settings import site_settings

log = structlog.get_logger(__name__)
EVERY_SECONDS = 10
LEASE_TIMEOUT = timedelta(minutes=15)  # no page takes longer
LEASE = Lease(Import, LEASE_TIMEOUT)
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
    long_runs.in_thread(f"import-{turn.import_id}", carry, turn)
    return True


def claim(session: Session, reading: datetime) -> ImportTurn | None:
    """Take a turn of an import that no worker holds; None while another one is running."""
    if LEASE.is_held(session, reading, Import.state == RUNNING):
        return None
    own = LEASE.claim(session, reading, Import.state == RUNNING)
    if own is None:
        return None
    return ImportTurn(own.id, str(own.turn), Address(own.endpoint, own.internal), own.key, own.secret, own.version)


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
    with suppress(TurnLost), transaction() as session:
        own = _held(session, turn)
        own.state, own.problem = state, problem
        give_back(own)
        touch(own, now())


def _run(turn: ImportTurn) -> None:
    settings = site_settings()
    secret = unseal(turn.secret, settings.secret_key, PURPOSE)
    policy = own_policy(turn.address.url, settings)
    with opened(turn.address, turn.key, secret, turn.version) as source:
        run = ImportRun(source, turn.import_id, policy, lambda seconds: _wait(turn, seconds), lambda words: _note_words(turn, words))
        for _page in run.through():
            _demand(turn)


def _wait(turn: ImportTurn, seconds: float) -> None:
    until = time.monotonic() + seconds
    while (left := until - time.monotonic()) > 0:
        time.sleep(min(SLICE, left))
        _demand(turn)


def _note_words(turn: ImportTurn, words: str) -> None:
    """Show the reason for a wait."""
    with suppress(TurnLost), transaction() as session:
        _held(session, turn).problem = words


def _demand(turn: ImportTurn) -> None:
    """Stop if a user has stopped the import, or another worker has taken it."""
    try:
        with transaction() as session:
            touch(_held(session, turn), now())
    except TurnLost as error:
        raise ImportStopped("somebody stopped it") from error


def _held(session: Session, turn: ImportTurn) -> Import:
    own = LEASE.held(session, turn.import_id, turn.name)
    if own.state != RUNNING:
        raise TurnLost
    return own


SCHEDULE = {"importing": {"task": work.name, "schedule": EVERY_SECONDS}}
