"""Which of the processes that work in the background are alive? Each says so in the database, under its kind and its host's name.

What stands there under `worker` alone is that *some* worker does what the clock rings for: `/readyz` looks at that. What stands
under `worker@HOST` is that the worker of this host hears the bell and reaches the database; its container looks at that.
"""

import socket
import time
from datetime import datetime, timedelta

import structlog
from flask import Flask
from sqlalchemy import String, delete
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Mapped, Session, mapped_column

from lms.clock import now
from lms.db import Base, Database, UtcDateTime

log = structlog.get_logger(__name__)
HEARTBEAT_SECONDS = 20
HEARTBEAT_TIMEOUT = timedelta(seconds=3 * HEARTBEAT_SECONDS)
FORGOTTEN = timedelta(days=1)  # containers come and go, each with a name of its own
LONGEST_NAME = 40
ANY_WORKER = "worker"


class WorkerHeartbeat(Base):
    """When a process of this name last said that it is alive."""

    __tablename__ = "worker_heartbeat"

    name: Mapped[str] = mapped_column(String(LONGEST_NAME), primary_key=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime)


def name_of(kind: str) -> str:
    """Return the name of this host's process of a kind; of a long host's name the end, by which pods of one kind differ."""
    return f"{kind}@{socket.gethostname()[len(kind) + 1 - LONGEST_NAME :]}"


def note(session: Session, name: str, at: datetime) -> None:
    """Note that a process is alive, and forget those that have long been silent."""
    session.merge(WorkerHeartbeat(name=name, at=at))
    session.execute(delete(WorkerHeartbeat).where(WorkerHeartbeat.name.like("%@%"), WorkerHeartbeat.at < at - FORGOTTEN))


def problem_of(session: Session, name: str, at: datetime) -> str | None:
    """Say why a process does not seem to be alive, or None where it is."""
    found = session.get(WorkerHeartbeat, name)
    if found is None:
        return "has not run yet"
    return None if at - found.at < HEARTBEAT_TIMEOUT else f"silent for {int((at - found.at).total_seconds())} s"


class Heart:
    """Says for the process in which it is that this is alive, when it is asked to beat, and not more often than it needs to.

    Each time on a connection of its own, which none of the processes that this one forks inherits.
    """

    def __init__(self, app: Flask, kind: str) -> None:
        self._app = app
        self._name = name_of(kind)
        self._next = 0.0

    def beat(self, **_told: object) -> None:
        """Say that this process is alive."""
        if time.monotonic() < self._next:
            return
        self._next = time.monotonic() + HEARTBEAT_SECONDS
        database = Database(self._app.extensions["settings"].database_url)
        try:
            with self._app.app_context(), database.writer() as session, session.begin():
                note(session, self._name, now())
        except SQLAlchemyError as error:
            log.warning("heart.database-unavailable", error=type(error).__name__)
        finally:
            database.dispose()
