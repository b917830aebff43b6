"""Describe an activity in words: its format, and what must be done before its time counts."""

from collections.abc import Collection, Iterable

from flask_babel import gettext as _

from courses.formats import FORMATS
from courses.formats.format import Format
from courses.outline import Activity

CONDITIONS = ("completed", "passed", "completed_or_passed", "coverage")


def gate_words(activity: Activity, among: Collection[str] = CONDITIONS, open_answers: Collection[str] = ()) -> list[str]:
    """Return one phrase for each condition of an activity that is in `among`; none if presence alone counts.

    `open_answers`: keys of the activities that people review; their answers are accepted, not passed.
    """
    usual = {
        "completed": _("complete it"),
        "passed": _("have your answer accepted") if activity.key in open_answers else _("pass it"),
        "completed_or_passed": _("complete it or pass it"),
        "coverage": _("watch %(percent)s %% of it", percent=_percent(activity)),
    }
    own = FORMATS[activity.format].conditions
    required = [need for need in usual if activity.requires.get(need) and need in among]
    return [_(own[need], percent=_percent(activity)) if need in own else usual[need] for need in required]


def _percent(activity: Activity) -> int:
    return round(float(activity.requires.get("coverage", 0)) * 100)


def covered_words(activity: Activity, percent: int) -> str:
    """Return the phrase for the share of an activity's media that was played so far."""
    return _(FORMATS[activity.format].covered, percent=percent)


def format_words(activity: Activity) -> str:
    """Return the name of an activity's format."""
    return _(FORMATS[activity.format].words)


def outline_words(activity: Activity, open_answers: Collection[str]) -> str:
    """Return the kind of an activity for a learner's outline; '' if it is not shown. `open_answers`: keys of those that people review."""
    if activity.key in open_answers:
        return _("Reflection")
    if activity.grading == "server":
        return _("Quiz")
    return format_words(activity) if FORMATS[activity.format].named_in_outlines else ""


def icon_of(activity: Activity, open_answers: Collection[str] = ()) -> str:
    """Return the name of the icon of an activity; `open_answers` as in `outline_words`."""
    if activity.key in open_answers:
        return "edit"
    return "quiz" if activity.grading == "server" else FORMATS[activity.format].icon


def upload_words(formats: Iterable[Format] = FORMATS.values()) -> str:
    """Return the kinds of files that are a course by themselves, with their endings."""
    return _(", ").join(f"{_(one.words)} ({' '.join(one.uploads)})" for one in formats if one.uploads)
