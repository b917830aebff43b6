"""Keep what the units of a SCORM package report, and say what it means for the activity. Pure.

What a package reports is a claim of its own code: it decides completion and score, and never time. `session_time` is kept as it came.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from courses.formats.format import Outcome, ReportTooLargeError, Tracked, UnitReport
from courses.formats.scorm_manifest import V12, ScormPackage, ScormUnit

LONGEST_VALUE = 64_000  # characters: suspend data of 2004; packages of 1.2 often keep more than its 4,096
LONGEST_NAME, LONGEST_NUMBER = 255, 20
MOST_VALUES = 5000  # of one unit: each answer to a question has about ten
MOST_CHARACTERS = 1_000_000  # of all units of an activity together


def track(package: ScormPackage, kept: Mapping[str, Any], reported: UnitReport) -> Tracked | None:
    """Return the state to keep and the outcome of all units; None for an unknown unit, and for a commit that a later one overtook.

    Raises:
        ReportTooLargeError: The commit is too large, and nothing of it may be kept.
    """
    if reported.unit not in {one.id for one in package.scos}:
        return None
    units = dict(kept.get("units") or {})
    before = units.get(reported.unit) or {}
    if before.get("run") == reported.run and before.get("number", 0) >= reported.number:
        return None
    values = _clean(reported.values)
    now = _outcome(package.version, values, ended=reported.ended)
    units[reported.unit] = {
        "run": reported.run,
        "number": reported.number,
        "ended": reported.ended,
        "completed": bool(before.get("completed")) or now.completed,
        "passed": _ever(before.get("passed"), now.passed),
        "score": _best(before.get("score"), now.score),
        "cmi": values,
    }
    if sum(_size(one) for one in units.values()) > MOST_CHARACTERS:
        raise ReportTooLargeError
    return Tracked({"units": units, "last": reported.unit}, together(package.scos, units))


def together(scos: Sequence[ScormUnit], units: Mapping[str, Mapping[str, Any]]) -> Outcome:
    """Return the outcome of an activity: completed if every unit is, passed if each one that says so is; the score is their mean."""
    found = [units.get(one.id) or {} for one in scos]
    said = [one["passed"] for one in found if one.get("passed") is not None]
    completed = all(one.get("completed") or one.get("passed") for one in found)
    scores = [one["score"] for one in found if one.get("score") is not None]
    passed = None if not said or (all(said) and not completed) else all(said)
    return Outcome(completed, passed, round(sum(scores) / len(scores), 4) if scores else None)


def _clean(values: Mapping[str, Any]) -> dict[str, str]:
    """Return the values as texts, without empty ones and without names outside the data model.

    Raises:
        ReportTooLargeError: There are too many values, or one is too long.
    """
    found = {name: _text(value) for name, value in values.items() if name.startswith("cmi.") and value not in (None, "")}
    if len(found) > MOST_VALUES or any(len(name) > LONGEST_NAME or len(text) > LONGEST_VALUE for name, text in found.items()):
        raise ReportTooLargeError
    return found


def _text(value: Any) -> str:
    return value if isinstance(value, str) else str(value).lower() if isinstance(value, bool) else str(value)


def _size(unit: Mapping[str, Any]) -> int:
    return sum(len(name) + len(text) for name, text in (unit.get("cmi") or {}).items())


def _ever(before: bool | None, now: bool | None) -> bool | None:
    return True if before or now else before if now is None else now


def _best(before: float | None, now: float | None) -> float | None:
    return now if before is None else before if now is None else max(before, now)


def _outcome(version: str, values: Mapping[str, str], *, ended: bool) -> Outcome:
    """Return what one unit reports.

    In 1.2 (RTE 3.4.4), a unit that ends and never said its status is completed. "failed" leaves open whether all was seen, so it does
    not complete.
    """
    if version == V12:
        status = values.get("cmi.core.lesson_status", "")
        passed = {"passed": True, "failed": False}.get(status)
        silent = ended and status in {"", "not attempted"}
        return Outcome(silent or status in {"completed", "passed"}, passed, _scaled(values, "cmi.core.score."))
    passed = {"passed": True, "failed": False}.get(values.get("cmi.success_status", ""))
    return Outcome(_completed_2004(values, ended=ended), passed, _scaled(values, "cmi.score."))


def _completed_2004(values: Mapping[str, str], *, ended: bool) -> bool:
    """A unit that ends without saying a word about completion, and does not suspend, is completed (SN 4.2.1.1.1)."""
    status = values.get("cmi.completion_status", "unknown")
    return status == "completed" or (status == "unknown" and ended and values.get("cmi.exit", "") != "suspend")


def _scaled(values: Mapping[str, str], place: str) -> float | None:
    """Return a score from 0 to 1: the scaled one if it is stated, otherwise the raw one between its bounds (0 to 100 unless stated)."""
    scaled, raw = _number(values.get(f"{place}scaled")), _number(values.get(f"{place}raw"))
    if scaled is None and raw is not None:
        least, most = _number(values.get(f"{place}min")) or 0.0, _number(values.get(f"{place}max")) or 100.0
        scaled = (raw - least) / (most - least) if most > least else None
    return round(scaled, 4) if scaled is not None and 0 <= scaled <= 1 else None


def _number(text: str | None) -> float | None:
    try:
        return float(text) if text and len(text) <= LONGEST_NUMBER and text.isascii() else None
    except ValueError:
        return None
