"""How long does the pure core need to decide a learner, and how does that grow? The floor is sorting the evidence once."""

import statistics

from lms.hours import recompute
from tests.benchmarks import evidence, picture
from tests.benchmarks.measuring import Subject, compare, cpu_ms, here, print_table
from tests.benchmarks.places import Places

TYPICAL, HEAVY = (10, 300), (60, 3000)
TRACK = (300, 60, 20_000)
ACTIVITIES, OBSERVATIONS = (1, 10, 60, 120), (30, 300, 3000, 12_000)
DAILY_LIMIT_MINUTES = 180


def main(places: Places) -> None:
    """Measure typical and heavy learners, then a table of sizes."""
    subjects = []
    for name, (activities, observations), aim in (("typical", TYPICAL, "2 ms"), ("heavy", HEAVY, "20 ms")):
        sizes = f"{name}: {activities} activities, {observations:,} observations"
        plain, limited = evidence.case(activities, observations), evidence.case(activities, observations, DAILY_LIMIT_MINUTES)
        subjects += [
            Subject(f"{name}: sorted", here(lambda plain=plain: sorted(plain.observations, key=hash))),
            Subject(sizes, here(lambda plain=plain: recompute(plain)), (f"{name}: sorted",), aim),
            Subject(f"{name}, with a daily limit", here(lambda limited=limited: recompute(limited)), (f"{name}: sorted",), aim),
        ]
    subjects += _track_subjects()
    compare(subjects, places.effort)
    print("\nms to decide, by observations (down) and activities (across)")
    grown = {one: [_once(one, many, places) for many in OBSERVATIONS] for one in ACTIVITIES}
    rows = [(f"{many:,}", *(f"{grown[one][row]:.2f}" for one in ACTIVITIES)) for row, many in enumerate(OBSERVATIONS)]
    print_table(("", *(str(one) for one in ACTIVITIES)), rows)
    lines = {f"{one} activities": list(zip(OBSERVATIONS, times, strict=True)) for one, times in grown.items()}
    print(f"picture: {picture.draw('core', 'Deciding one learner anew', ('observations', 'ms of CPU'), lines)}")


def _track_subjects() -> list[Subject]:
    activities, sessions, observations = TRACK
    track = evidence.track_case(activities, sessions, observations)
    everything = [*track.observations, *track.attestations]
    sizes = f"track: {activities} activities, {sessions} sessions, {observations:,} observations"
    return [
        Subject("track: sorted", here(lambda: sorted(everything, key=hash))),
        Subject(sizes, here(lambda: recompute(track)), ("track: sorted",), "150 ms"),
    ]


def _once(activities: int, observations: int, places: Places) -> float:
    case = evidence.case(activities, observations)
    work = here(lambda: recompute(case))
    return statistics.median(cpu_ms(work(places.effort.seconds / 20)) for _ in range(places.effort.turns))
