"""Keep anchors outside the database: each in a file, and, if the site wants it, as a statement that forwards carry to other stores."""

import uuid
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from sqlalchemy.orm import Session

from lms import vocabulary as v
from lms.audit import anchors
from lms.audit.anchors import NotAnAnchor
from lms.clock import now
from lms.config import NO_ANCHORS, STATED_ANCHORS, Settings
from lms.db import transaction
from lms.i18n import SITE_ZONE, local_time
from lms.learning.stating import iso, store

FOLDER = "anchors"  # in the data folder
COMPARED = 3  # files with heads, the newest; one of them is enough to name an enrolment
LARGEST = 2**28


def folder_of(settings: Settings) -> Path:
    """Return the folder of the anchors."""
    return settings.data_dir / FOLDER


def keep_new(settings: Settings) -> tuple[str, str]:
    """Make an anchor and keep it; return its line, and why it could not be kept ('' if it was).

    The file has the list of all heads on the first day of a month and if there is no such file yet, otherwise the line alone.
    """
    if settings.anchors == NO_ANCHORS:
        return "", ""
    at = now()
    with transaction() as writing:
        line, heads = anchors.make(writing, settings.public_url, settings.secret_key, at)
        if settings.anchors == STATED_ANCHORS:
            store(writing, [_statement(settings.public_url, line, at)], settings.public_url, at)
    folder, day = folder_of(settings), local_time(at, SITE_ZONE).date()
    whole = day.day == 1 or not any(folder.glob("heads-*.txt"))
    file = folder / f"{'heads' if whole else 'anchor'}-{local_time(at, SITE_ZONE):%Y-%m-%d-%H%M%S}.txt"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        file.write_text("\n".join([line, *(map(str, heads) if whole else ())]) + "\n", encoding="utf-8")
    except OSError as error:
        return line, f"{file}: {error.strerror}"
    return line, ""


def _statement(public_url: str, line: str, at: datetime) -> dict[str, object]:
    """Say in a statement what was anchored, so that it leaves the site with the statements that are forwarded."""
    return {
        "id": str(uuid.uuid4()),
        "actor": v.lms_authority(public_url),
        "verb": {"id": v.ANCHORED, "display": {"en": "anchored", "zh-CN": "锚定"}},
        "object": {"objectType": "Activity", "id": f"{public_url}/id/ledger"},
        "result": {"extensions": {v.ANCHOR: line}},
        "timestamp": iso(at),
    }


def newest(settings: Settings) -> dict[str, str]:
    """Return the newest anchors with a list of heads, by file name."""
    files = sorted(folder_of(settings).glob("heads-*.txt"))[-COMPARED:]
    return {file.name: file.read_text(encoding="utf-8") for file in files if file.stat().st_size <= LARGEST}


def rewritten_since(session: Session, settings: Settings) -> Sequence[str]:
    """Compare the chains with the kept anchors: the newest ones with a list of heads, and the newest line."""
    folder = folder_of(settings)
    files = [*sorted(folder.glob("heads-*.txt"))[-COMPARED:], *sorted(folder.glob("anchor-*.txt"))[-1:]]
    found: list[str] = []
    for file in files:
        try:
            if file.stat().st_size > LARGEST:
                continue
            anchor, heads = anchors.read(file.read_text(encoding="utf-8"))
        except (OSError, UnicodeDecodeError, NotAnAnchor) as error:
            found.append(f"{file.name}: {error}")
            continue
        if anchor.public_key != anchors.public_key_of(settings.secret_key):
            continue  # from before SECRET_KEY changed
        found += [
            problem if number is None else f"enrolment {number}: {problem}" for number, problem in anchors.rewritten(session, anchor, heads)
        ]
    return found
