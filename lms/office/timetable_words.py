"""Texts for the problems of sessions and of timetable rows."""

from collections.abc import Mapping

from flask_babel import LazyString
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from lms.classes.planning import HALF_DAYS_MAX, LINK_MAX, PLACE_MAX, TEACHER_MAX, TITLE_MAX
from lms.classes.timetable import SESSIONS_MAX, PlanProblem
from lms.classes.timetable_file import RowProblem

MOST = {"title": TITLE_MAX, "place": PLACE_MAX, "teacher": TEACHER_MAX, "link": LINK_MAX}
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


def said(problem: PlanProblem | RowProblem) -> str:
    """Return the problem as a sentence without the field's name."""
    about = problem.about if isinstance(problem, PlanProblem) else problem.said
    words = {
        "bad-key": _("1 to 32 letters, digits or . _ -"),
        "bad-title": _("1 to %(most)s characters, in one line", most=TITLE_MAX),
        "bad-text": _("at most %(most)s characters, in one line", most=MOST.get(problem.field, TITLE_MAX)),
        "too-long": _("is too long"),
        "bad-link": _("begins with https://"),
        "bad-half-days": _("1 or %(most)s", most=HALF_DAYS_MAX),
        "live-has-no-half-days": _("a live online session counts hours, not half-days"),
        "unknown-requirement": _("%(said)s is not a phase with days or hours of this programme", said=about or "–"),
        "ends-before-it-starts": _("ends before it begins"),
        "bad-length": _("a session lasts from 15 minutes to 14 hours"),
        "outside-the-class": _("lies outside the days of the class"),
        "overlaps": _("is at the same time as “%(other)s”", other=about),
        "too-many-sessions": _("A class has at most %(most)s sessions", most=SESSIONS_MAX),
        "bad-day": _("“%(said)s” is not a day; write 2026-03-01", said=about[:40]),
        "bad-time": _("“%(said)s” is not a time; write 08:30-11:30, or 上午, 下午, 晚上", said=about[:40]),
        "bad-yes-no": _("“%(said)s” is neither 是 nor 否", said=about[:40]),
    }
    return words[problem.code]
