"""Find the check questions of readings and films with questions, and compare them with their answer key."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from courses.answer_key import is_of_checks
from courses.formats import own
from courses.strict_json.problem import Problem

CHECKED = frozenset({own.READING, own.CHECKPOINT_VIDEO})


def checks_in(main: str, body: Any) -> Iterator[Mapping[str, Any]]:
    """Yield the check questions of a reading or a film; nothing if the document has another type or is malformed."""
    if main not in CHECKED or not isinstance(body, Mapping):
        return
    holders = _list(body, "pages") if main == own.READING else [{"checks": body.get("checkpoints")}]
    for holder in holders:
        yield from (one for one in _list(holder, "checks") if isinstance(one, Mapping))


def compare_checks(checks: Sequence[Mapping[str, Any]], key: Mapping[str, Any]) -> list[Problem]:
    """Return the points in which a key does not match the check questions. Both must have been checked; paths are those of the key."""
    asked = [
        {"id": one["id"], "type": "single", "options": [{"id": str(number)} for number in range(len(one["options"]))]} for one in checks
    ]
    problems = [] if is_of_checks(key) else [Problem("missing", "checks")]
    return problems + own.compare_key({"questions": asked}, key)


def _list(value: Any, name: str) -> list[Any]:
    found = value.get(name) if isinstance(value, Mapping) else None
    return found if isinstance(found, list) else []
