"""The evidence of a learner: sittings of five-minute stretches, with the content's statements in between.

Deterministic: the same sizes give the same case. A tenth of the sittings overlaps the one before, on another device.
"""

import uuid
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from itertools import islice

from lms.hours import (
    Attended,
    Attestation,
    Case,
    Completed,
    Logged,
    Observation,
    Passed,
    Played,
    Policy,
    Present,
    RequirementRule,
    Rule,
    SessionRule,
    TrackRules,
)

BEGIN = 1_772_330_400  # 2026-03-01 10:00 in China
STRETCH_S, SITTING = 300, 5  # a sitting is about five stretches
DAY_S = 86_400
POLICY = Policy(hour_minutes=45, round_to=Decimal("0.1"), time_zone="Asia/Shanghai", daily_limit_minutes=None, max_rate=Decimal(2))


def rules(count: int) -> dict[str, Rule]:
    """Return activities: pages to read, films and quizzes by turns."""
    kinds = (
        Rule(2700, completed=True),
        Rule(2700, media_seconds=2700, coverage=Decimal("0.9")),
        Rule(1200, passed=True),
    )
    return {f"course-{number // 5}:a{number}": kinds[number % 3] for number in range(count)}


def observations(activities: Mapping[str, Rule], count: int) -> list[Observation]:
    """Return so many observations, spread over the activities."""
    return list(islice(_endless(list(activities.items())), count))


def _endless(activities: Sequence[tuple[str, Rule]]) -> Iterator[Observation]:
    number = 0
    while True:
        (name, rule), session = activities[number % len(activities)], str(uuid.UUID(int=number))
        other = number % 10 == 9
        start = BEGIN + (number - other) // 4 * DAY_S + (number - other) % 4 * 7200
        device = "phone-1" if other else "pc-1"
        yield from _sitting(name, rule, session, device, start)
        number += 1


def _sitting(name: str, rule: Rule, session: str, device: str, start: int) -> Iterator[Observation]:
    for number in range(SITTING):
        since = start + number * (STRETCH_S + 20 * (number % 2))
        yield Present(name, session, device, since, since + STRETCH_S)
        if rule.media_seconds is not None:
            position = number * STRETCH_S * 1000
            yield Played(name, session, since + STRETCH_S, position, position + STRETCH_S * 1000, 1.0)
    if rule.completed:
        yield Completed(name, session, start + 2000)
    if rule.passed:
        yield Passed(name, session, start + 2000)


def case(activity_count: int, observation_count: int, daily_limit_minutes: int | None = None) -> Case:
    """Return the case of one learner."""
    activities = rules(activity_count)
    policy = Policy(POLICY.hour_minutes, POLICY.round_to, POLICY.time_zone, daily_limit_minutes, POLICY.max_rate)
    return Case(policy, activities, observations(activities, observation_count))


def track_case(activity_count: int, session_count: int, observation_count: int) -> Case:
    """Return the case of one learner in a whole track: a fifth of the observations are attestations, the rest evidence from online."""
    attested = observation_count // 5
    alone = case(activity_count, observation_count - attested)
    sessions = {
        f"session-{number}": SessionRule("topics", start, start + 3 * 3600, 1)
        for number in range(session_count)
        for start in (BEGIN + number // 2 * DAY_S + number % 2 * 5 * 3600,)
    }
    activities = {name: replace(rule, counts_to="companion", course=name.partition(":")[0]) for name, rule in alone.activities.items()}
    courses = {str(rule.course): True for rule in activities.values()}
    requirements = {
        "companion": RequirementRule("hours", Decimal(30)),
        "general": RequirementRule("courses"),
        "practice": RequirementRule("months", Decimal(3), date(2026, 3, 15)),
        "topics": RequirementRule("days", Decimal(8)),
    }
    track = TrackRules(requirements, sessions, {}, courses)
    attestations = list(islice(_attested(sessions), attested))
    return replace(alone, activities=activities, track=track, attestations=attestations, as_of=BEGIN + 365 * DAY_S)


def _attested(sessions: Mapping[str, SessionRule]) -> Iterator[Attestation]:
    """Every session in pieces of two minutes, with a log after each round."""
    number = 0
    while True:
        for place, session in sessions.items():
            came = session.start + number * 150 % 10_000
            yield Attended(place, came, came + 120)
        yield Logged("practice", f"log-{number}", date(2026, 3 + number % 9, 20))
        number += 1
