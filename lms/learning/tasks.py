"""What happens to a launch that fell silent? Its stretch is closed at its last beat and stated; after 12 hours it ends."""

from collections.abc import Callable, Sequence
from datetime import datetime
from uuid import UUID

from celery import shared_task
from flask import current_app
from sqlalchemy.orm import Session

import xapi
from lms.clock import now
from lms.config import Settings
from lms.db import database, transaction
from lms.learning import presence

SWEEP_SECONDS = 30
MOST_AT_ONCE = 500


@shared_task(name="lms.learning.tasks.sweep", ignore_result=True)
def sweep() -> int:
    """Close silent stretches and end silent launches, each in a transaction of its own; return how many stretches were stated."""
    settings: Settings = current_app.extensions["settings"]
    at = now()
    ids = _read(
        lambda session: [
            *presence.silent_stretches(session, at, settings, MOST_AT_ONCE),
            *presence.silent_launches(session, at, MOST_AT_ONCE),
        ]
    )
    stated = sum(_sweep_one(launch_id, at, settings) for launch_id in dict.fromkeys(ids))
    if stated:
        xapi.statements_stored.send(current_app._get_current_object(), count=stated)  # type: ignore[attr-defined]
    return stated


def _read(query: Callable[[Session], Sequence[UUID]]) -> Sequence[UUID]:
    with database().reader() as session:
        return query(session)


def _sweep_one(launch_id: UUID, at: datetime, settings: Settings) -> bool:
    with transaction() as session:
        return presence.sweep_one(session, launch_id, at, settings)


SCHEDULE = {"learning-sweep": {"task": sweep.name, "schedule": SWEEP_SECONDS}}
