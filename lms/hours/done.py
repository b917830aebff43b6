"""Which activities, courses and sessions are done?"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from decimal import Decimal

from lms.hours.attendance import is_attended
from lms.hours.intervals import length
from lms.hours.track_values import SessionResult, TrackRules
from lms.hours.values import ActivityResult, Interval, Policy, Rule

Work = tuple[Rule, ActivityResult]


def is_done(work: Iterable[Work], share: Decimal) -> bool:
    """Say whether these activities are done together: every gate is open, and `share` of their minutes was worked.

    Worked time is measured, not credited: otherwise seconds that another activity receives could undo a finished course. For
    media it is the covered time, at any allowed speed. An empty set of activities is never done.
    """
    parts = list(work)
    if not parts or not all(result.gate.open for _, result in parts):
        return False
    worked = sum(worked_seconds(rule, result) for rule, result in parts)
    above, below = share.as_integer_ratio()
    return worked * below >= above * sum(rule.cap_seconds for rule, _ in parts)


def worked_seconds(rule: Rule, result: ActivityResult) -> int:
    """Return the worked part of an activity's minutes."""
    return result.cap_seconds if rule.media_seconds is not None else min(result.measured_seconds, result.cap_seconds)


def replacing(track: TrackRules | None) -> frozenset[str]:
    """Return the activities that replace sessions."""
    return frozenset() if track is None else frozenset().union(*(plan.activities for plan in track.replacements.values()))


def courses_done(track: TrackRules, work: Mapping[str, Work], share: Decimal) -> frozenset[str]:
    """Return the courses whose activities are done together."""
    of_course: dict[str, list[Work]] = defaultdict(list)
    for rule, result in work.values():
        if rule.course is not None:
            of_course[rule.course].append((rule, result))
    return frozenset(course for course in track.courses if is_done(of_course.get(course, ()), share))


def sessions_done(
    track: TrackRules, work: Mapping[str, Work], attended: Mapping[str, list[Interval]], policy: Policy
) -> dict[str, SessionResult]:
    """Say of each session whether it counts: it was attended, or one of its replacements has every activity done."""
    done_instead: dict[str, list[str]] = defaultdict(list)
    for name, plan in sorted(track.replacements.items()):
        if plan.activities and all(is_done([work[activity]], policy.finished_share) for activity in plan.activities):
            for place in plan.sessions:
                done_instead[place].append(name)
    found = {}
    for place, session in track.sessions.items():
        seconds, plans = length(attended[place]), tuple(done_instead.get(place, ()))
        found[place] = SessionResult(seconds, bool(plans) or is_attended(session, seconds, policy.attended_share), plans)
    return found
