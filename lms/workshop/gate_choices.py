"""The conditions of an activity as one choice in words: only those that its content can meet.

A choice is written as text, such as "", "completed", "completed+passed" or "coverage=0.9", so that a form can hold it.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from flask_babel import gettext as _

from courses.outline import Activity
from lms.catalogue.gates import gate_words

SHARES = (0.5, 0.6, 0.7, 0.8, 0.9, 1)
NAMES = ("completed", "passed", "completed_or_passed", "coverage")
LONGEST = 80
SHARE = re.compile(r"[0-9](?:\.[0-9]+)?")


def write_gate(requires: Mapping[str, Any]) -> str:
    """Return conditions as a choice."""
    found = [f"{name}={requires[name]:g}" if name == "coverage" else name for name in NAMES if requires.get(name)]
    return "+".join(found)


def read_gate(choice: str) -> dict[str, Any] | None:
    """Return the conditions of a choice, or None if it is not one."""
    found: dict[str, Any] = {}
    for part in filter(None, choice[:LONGEST].split("+")):
        name, _sign, share = part.partition("=")
        if name not in NAMES or (name == "coverage") != bool(share):
            return None
        number = 1.0 if not share else float(share) if SHARE.fullmatch(share) else 0
        if not 0 < number <= 1:
            return None
        found[name] = (int(number) if number == int(number) else number) if share else True
    return found


def gate_choices(activity: Activity, sends: Iterable[str]) -> list[tuple[str, str]]:
    """Return the choices of an activity whose content can meet the conditions `sends`, with their words, and the present choice."""
    offered: list[dict[str, Any]] = [{}]
    for name in sends:
        offered += [{name: share} for share in SHARES] if name == "coverage" else [{name: True}]
    if {"completed", "passed"} <= set(sends):
        offered.append({"completed": True, "passed": True})
    if dict(activity.requires) not in offered:
        offered.append(dict(activity.requires))
    return [(write_gate(one), _words(replace(activity, requires=one))) for one in offered]


def _words(activity: Activity) -> str:
    return _(", ").join(gate_words(activity)) or _("nothing: time counts as they study")
