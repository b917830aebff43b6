"""Run forwards every few seconds, one turn after the other; a slow store does not block other work.

Each turn has its own thread. The worker waits a moment for it, which is enough if the other store is quick, and
then continues with other work. So a single process can still credit hours while a store is slow.
"""

from celery import shared_task

from lms.celery_app import ring
from lms.clock import now
from lms.db import transaction
from lms.federation.forwarding import turns
from lms.federation.forwarding.sending import carry
from lms.federation.forwarding.turns import ForwardTurn
from lms.jobs import long_runs
from lms.site_settings import site_settings

EVERY_SECONDS = 10
PATIENCE_SECONDS = 2


@shared_task(name="lms.records.forwarding.tasks.forward", ignore_result=True)
def forward() -> bool:
    """Take a turn of the forward that has waited longest; return whether one was due."""
    reading = now()
    with transaction() as session:
        turn = turns.claim(session, reading)
    if turn is None:
        return False
    long_runs.in_thread(f"forward-{turn.forward_id}", _take, turn).join(PATIENCE_SECONDS)
    ring(forward)  # there may be others
    return True


def _take(turn: ForwardTurn) -> None:
    settings = site_settings()
    if carry(turn, settings):
        ring(forward)


SCHEDULE = {"forwarding": {"task": forward.name, "schedule": EVERY_SECONDS}}
