"""Do intervals keep exactly their instants, in normal form, when they are joined, clipped and overlaid?"""

from collections.abc import Iterable

from hypothesis import given
from hypothesis import strategies as st

from lms.hours import Interval
from lms.hours.intervals import clip, is_shared, lay_over, length, union

INTERVALS = st.lists(st.tuples(st.integers(0, 12), st.integers(0, 12)), max_size=6)
ENDS = st.one_of(st.none(), st.integers(-1, 13))


def instants(intervals: Iterable[Interval]) -> set[int]:
    return {instant for start, end in intervals for instant in range(start, end)}


@given(INTERVALS)
def test_joined_they_are_the_same_instants_sorted_apart_and_none_empty(intervals: list[Interval]) -> None:
    joined = union(intervals)
    assert instants(joined) == instants(intervals)
    assert all(start < end for start, end in joined)
    assert all(end < start for (_, end), (start, _) in zip(joined, joined[1:], strict=False))
    assert length(joined) == len(instants(intervals))


@given(INTERVALS, ENDS, ENDS)
def test_clipped_they_are_the_instants_within_and_none_empty(intervals: list[Interval], start: int | None, end: int | None) -> None:
    joined = union(intervals)
    clipped = clip(joined, start, end)
    within = {one for one in instants(joined) if (start is None or one >= start) and (end is None or one < end)}
    assert instants(clipped) == within
    assert all(since < until for since, until in clipped)


@given(INTERVALS, INTERVALS, INTERVALS)
def test_laid_over_every_instant_is_in_one_slot_with_those_who_are_live(
    one: list[Interval], two: list[Interval], three: list[Interval]
) -> None:
    named = {"one": union(one), "two": union(two), "three": union(three)}
    slots = lay_over(named)
    told = {instant: live for start, end, live in slots for instant in range(start, end)}
    assert sum(end - start for start, end, _ in slots) == len(told)
    live = {name: instants(intervals) for name, intervals in named.items()}
    everybody = set().union(*live.values())
    assert told == {now: sum(1 << bit for bit, name in enumerate(named) if now in live[name]) for now in everybody}
    assert slots == sorted(slots)


def test_shared_is_what_has_more_than_one_name() -> None:
    assert [live for live in range(8) if is_shared(live)] == [3, 5, 6, 7]
