"""Texts for the problems of sessions and of timetable rows."""

from collections.abc import Mapping

from flask_babel import LazyString
from flask_babel import lazy_gettext as _l

from courses.strict_json.problem import Problem
from lms.classes.sentences import SENTENCES
from lms.i18n import in_words

FIELDS: Mapping[str, LazyString] = {
    "day": _l("Day"),
    "slot": _l("Half-day"),
    "time": _l("Time"),
    "starts": _l("Begins"),
    "ends": _l("Ends"),
    "starts_at": _l("Begins"),
    "ends_at": _l("Ends"),
    "title": _l("Topic"),
    "requirement": _l("Counts toward"),
    "place": _l("Place"),
    "link": _l("Live link"),
    "teacher": _l("Taught by"),
    "practical": _l("Practical"),
    "half_days": _l("Half-days"),
    "key": _l("Key"),
    "": _l("Whole row"),
}


def said(problem: Problem) -> str:
    """Return the problem as a sentence without the field's name."""
    return in_words(problem, SENTENCES)
