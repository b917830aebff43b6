"""Which seconds count for which activity, so that as many as possible count and none counts twice?

A maximum flow: day → slot → activity. A slot is the time of one day during which the same activities are live; slots
of the same day and the same activities are one node. "As many as possible" is what makes evidence safe to add: opening
a second tab can never lower a total, as it does where the latest tab wins.

The answer does not depend on the order of the evidence: nodes are visited in sorted order, days before later days.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence

from lms.hours.days import split
from lms.hours.flow import Network

Slot = tuple[int, int, tuple[str, ...]]  # start, end, activities live throughout
ANY_DAY = 0


def allocate(slots: Sequence[Slot], caps: Mapping[str, int], daily_limit_s: int | None, zone: str) -> tuple[dict[str, int], frozenset[int]]:
    """Return credited seconds by activity, and the local days on which the daily limit took something away.

    Activities whose cap is 0 take part in nothing, so a closed gate steals no second from the activity beside it.
    """
    pools = _pools(slots, caps, daily_limit_s, zone)
    limits, limited = _limits(pools, daily_limit_s)
    if all(len(activities) == 1 for _, activities in pools) and not limited:
        return _plain(pools, caps), frozenset()
    return _by_flow(_merged(pools, limits), caps, limits), frozenset(limited)


def _pools(slots: Sequence[Slot], caps: Mapping[str, int], limit: int | None, zone: str) -> dict[tuple[int, tuple[str, ...]], int]:
    """Seconds by (day, live activities that can still earn); without a daily limit all days are one."""
    pools: dict[tuple[int, tuple[str, ...]], int] = defaultdict(int)
    for start, end, live in slots:
        earning = live if all(caps[a] for a in live) else tuple(a for a in live if caps[a])
        if not earning:
            continue
        parts = [(ANY_DAY, end - start)] if limit is None else split(start, end, zone)
        for day, seconds in parts:
            pools[day, earning] += seconds
    return pools


def _limits(pools: Mapping[tuple[int, tuple[str, ...]], int], limit: int | None) -> tuple[dict[int, int], set[int]]:
    """Return the limit of each day that has more time than the limit allows; the others need none."""
    if limit is None:
        return {}, set()
    totals: dict[int, int] = defaultdict(int)
    for (day, _), seconds in pools.items():
        totals[day] += seconds
    over = {day for day, seconds in totals.items() if seconds > limit}
    return dict.fromkeys(over, limit), over


def _merged(pools: Mapping[tuple[int, tuple[str, ...]], int], limits: Mapping[int, int]) -> dict[tuple[int | None, tuple[str, ...]], int]:
    """Join the slots of all days that no limit touches."""
    merged: dict[tuple[int | None, tuple[str, ...]], int] = defaultdict(int)
    for (day, activities), seconds in pools.items():
        merged[day if day in limits else None, activities] += seconds
    return merged


def _plain(pools: Mapping[tuple[int, tuple[str, ...]], int], caps: Mapping[str, int]) -> dict[str, int]:
    """Without overlaps and limits the largest flow is each activity's time up to its cap."""
    credited: dict[str, int] = defaultdict(int)
    for (_, (activity,)), seconds in pools.items():
        credited[activity] = min(caps[activity], credited[activity] + seconds)
    return credited


def _by_flow(pools: Mapping[tuple[int | None, tuple[str, ...]], int], caps: Mapping[str, int], limits: Mapping[int, int]) -> dict[str, int]:
    network = Network()
    unlimited = sum(pools.values())
    ends: dict[str, int] = {}
    for day, activities in sorted(pools, key=lambda key: (key[0] is None, key[0] or 0, key[1])):
        seconds = pools[day, activities]
        network.connect("source", ("day", day), unlimited if day is None else limits[day], once=True)
        network.connect(("day", day), ("slot", day, activities), seconds)
        for activity in activities:
            network.connect(("slot", day, activities), ("activity", activity), seconds)
    for activity in sorted({a for _, activities in pools for a in activities}):
        ends[activity] = network.connect(("activity", activity), "sink", caps[activity])
    network.maximise("source", "sink")
    return {activity: network.flow(edge) for activity, edge in ends.items()}
