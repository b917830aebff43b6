"""The sentences of the problems of a timetable."""

from collections.abc import Mapping

from courses.strict_json.problem import N_

SENTENCES: Mapping[str, str] = {
    "bad-key": N_("1 to 32 letters, digits or . _ -"),
    "bad-title": N_("1 to %(most)s characters, in one line"),
    "bad-text": N_("at most %(most)s characters, in one line"),
    "too-long": N_("is too long"),
    "bad-link": N_("begins with https://"),
    "bad-half-days": N_("1 or %(most)s"),
    "too-many-half-days": N_("%(day)s would have more than %(most)s half-days; let one session of the day last longer instead"),
    "live-has-no-half-days": N_("a live online session counts hours, not half-days"),
    "unknown-requirement": N_("%(said)s is not a phase with days or hours of this programme"),
    "ends-before-it-starts": N_("ends before it begins"),
    "bad-length": N_("a session lasts from 15 minutes to 14 hours"),
    "outside-the-class": N_("lies outside the days of the class"),
    "overlaps": N_("is at the same time as “%(other)s”"),
    "too-many-sessions": N_("A class has at most %(most)s sessions"),
    "bad-day": N_("“%(said)s” is not a day; write 2026-03-01"),
    "bad-time": N_("“%(said)s” is not a time; write 08:30-11:30, or 上午, 下午, 晚上"),
    "bad-yes-no": N_("“%(said)s” is neither 是 nor 否"),
}
