"""Compute what was earned in the ledger's terms: whole numbers of a unit on accounts.

An activity earns seconds, a session half-days, a requirement months, tasks or courses. Waived amounts of a
requirement are on a separate account, in the requirement's unit.
"""

from collections import defaultdict
from collections.abc import Mapping
from typing import NamedTuple

from lms.hours.done import courses_done, sessions_done
from lms.hours.months import local_date, months_earned
from lms.hours.rounding import floor_times
from lms.hours.track_values import (
    Accepted,
    EarningAccount,
    Earnings,
    Logged,
    RequirementKind,
    RequirementRule,
    SessionResult,
    TrackRules,
    Unit,
    Waived,
)
from lms.hours.values import ActivityResult, Case, Interval, Policy

UNITS: Mapping[RequirementKind, Unit] = {
    "hours": "seconds",
    "days": "half_days",
    "months": "months",
    "tasks": "tasks",
    "courses": "courses",
}


class Earned(NamedTuple):
    """The earnings of a track before they are judged."""

    earnings: Earnings
    sessions: Mapping[str, SessionResult]
    courses_done: frozenset[str]


def units_in_one(kind: RequirementKind, policy: Policy) -> int:
    """Return how many of the ledger's units are one unit of the requirement: seconds in an hour, half-days in a day."""
    return {"hours": policy.hour_minutes * 60, "days": 2}.get(kind, 1)


def earn(case: Case, track: TrackRules, activities: Mapping[str, ActivityResult], attended: Mapping[str, list[Interval]]) -> Earned:
    """Return the amount of every account that has one.

    `activities` are their results, `attended` the learner's joined intervals in each session.

    Raises:
        KeyError: an observation names a requirement that the track does not have.
    """
    work = {name: (case.activities[name], result) for name, result in activities.items()}
    sessions = sessions_done(track, work, attended, case.policy)
    done = courses_done(track, work, case.policy.finished_share)
    amounts: dict[EarningAccount, int] = {EarningAccount(name, "seconds"): result.credited_seconds for name, result in activities.items()}
    for place, session in track.sessions.items():
        amounts[EarningAccount(place, "half_days")] = session.half_days if sessions[place].counts else 0
    compulsory = sum(track.courses[course] for course in done)
    tasks, months = _tasks(case), _months(case, track)
    for name, rule in track.requirements.items():
        earned = {"months": months.get(name, 0), "tasks": tasks.get(name, 0), "courses": compulsory}
        if rule.kind in earned:
            amounts[EarningAccount(name, UNITS[rule.kind])] = earned[rule.kind]
    for one in _waivers(case):
        kind = track.requirements[one.requirement].kind
        account = EarningAccount(one.requirement, UNITS[kind], waived=True)
        amounts[account] = amounts.get(account, 0) + floor_times(one.amount, units_in_one(kind, case.policy))
    return Earned({account: amount for account, amount in amounts.items() if amount}, sessions, done)


def _tasks(case: Case) -> dict[str, int]:
    """Return how many different tasks of each requirement were accepted."""
    accepted = {(seen.requirement, seen.task) for seen in case.attestations if isinstance(seen, Accepted)}
    found: dict[str, int] = defaultdict(int)
    for requirement, _ in accepted:
        found[requirement] += 1
    return found


def _months(case: Case, track: TrackRules) -> dict[str, int]:
    logs: dict[str, list[Logged]] = defaultdict(list)
    for seen in case.attestations:
        if isinstance(seen, Logged):
            logs[seen.requirement].append(seen)
    today = None if case.as_of is None or not logs else local_date(case.as_of, case.policy.time_zone)
    found = {}
    for name, own in logs.items():
        rule: RequirementRule = track.requirements[name]
        if today is not None and rule.starts is not None:
            found[name] = months_earned(own, rule.starts, rule.logs_a_month, today)
    return found


def _waivers(case: Case) -> list[Waived]:
    """Return each waiver once: waivers with the same id are the same waiver, in any order."""
    found: dict[str, Waived] = {}
    for seen in case.attestations:
        if isinstance(seen, Waived):
            found[seen.id] = max(seen, found.get(seen.id, seen))
    return list(found.values())
