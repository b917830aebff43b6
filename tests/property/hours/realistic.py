"""Realistic evidence: sessions of minutes to hours over days, around midnights and clock changes."""

from decimal import Decimal

from hypothesis import strategies as st

from lms.hours import Case, Completed, Observation, Passed, Played, Policy, Present, Reported, Rule
from lms.hours.days import midnight

# a local day and its zone: ordinary days, days of 23 and 25 hours, half-hour clock changes and odd offsets
PLACES = [
    (20513, "Asia/Shanghai"),
    (20520, "America/New_York"),
    (20758, "America/New_York"),
    (20541, "Europe/Berlin"),
    (20548, "Australia/Lord_Howe"),
    (20513, "Asia/Kathmandu"),
]
NAMES = ("art", "bio", "civics", "drama", "english")
DEVICES = ("", "pc", "phone")
HOUR = 3600
MEDIA_S = 1200

rules = st.builds(
    Rule,
    cap_seconds=st.sampled_from([0, 600, 1200, 2700, 5400]),
    completed=st.sampled_from([False, False, True]),
    passed=st.sampled_from([False, False, True]),
)
films = st.builds(
    Rule,
    cap_seconds=st.sampled_from([900, 1200, 2700]),
    media_seconds=st.just(MEDIA_S) | st.just(Decimal("1199.5")),
    coverage=st.sampled_from([None, Decimal("0.5"), Decimal("0.9"), Decimal(1)]),
)
rates = st.sampled_from([Decimal(1), Decimal("1.5"), Decimal(2), Decimal("2.001"), Decimal(16)])


@st.composite
def cases(draw: st.DrawFn) -> Case:
    """Draw a case of up to five activities and about ten sessions."""
    day, zone = draw(st.sampled_from(PLACES))
    activities = {name: draw(rules | films) for name in draw(st.lists(st.sampled_from(NAMES), min_size=1, unique=True))}
    start = midnight(day, zone)
    observations: list[Observation] = []
    for number in range(draw(st.integers(1, 10))):
        observations += draw(sessions(activities, f"s{number}", start))
    policy = Policy(
        hour_minutes=draw(st.sampled_from([40, 45, 50, 60])),
        round_to=draw(st.sampled_from([Decimal("0.1"), Decimal("0.5"), Decimal("0.25"), Decimal(1)])),
        time_zone=zone,
        daily_limit_minutes=draw(st.sampled_from([None, None, 0, 20, 45, 120, 1440])),
        max_rate=Decimal(2),
    )
    opens = draw(st.none() | st.integers(start - 2 * HOUR, start + 30 * HOUR))
    closes = draw(st.none() | st.integers(opens or start, start + 60 * HOUR))
    return Case(policy, activities, observations, (opens, closes))


@st.composite
def sessions(draw: st.DrawFn, activities: dict[str, Rule], session: str, start: int) -> list[Observation]:
    """Draw one sitting: often around midnight, in one activity, with the breaks, segments, words and claims it left behind."""
    activity, device = draw(st.sampled_from(sorted(activities))), draw(st.sampled_from(DEVICES))
    begins = start + draw(st.sampled_from([-1, 0, 9, 10, 23, 24, 47])) * HOUR + draw(st.sampled_from([0, 0, 1, 599, 1800, 3599]))
    observations: list[Observation] = []
    at = begins
    for seconds in draw(st.lists(st.sampled_from([1, 59, 60, 300, 1200, 1500, 5400]), max_size=3)):
        observations.append(Present(activity, session, device, at, at + seconds))
        at += seconds + draw(st.sampled_from([0, 1, 600]))
    position = draw(st.sampled_from([0, 0, 300_000, 900_500]))
    for length_ms in draw(st.lists(st.sampled_from([1, 299_999, 600_000, 1_080_000, 1_200_000]), max_size=2)):
        observations.append(Played(activity, session, at, position, position + length_ms, draw(rates)))
        position += length_ms
    if draw(st.integers(0, 3)) == 0:
        observations.append(Reported(activity, session, begins, at + 600, draw(st.sampled_from([0, 60, 600, 3600, 36_000]))))
    words = {1: [Completed], 2: [Passed], 3: [Completed, Passed]}.get(draw(st.integers(0, 5)), [])
    return observations + [word(activity, session, at) for word in words]
