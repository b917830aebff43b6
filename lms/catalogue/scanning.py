"""Refuse an uploaded file that the site's virus scanner does not find clean; every way in for files asks here before it opens one."""

from collections.abc import Callable
from pathlib import Path

import structlog
from flask_babel import gettext as _

from lms.catalogue import virus_scan
from lms.catalogue.virus_scan import WHOLE_S, Infected, NotScanned, to_nobody
from lms.config import REFUSE, Settings

log = structlog.get_logger(__name__)


def scan_refusal(name: str, path: Path, settings: Settings, alive: Callable[[], None] = to_nobody, most_s: float = WHOLE_S) -> str:
    """Let the site's virus scanner look at a file, if there is one; return why the file is refused, or ''.

    `name` is what its person calls the file. Without an answer after `most_s` seconds, the file was not scanned.
    """
    if not settings.clamd:
        return ""
    found = virus_scan.scan(settings.clamd, path, alive, most_s)
    if isinstance(found, Infected):
        log.warning("upload.infected", signature=found.signature)
        return _(
            "The virus scanner found %(signature)s in %(name)s. Nothing of it was kept. Check the computer that the file came from.",
            signature=found.signature,
            name=name,
        )
    if isinstance(found, NotScanned):
        log.warning("upload.not-scanned", why=found.why, then=settings.clamd_away)
        if settings.clamd_away == REFUSE:
            return _(
                "The virus scanner of the site could not check %(name)s. Nothing of it was kept. "
                "Try again later, or tell the system administrator.",
                name=name,
            )
    return ""
