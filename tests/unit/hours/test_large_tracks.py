"""Is a long history judged in linear time?"""

import time
from dataclasses import replace

from lms.hours import Attended, Case, Present, recompute
from tests.benchmarks.evidence import BEGIN, track_case

MOST_GROWTH = 10  # four times the evidence: four times the work, and room for a busy machine; a square would be sixteen


def cpu_s(case: Case) -> float:
    """Return the least CPU time of a few turns."""
    turns = []
    for _ in range(3):
        before = time.process_time()
        recompute(case)
        turns.append(time.process_time() - before)
    return min(turns)


def test_four_times_the_evidence_of_a_whole_track_takes_about_four_times_as_long() -> None:
    assert cpu_s(track_case(300, 60, 20_000)) < MOST_GROWTH * cpu_s(track_case(300, 60, 5_000))


def test_a_day_of_a_thousand_check_ins_and_tabs_is_judged_as_fast() -> None:
    """Everything in one session: comparing each activity with each piece of attendance would take quadratic time."""

    def crowded(size: int) -> Case:
        case = track_case(300, 1, 10)
        names = sorted(case.activities)
        came = [Attended("session-0", BEGIN + 2 * number, BEGIN + 2 * number + 1) for number in range(size)]
        online = [Present(names[number % 300], "s", "pc", BEGIN + 2 * number + 1, BEGIN + 2 * number + 2) for number in range(size)]
        return replace(case, observations=online, attestations=came)

    small, large = crowded(1250), crowded(5000)
    assert not [flag for flag in recompute(large).flags if flag.kind == "clash"]
    assert cpu_s(large) < MOST_GROWTH * cpu_s(small)
