"""Every rule of a track's requirements again, written simply and slowly, sharing no code.

Attendance is counted second by second, months day by day, clashes pair by pair.
"""

from datetime import UTC, date, datetime, timedelta
from fractions import Fraction
from zoneinfo import ZoneInfo

from lms.hours import Accepted, Attended, Case, Logged, Present, TrackRules, Waived
from tests.property.hours import naive


def track_of(case: Case) -> TrackRules:
    assert case.track is not None
    return case.track


def seconds_attended(case: Case, place: str) -> set[int]:
    """Return every second of a session during which the learner was in it."""
    session = track_of(case).sessions[place]
    there = set()
    for seen in case.attestations:
        if isinstance(seen, Attended) and seen.place == place and seen.end is not None:
            there |= set(range(max(seen.start, session.start), min(seen.end, session.end)))
    return there


def is_done(case: Case, activities: list[str]) -> bool:
    if not activities or not all(naive.is_open(case, activity) for activity in activities):
        return False
    worked = Fraction(0)
    for activity in activities:
        cap = naive.cap(case, activity)
        worked += cap if case.activities[activity].media_seconds is not None else min(cap, naive.measured(case, activity))
    return worked >= Fraction(case.policy.finished_share) * sum(case.activities[activity].cap_seconds for activity in activities)


def counts(case: Case, place: str) -> bool:
    """Say whether a session counts."""
    session = track_of(case).sessions[place]
    if len(seconds_attended(case, place)) >= Fraction(case.policy.attended_share) * (session.end - session.start):
        return True
    plans = [plan for plan in track_of(case).replacements.values() if place in plan.sessions]
    return any(plan.activities and all(is_done(case, [activity]) for activity in plan.activities) for plan in plans)


def courses_done(case: Case) -> set[str]:
    return {
        course
        for course in track_of(case).courses
        if is_done(case, [activity for activity, rule in case.activities.items() if rule.course == course])
    }


def month_ends(starts: date, number: int) -> date:
    """Return the day on which month `number` has passed, found by walking."""
    year, month = starts.year, starts.month
    for _ in range(number):
        year, month = (year + 1, 1) if month == 12 else (year, month + 1)
    last = date(year, month, 1)
    while last.day < starts.day and (last + timedelta(days=1)).month == month:
        last += timedelta(days=1)
    return last


def months(case: Case, name: str) -> int:
    rule = track_of(case).requirements[name]
    assert rule.starts is not None
    assert case.as_of is not None
    today = datetime.fromtimestamp(case.as_of, UTC).astimezone(ZoneInfo(case.policy.time_zone)).date()
    logs = {(seen.log, seen.on) for seen in case.attestations if isinstance(seen, Logged) and seen.requirement == name}
    found, number = 0, 1
    while month_ends(rule.starts, number) <= today:
        within = {log for log, on in logs if month_ends(rule.starts, number - 1) <= on < month_ends(rule.starts, number)}
        found += len(within) >= rule.logs_a_month
        number += 1
    return found


def waived(case: Case, name: str) -> Fraction:
    waivers = {seen.id: seen for seen in case.attestations if isinstance(seen, Waived)}
    return sum((Fraction(one.amount) for one in waivers.values() if one.requirement == name), Fraction(0))


def rounded(case: Case, seconds: int) -> Fraction:
    step = Fraction(case.policy.round_to)
    return Fraction(seconds, case.policy.hour_minutes * 60) // step * step


def worked(case: Case, name: str) -> Fraction:
    """Return the earned amount of a requirement, without waivers."""
    kind = track_of(case).requirements[name].kind
    if kind == "hours":
        credited = naive.credited(case)
        return rounded(case, sum(credited[activity] for activity, rule in case.activities.items() if rule.counts_to == name))
    if kind == "days":
        sessions = track_of(case).sessions
        return sum(
            (Fraction(one.half_days, 2) for place, one in sessions.items() if one.counts_to == name and counts(case, place)), Fraction()
        )
    if kind == "months":
        return Fraction(months(case, name))
    if kind == "tasks":
        return Fraction(len({seen.task for seen in case.attestations if isinstance(seen, Accepted) and seen.requirement == name}))
    return Fraction(sum(track_of(case).courses[course] for course in courses_done(case)))


def target(case: Case, name: str) -> Fraction | None:
    rule = track_of(case).requirements[name]
    if rule.kind == "courses" and rule.target is None:
        return Fraction(sum(track_of(case).courses.values()))
    return None if rule.target is None else Fraction(rule.target)


def verdict(case: Case) -> dict[str, tuple[Fraction, Fraction, Fraction | None, Fraction, bool]]:
    """Return (earned, waived, target, missing, met) of each requirement."""
    found = {}
    for name in track_of(case).requirements:
        granted, asked = waived(case, name), target(case, name)
        earned = worked(case, name) + granted
        missing = Fraction(0) if asked is None else max(Fraction(0), asked - earned)
        met = earned > 0 if asked is None else earned >= asked
        found[name] = (earned, granted, asked, missing, met)
    return found


def hours(case: Case) -> Fraction:
    """Return the total: everything credited, without activities that replace sessions."""
    instead = {activity for plan in track_of(case).replacements.values() for activity in plan.activities}
    return rounded(case, sum(seconds for activity, seconds in naive.credited(case).items() if activity not in instead))


def clashes(case: Case) -> set[tuple[str, str]]:
    """Return (place, activity) wherever somebody was online in an attended second."""
    found = set()
    for place in track_of(case).sessions:
        there = seconds_attended(case, place)
        for seen in case.observations:
            if isinstance(seen, Present) and any(seen.start <= second < seen.end for second in there):
                found.add((place, seen.activity))
    return found
