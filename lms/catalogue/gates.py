"""Describe in words what must be done before an activity's time counts."""

from collections.abc import Mapping
from typing import Any

from flask_babel import gettext as _


def gate_words(requires: Mapping[str, Any]) -> list[str]:
    """Return the conditions of an activity, one phrase for each; none if presence alone counts."""
    words = []
    if requires.get("completed"):
        words.append(_("complete it"))
    if requires.get("passed"):
        words.append(_("pass it"))
    if requires.get("coverage"):
        words.append(_("watch %(percent)s %% of it", percent=round(float(requires["coverage"]) * 100)))
    return words


def format_words(kind: str) -> str:
    """Return the name of an activity's format."""
    names: dict[str, str] = {"h5p": _("Interactive"), "video": _("Video")}
    return names.get(kind, kind)
