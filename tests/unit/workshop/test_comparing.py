"""Are the differences between two versions of a course found, in a time that grows with the course only?"""

import time
from typing import Any

from lms.workshop.comparing import MOVED, differences
from lms.workshop.edits import DraftDocument

MOST_GROWTH = 10  # four times the activities: four times the work, and room for a busy machine; a square would be sixteen


def course(activities: int, modules: int = 2) -> DraftDocument:
    text = {"zh": "题", "en": "Title"}
    parts: list[dict[str, Any]] = [{"key": f"m{number}", "title": text, "activities": []} for number in range(modules)]
    for number in range(activities):
        one = {"key": f"a{number}", "title": {"zh": f"题 {number}", "en": ""}, "summary": text, "format": "h5p", "files": "0"}
        parts[number * modules // activities]["activities"].append(one)
    return {"code": "c", "title": text, "summary": text, "kind": "general", "language": "zh", "modules": parts}


def cpu_s(size: int) -> float:
    """Return the least CPU time of a few turns."""
    old, new, turns = course(size), course(size), []
    for _ in range(3):
        before = time.process_time()
        assert differences(old, new) == []
        turns.append(time.process_time() - before)
    return min(turns)


def test_an_activity_in_another_module_is_said_to_have_moved_between_the_two() -> None:
    old, new = course(4), course(4)
    new["modules"][1]["title"] = {"zh": "乙", "en": "B"}
    new["modules"][1]["activities"].insert(0, new["modules"][0]["activities"].pop())
    [moved] = [one for one in differences(old, new) if one.what == MOVED]
    assert (moved.title["zh"], moved.before["en"], moved.after["en"]) == ("题 1", "Title", "B")


def test_four_times_the_activities_take_about_four_times_as_long() -> None:
    assert cpu_s(4_000) < MOST_GROWTH * cpu_s(1_000)
