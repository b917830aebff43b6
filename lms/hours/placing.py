"""Place the credited seconds of one case in time: exactly those seconds, no second twice, the earliest ones first.

The account of an enrolment says how many seconds of an activity count. A record over several years must also say when they passed.
"""

from collections.abc import Iterable, Mapping
from fractions import Fraction

from lms.hours.allocation import ANY_DAY, Claims, allocate
from lms.hours.attendance import attended_intervals, is_attended
from lms.hours.days import cut_at_midnight
from lms.hours.decide import in_order, recompute
from lms.hours.evidence import sort_out
from lms.hours.holds import sift
from lms.hours.intervals import clip, lay_over, union
from lms.hours.lifetime_values import LifetimeLine
from lms.hours.track_values import TrackResult, TrackRules
from lms.hours.values import Case, Interval

HALF_DAYS = 2  # of a day


def lines_of(enrolment: int, case: Case, day_seconds: Fraction | None) -> list[LifetimeLine]:
    """Return an enrolment's credited time: of activities, and of sessions that count. `day_seconds`: the most of a whole day.

    A session counts with the time that was attended, or with the time of the activities that replaced it. Without `day_seconds`,
    sessions are left out.
    """
    result = recompute(case)
    placed = placed_seconds(case, {name: one.credited_seconds for name, one in result.activities.items()})
    standing_in = (
        frozenset[str]() if case.track is None else frozenset().union(*(one.activities for one in case.track.replacements.values()))
    )
    found = [LifetimeLine(enrolment, name, "online", name, spans) for name, spans in placed.items() if name not in standing_in]
    if case.track is not None and result.track is not None and day_seconds is not None:
        found += _days(enrolment, case, (case.track, result.track, placed), day_seconds)
    return [one for one in found if one.spans]


def placed_seconds(case: Case, credited: Mapping[str, int]) -> dict[str, tuple[Interval, ...]]:
    """Return which of its measured seconds each activity is credited with."""
    names = [name for name in in_order(case.activities) if credited[name]]
    found = sort_out(case, sift(case, attended_intervals(case)).counting)
    slots = lay_over({name: clip(union(found[name].times), *case.window) for name in names})
    limit = case.policy.daily_limit_minutes
    shares = allocate(
        Claims(names, [credited[name] for name in names], slots), None if limit is None else limit * 60, case.policy.time_zone
    ).shares()
    left = {(share.day, frozenset(share.given)): dict(share.given) for share in shares}
    limited = {share.day for share in shares} - {ANY_DAY}
    spans: dict[str, list[Interval]] = {name: [] for name in names}
    for day, (start, end, live) in cut_at_midnight(slots, case.policy.time_zone):
        those = [name for bit, name in enumerate(names) if live >> bit & 1]
        pool = left.get((day if day in limited else ANY_DAY, frozenset(those)), {})
        since = start
        for name in those:
            seconds = min(pool.get(name, 0), end - since)
            if seconds:
                pool[name] -= seconds
                spans[name].append((since, since + seconds))
                since += seconds
    return {name: tuple(union(own)) for name, own in spans.items()}


def _days(
    enrolment: int, case: Case, judged: tuple[TrackRules, TrackResult, Mapping[str, tuple[Interval, ...]]], day_seconds: Fraction
) -> Iterable[LifetimeLine]:
    track, result, placed = judged
    attended = attended_intervals(case)
    replaced: dict[str, int] = {}  # half-days by replacement
    for place, session in sorted(track.sessions.items()):
        if is_attended(session, result.sessions[place].attended_seconds, case.policy.attended_share):
            most = int(day_seconds * session.half_days / HALF_DAYS)
            yield LifetimeLine(enrolment, place, "days", None, earliest(attended[place], most))
        elif result.sessions[place].replaced_by:
            plan = min(result.sessions[place].replaced_by)
            replaced[plan] = replaced.get(plan, 0) + session.half_days
    for plan, half_days in sorted(replaced.items()):
        own = {name: placed[name] for name in sorted(track.replacements[plan].activities) if name in placed}
        kept = earliest(union(span for spans in own.values() for span in spans), int(day_seconds * half_days / HALF_DAYS))
        for name, spans in own.items():  # no second is in two of them, so the parts make the whole
            yield LifetimeLine(enrolment, f"{plan}/{name}", "days", name, tuple(one for span in kept for one in clip(spans, *span)))


def earliest(spans: Iterable[Interval], most: int) -> tuple[Interval, ...]:
    """Return the first `most` seconds of sorted, disjoint spans."""
    found = []
    for start, end in spans:
        seconds = min(end - start, most)
        if seconds <= 0:
            break
        found.append((start, start + seconds))
        most -= seconds
    return tuple(found)
