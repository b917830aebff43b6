"""Are the demo's stories possible in reality?"""

from datetime import UTC, date, datetime, timedelta

import pytest

from courses.outline import Activity, Text
from lms.demo.people import PLACES, name_of, school_of
from lms.demo.story import STRETCH_S, Ending, Sitting, StoryActivity, sittings, stage_of, studies

FIRST, LAST = date(2026, 3, 2), date(2026, 3, 25)


def activity(key: str, minutes: int, media_seconds: int | None = None) -> Activity:
    nothing = Text("", "")
    return Activity(
        key=key,
        title=nothing,
        format="video" if media_seconds else "h5p",
        minutes=minutes,
        entry=key,
        requires={},
        media_seconds=media_seconds,
        grading="none",
        summary=nothing,
    )


SHELF = [
    ("a", activity("read", 45)),
    ("a", activity("film", 12, 700)),
    ("b", activity("quiz", 10)),
    ("b", activity("read", 30)),
    ("c", activity("long", 120)),
]


def told(number: int, first: date = FIRST, last: date = LAST) -> list[Sitting]:
    return sittings(studies(stage_of(number, len(SHELF)), SHELF), first, last, f"person-{number}")


@pytest.mark.parametrize("last", [LAST, FIRST + timedelta(days=2)])
def test_nobody_is_in_two_places_at_once(last: date) -> None:
    for number in range(1, 50):
        story = told(number, last=last)
        stretches = [stretch for sitting in story for stretch in sitting.stretches]
        assert all(start < end for start, end in stretches)
        assert all(before[1] <= after[0] for before, after in zip(stretches, stretches[1:], strict=False))
        assert all(sitting.opened_at <= sitting.stretches[0][0] for sitting in story)


def test_everything_happened_between_the_first_and_the_last_evening() -> None:
    for number in range(1, 50):
        for sitting in told(number):
            assert sitting.opened_at.date() >= FIRST
            assert sitting.ended_at < datetime(2026, 3, 26, tzinfo=UTC)


def test_a_story_is_told_the_same_way_every_time() -> None:
    assert [told(number) for number in range(1, 50)] == [told(number) for number in range(1, 50)]


def test_a_stretch_is_stated_before_it_grows_long() -> None:
    assert all(
        (end - start).total_seconds() < STRETCH_S + 15
        for number in range(1, 50)
        for sitting in told(number)
        for start, end in sitting.stretches
    )


def test_a_film_is_never_played_faster_than_time_passed_except_by_who_skipped() -> None:
    film = SHELF[1]
    for seed in range(30):
        done = sittings([StoryActivity(*film)], FIRST, LAST, str(seed))
        covered = sum(end - start for sitting in done for start, end in sitting.segments)
        assert covered == pytest.approx(700, abs=1)
        for sitting in done:
            present = (sitting.ended_at - sitting.opened_at).total_seconds()
            assert sum(end - start for start, end in sitting.segments) <= present
        skipped = sittings([StoryActivity(*film, Ending.SKIPPED)], FIRST, LAST, str(seed))
        assert sum((one.ended_at - one.opened_at).total_seconds() for one in skipped) < 100


def test_what_was_broken_off_half_way_is_not_all_there() -> None:
    for seed in range(30):
        half = sittings([StoryActivity(*SHELF[1], Ending.HALF)], FIRST, LAST, str(seed))
        assert max(end for sitting in half for _, end in sitting.segments) < 0.9 * 700


def test_the_class_runs_from_nothing_at_all_to_everything() -> None:
    stages = [stage_of(number, len(SHELF)) for number in range(1, 50)]
    done = {stage.done for stage in stages}
    assert done == set(range(len(SHELF) + 1))
    assert {"absent", "confirmed", "reported-in", "in-training", "withdrawn"} == {stage.status for stage in stages}
    assert {None, Ending.HALF, Ending.SKIPPED, Ending.FAILED} == {stage.then for stage in stages}


def test_invented_people_have_names_of_their_own_and_schools_that_exist() -> None:
    assert len({name_of(number) for number in range(2000)}) == 2000
    assert {school_of(number) for number in range(100)} <= {place.code for place in PLACES}
    codes = [place.code for place in PLACES]
    assert all(place.above is None or codes.index(place.above) < index for index, place in enumerate(PLACES))
