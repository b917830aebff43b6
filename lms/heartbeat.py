"""Record which background processes are alive: each writes to the database, under its kind, host and process number.

`worker` alone stands for the whole chain: the clock sent a task and a worker ran it. `worker@HOST:NUMBER` is one worker process that
receives messages and reaches the database, and `beat@HOST:NUMBER` is the clock in that process, or the clock's own process. `/readyz`
and the commands' `--check` call the same functions here, so they cannot contradict each other.
"""

import os
import socket
import time
from datetime import datetime, timedelta

import structlog
from flask import Flask
from sqlalchemy import String, delete, func, select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Mapped, Session, mapped_column

from lms.clock import now
from lms.db import Base, Database, UtcDateTime
from lms.site_settings import settings_of

log = structlog.get_logger(__name__)
HEARTBEAT_SECONDS = 20
HEARTBEAT_TIMEOUT = timedelta(seconds=3 * HEARTBEAT_SECONDS)
FORGOTTEN = timedelta(days=1)  # containers come and go, each with a new name
LONGEST_NAME = 40
LONGEST_NUMBER = 8  # a process number, and the colon before it
ANY_WORKER = "worker"
KINDS = {"worker": "all workers are", "beat": "all clocks are"}


class WorkerHeartbeat(Base):
    """The last time at which a process of this name reported that it is alive."""

    __tablename__ = "worker_heartbeat"

    name: Mapped[str] = mapped_column(String(LONGEST_NAME), primary_key=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime)


def name_of(kind: str, number: int | None = None) -> str:
    """Return the name of a process of this host; of a long host name only the end, which distinguishes pods of one kind."""
    return f"{of_host(kind)}:{os.getpid() if number is None else number}"


def of_host(kind: str) -> str:
    """Return the prefix of the names of this host's processes of a kind."""
    return f"{kind}@{socket.gethostname()[len(kind) + 1 + LONGEST_NUMBER - LONGEST_NAME :]}"


def note(session: Session, name: str, at: datetime) -> None:
    """Record that a process is alive, and delete processes that have long been silent."""
    session.merge(WorkerHeartbeat(name=name, at=at))
    session.execute(delete(WorkerHeartbeat).where(WorkerHeartbeat.name.like("%@%"), WorkerHeartbeat.at < at - FORGOTTEN))


def problem_of(session: Session, name: str, at: datetime) -> str | None:
    """Return why a process does not seem to be alive, or None if it is."""
    found = session.get(WorkerHeartbeat, name)
    if found is None:
        return "has not run yet"
    return None if at - found.at < HEARTBEAT_TIMEOUT else f"silent for {int((at - found.at).total_seconds())} s"


def problem_of_all(session: Session, at: datetime) -> str | None:
    """Return why the periodic work is not done at all, or None if it is."""
    problem = problem_of(session, ANY_WORKER, at)
    if problem is None:
        return None
    last = {kind: session.scalar(select(func.max(WorkerHeartbeat.at)).where(WorkerHeartbeat.name.like(f"{kind}@%"))) for kind in KINDS}
    silent = [KINDS[kind] for kind, heard in last.items() if heard is not None and at - heard >= HEARTBEAT_TIMEOUT]
    return f"{problem}; {' and '.join(silent)} silent, too" if silent else problem


def problems_here(session: Session, kind: str, at: datetime) -> dict[str, str | None]:
    """Return the problem of each process of a kind on this host and of its clock, by name; None for a healthy one.

    A process that does not exist any more is left out if another one exists: it was stopped or restarted.
    """
    found = session.scalars(select(WorkerHeartbeat.name).where(WorkerHeartbeat.name.startswith(f"{of_host(kind)}:", autoescape=True)))
    numbers = [int(name.rpartition(":")[2]) for name in found]
    there = [number for number in numbers if _exists(number)]
    if not there:
        return {of_host(kind): "is not running" if numbers else "has not run yet"}
    names = [name_of(kind, number) for number in there]
    clocks = [] if kind == "beat" else [name_of("beat", number) for number in there]
    known = set(session.scalars(select(WorkerHeartbeat.name).where(WorkerHeartbeat.name.in_(clocks))))
    return {name: problem_of(session, name, at) for name in (*names, *sorted(known))}


def _exists(number: int) -> bool:
    try:
        os.kill(number, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        pass
    return True


class HeartbeatReporter:
    """Reports that its process is alive when `beat` is called, at most as often as needed.

    It uses a new connection each time, so that no forked process inherits one.
    """

    def __init__(self, app: Flask, kind: str) -> None:
        self._app = app
        self._name = name_of(kind)  # with the number of this process, even if a forked process beats
        self._next = 0.0

    def beat(self, **_signal: object) -> None:
        """Report that this process is alive."""
        if time.monotonic() < self._next:
            return
        self._next = time.monotonic() + HEARTBEAT_SECONDS
        database = Database(settings_of(self._app).database_url)
        try:
            with self._app.app_context(), database.writer() as session, session.begin():
                note(session, self._name, now())
        except SQLAlchemyError as error:
            log.warning("heart.database-unavailable", error=type(error).__name__)
        finally:
            database.dispose()
