"""When is forwarded? Every few seconds, one forward's turn after the other's; a slow store holds up nothing else.

A turn has a thread of its own. The worker waits a moment for it, which is enough where the other store is quick, and
then goes on to its other work: where one process does everything, hours are credited while another store dawdles.
"""

import threading

import structlog
from celery import shared_task
from flask import Flask, current_app

from lms.celery_app import ring
from lms.clock import now
from lms.config import Settings
from lms.db import transaction
from lms.federation.forwarding import turns
from lms.federation.forwarding.sending import carry
from lms.federation.forwarding.turns import ForwardTurn

log = structlog.get_logger(__name__)
EVERY_SECONDS = 10
PATIENCE_SECONDS = 2


@shared_task(name="lms.records.forwarding.tasks.forward", ignore_result=True)
def forward() -> bool:
    """Take a turn at the forward that has waited longest; return whether one was due."""
    reading = now()
    with transaction() as session:
        turn = turns.claim(session, reading)
    if turn is None:
        return False
    app: Flask = current_app._get_current_object()  # type: ignore[attr-defined]
    thread = threading.Thread(target=_take, args=(app, turn), name=f"forward-{turn.forward_id}", daemon=True)
    thread.start()
    thread.join(PATIENCE_SECONDS)
    ring(forward)  # there may be others
    return True


def _take(app: Flask, turn: ForwardTurn) -> None:
    with app.app_context():
        settings: Settings = app.extensions["settings"]
        if carry(turn, settings):
            ring(forward)


SCHEDULE = {"forwarding": {"task": forward.name, "schedule": EVERY_SECONDS}}
