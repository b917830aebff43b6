"""On how many records of evidence does each requirement of a transcript rest? Pure."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping

from lms.hours import Case
from lms.hours.track_values import Attended, TrackRules


def evidence_counts(case: Case) -> Mapping[str, int]:
    """Return the number of records in the evidence bundle that speak about each requirement, whether they earned something or not.

    A record of a compulsory course can speak about its hours and about the course, and then counts for both.
    """
    found: Counter[str] = Counter()
    if case.track is None:
        return found
    of_activity = _requirements_of_activities(case, case.track)
    for seen in case.observations:
        found.update(of_activity[seen.activity])
    for attested in case.attestations:
        if not isinstance(attested, Attended):
            found[attested.requirement] += 1
        elif attested.place in case.track.sessions:
            found[case.track.sessions[attested.place].counts_to] += 1
    return found


def _requirements_of_activities(case: Case, track: TrackRules) -> Mapping[str, set[str]]:
    found: dict[str, set[str]] = defaultdict(set)
    for name, rule in case.activities.items():
        found[name].update([rule.counts_to] if rule.counts_to else [])
        if rule.course is not None and track.courses.get(rule.course):
            found[name].update(_of_courses(track))
    for plan in track.replacements.values():
        for name in plan.activities:
            found[name].update(track.sessions[place].counts_to for place in plan.sessions if place in track.sessions)
    return found


def _of_courses(track: TrackRules) -> Iterator[str]:
    return (key for key, one in track.requirements.items() if one.kind == "courses")
