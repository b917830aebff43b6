"""Which form of ours edits an activity of a draft? Its H5P library says so."""

import json
from collections.abc import Mapping
from typing import Any

from courses.authoring.activity_document import TYPES
from courses.formats.format import ReadFile
from courses.formats.h5p_content import MAIN


def own_type(activity: Mapping[str, Any], read: ReadFile) -> str | None:
    """Return the type of an activity's content; None if it is not ours. `read` reads its files by their names in the package."""
    return type_of(head_of(activity, read)) if activity["format"] == "h5p" else None


def head_of(activity: Mapping[str, Any], read: ReadFile) -> dict[str, Any]:
    """Return the h5p.json of an activity; empty if its file has vanished."""
    content = read(f"{activity['entry']}/{MAIN}")
    found = json.loads(content) if content is not None else {}
    return found if isinstance(found, dict) else {}


def type_of(head: Mapping[str, Any]) -> str | None:
    """Return the type that an h5p.json names."""
    return next((name for name, one in TYPES.items() if one.machine == head.get("mainLibrary")), None)
