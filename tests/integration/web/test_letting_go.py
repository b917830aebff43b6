"""Is an unused application removed from memory? Signals, listeners and exemptions, which live longer, must not hold it."""

import gc
import weakref
from pathlib import Path

from lms.app import create_app
from tests import factories


def test_an_application_that_nobody_holds_leaves_memory(sqlite_url: str, tmp_path: Path) -> None:
    """The last one created stays, because Celery keeps its current app; every earlier one must be gone."""
    settings, clock = factories.settings_for(sqlite_url, tmp_path), factories.DrivenClock()
    earlier = create_app(settings, clock=clock)
    factories.build_world(earlier, clock)
    earlier.test_client().get("/login")
    earlier.extensions["db"].dispose()
    gone = weakref.ref(earlier)

    del earlier
    create_app(settings, clock=clock).extensions["db"].dispose()
    gc.collect()

    assert gone() is None
