"""Realistic evidence of a whole track, small enough to be counted second by second."""

from datetime import date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from hypothesis import strategies as st

from lms.hours import (
    Accepted,
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
    Replacement,
    RequirementRule,
    Rule,
    SessionRule,
    TrackRules,
    Waived,
)

ZONES = ["Asia/Shanghai", "America/New_York", "UTC"]
BEGINS = 1772416800  # 2026-03-02T02:00Z
SESSION_S = 100
targets = st.sampled_from([None, Decimal("0.5"), Decimal(1), Decimal("1.5"), Decimal(2)])
starts = st.sampled_from([date(2026, 1, 31), date(2026, 3, 15), date(2026, 8, 31), date(2027, 12, 30), date(2028, 2, 29)])
shares = st.sampled_from([Decimal("0.8"), Decimal("0.5"), Decimal(1), Decimal("0.33")])


@st.composite
def track_cases(draw: st.DrawFn) -> Case:
    """Draw a case with requirements of every kind, two of them hours and two days."""
    courses = draw(st.dictionaries(st.sampled_from(["art", "bio"]), st.booleans(), max_size=2)) | {"core": True}
    sessions = _sessions(draw)
    replacements = _replacements(draw, list(sessions))
    instead = {activity for plan in replacements.values() for activity in plan.activities}
    activities = {name: draw(_rules(courses)) for name in draw(st.lists(st.sampled_from("abcde"), min_size=1, unique=True))}
    activities |= {name: Rule(draw(st.sampled_from([30, 60]))) for name in sorted(instead)}
    months = RequirementRule("months", draw(targets), draw(starts), draw(st.sampled_from([1, 1, 2])))
    track = TrackRules(
        {
            "companion": RequirementRule("hours", draw(targets)),
            "Online": RequirementRule("hours", draw(targets)),
            "topics": RequirementRule("days", draw(targets)),
            "visit": RequirementRule("days", draw(targets)),
            "practice": months,
            "homework": RequirementRule("tasks", draw(targets)),
            "general": RequirementRule("courses", draw(targets)),
        },
        sessions,
        replacements,
        courses,
    )
    zone = draw(st.sampled_from(ZONES))
    return Case(
        policy=Policy(1, Decimal("0.1"), zone, draw(st.sampled_from([None, None, 2])), Decimal(2), draw(shares), draw(shares)),
        activities=activities,
        observations=draw(st.lists(_observations(sorted(activities)), max_size=10)),
        window=draw(st.sampled_from([(None, None), (None, None), (BEGINS + 100, BEGINS + 400)])),
        as_of=_as_of(draw, months, zone),
        track=track,
        attestations=[*draw(st.lists(_attended(sessions), max_size=8)), *_staff(draw, months)],
    )


def _as_of(draw: st.DrawFn, months: RequirementRule, zone: str) -> int:
    """Draw an instant around a local midnight, where a month may end."""
    assert months.starts is not None
    day = months.starts + timedelta(days=draw(st.sampled_from([0, 28, 29, 30, 31, 59, 60, 61, 90, 92, 125])))
    local = datetime(day.year, day.month, day.day, tzinfo=ZoneInfo(zone))
    return int(local.timestamp()) + draw(st.sampled_from([-1, 0, 3600]))


def _sessions(draw: st.DrawFn) -> dict[str, SessionRule]:
    at, found = BEGINS, {}
    for name in draw(st.lists(st.sampled_from(["s1", "s2", "s3"]), unique=True)):
        at += draw(st.sampled_from([0, 0, 60]))
        worth = draw(st.sampled_from([0, 1, 1, 2]))
        found[name] = SessionRule(draw(st.sampled_from(["topics", "visit"])), at, at + SESSION_S, worth)
        at += SESSION_S
    return found


def _replacements(draw: st.DrawFn, sessions: list[str]) -> dict[str, Replacement]:
    if not sessions:
        return {}
    some = st.frozensets(st.sampled_from(sessions), min_size=1)
    found = {"p": Replacement(draw(some), frozenset(draw(st.lists(st.sampled_from(["r1", "r2"]), unique=True))))}
    if draw(st.booleans()):
        found["q"] = Replacement(draw(some), frozenset({"r3"}))
    return found


def _rules(courses: dict[str, bool]) -> st.SearchStrategy[Rule]:
    own = {"counts_to": st.sampled_from([None, "companion", "Online"]), "course": st.sampled_from([None, *sorted(courses)])}
    plain = st.builds(Rule, st.sampled_from([0, 30, 60, 120]), passed=st.sampled_from([False, False, True]), **own)
    films = st.builds(Rule, st.just(60), media_seconds=st.just(60), coverage=st.sampled_from([None, Decimal("0.5")]), **own)
    return plain | films


@st.composite
def _observations(draw: st.DrawFn, activities: list[str]) -> Observation:
    activity, at = draw(st.sampled_from(activities)), BEGINS + draw(st.sampled_from([-60, 0, 20, 80, 99, 100, 160, 260]))
    kind = draw(st.sampled_from(["present", "present", "present", "played", "passed", "completed"]))
    if kind == "present":
        return Present(activity, f"s{at}", draw(st.sampled_from(["", "pc"])), at, at + draw(st.sampled_from([0, 1, 24, 48, 60, 120])))
    if kind == "played":
        return Played(activity, "s", at, draw(st.sampled_from([0, 20_000])), draw(st.sampled_from([20_000, 48_000, 60_000])), Decimal(2))
    return (Passed if kind == "passed" else Completed)(activity, "s", at)


@st.composite
def _attended(draw: st.DrawFn, sessions: dict[str, SessionRule]) -> Attestation:
    if not sessions:
        return Accepted("homework", "t0", BEGINS)
    place = draw(st.sampled_from(sorted(sessions)))
    came = sessions[place].start + draw(st.sampled_from([-500, 0, 0, 19, 20, 21, 50]))
    stayed = draw(st.sampled_from([None, 0, 20, 33, 50, 79, 80, 100, 1000]))
    return Attended(place, came, None if stayed is None else came + stayed)


def _staff(draw: st.DrawFn, months: RequirementRule) -> list[Attestation]:
    """Draw what staff accepted, logged and waived; a log has one date, a waiver's id one meaning."""
    assert months.starts is not None
    found: list[Attestation] = [Accepted("homework", task, BEGINS) for task in draw(st.lists(st.sampled_from("tuv"), max_size=4))]
    days = st.sampled_from([-1, 0, 1, 27, 28, 29, 30, 31, 58, 59, 60, 61, 90, 120])
    for log, after in draw(st.dictionaries(st.sampled_from("klmn"), days)).items():
        found += [Logged("practice", log, months.starts + timedelta(days=after))] * draw(st.sampled_from([1, 2]))
    for id_, requirement in draw(st.dictionaries(st.sampled_from("wx"), st.sampled_from(["topics", "companion", "practice"]))).items():
        amount = Decimal("0.5") if requirement != "practice" else Decimal(1)
        found += [Waived(id_, requirement, amount)] * draw(st.sampled_from([1, 2]))
    return found
