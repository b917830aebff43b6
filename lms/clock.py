"""The clock. Only this module of the LMS reads the machine's time.

Every instant in the product is aware UTC. Tests control time by passing their own clock to `create_app`.
"""

from collections.abc import Callable
from datetime import UTC, datetime

from flask import Flask, current_app

Clock = Callable[[], datetime]


def system_clock() -> datetime:
    """Return the machine's time as aware UTC."""
    return datetime.now(UTC)


def init_app(app: Flask, clock: Clock) -> None:
    """Let `now()` in this app's contexts read `clock`."""
    app.extensions["clock"] = clock


def now() -> datetime:
    """Return the current app's time as aware UTC."""
    clock: Clock = current_app.extensions["clock"]
    return clock()
