"""The sentences of the problems of attendance marks."""

from collections.abc import Mapping

from courses.strict_json.problem import N_

SENTENCES: Mapping[str, str] = {
    "unknown-state": N_("Choose one of the states."),
    "own-attendance": N_("Nobody notes their own attendance; ask a colleague."),
    "no-time": N_("Write when, such as 09:10."),
    "outside-the-session": N_("The time lies outside the session."),
    "bad-reason": N_("The reason has at most %(most)s characters, in one line."),
    "no-reason": N_("Say why."),
    "closing-needs-reason": N_("This person came by the code and has not gone. Say why you mark them."),
    "correction-needs-reason": N_("This changes what was noted before. Say why."),
    "bad-name": N_("The name has at most %(most)s characters, in one line."),
    "bad-instant": N_("“%(said)s” is not a time; write 2026-03-01 09:00:00."),
    "left-before-joining": N_("“%(said)s” lies before the time of joining."),
    "another-day": N_("“%(said)s” is more than twelve hours from the session. Is it the report of another meeting?"),
}
