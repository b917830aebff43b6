"""Assign seconds to activities so that as many as possible count and none counts twice.

This is a maximum flow activity → pool → day. A pool is all time of one local day during which the same activities are live;
its seconds are interchangeable, so the graph stays small. The maximum makes additional evidence safe:
opening a second tab can never lower a total, as it could if the latest tab always won.

Usually several assignments reach the maximum. Of these, this one gives the most to the first
activity in the order of names, then to the second, and so on. It depends on nothing else: not on the order of the
evidence, and not on the algorithm. It is found by sending each activity's flow in that order.
"""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from lms.hours.days import cut_at_midnight
from lms.hours.flow import Network
from lms.hours.intervals import Slot, is_shared

ANY_DAY = -1  # stands for all days that no limit affects
Pools = dict[tuple[int, int], int]  # seconds by (day, live activities)


@dataclass(frozen=True, slots=True)
class Claims:
    """The claims to time: activities in order of name, their caps, and slots whose bits follow that order.

    With `caps_released`, time is held: the slots then have a second bit for each activity, after all first ones, for the time that it
    would have if every hold were released; these caps are for both bits together.
    """

    activities: Sequence[str]
    caps: Sequence[int]
    slots: Sequence[Slot]
    caps_released: Sequence[int] | None = None


@dataclass(frozen=True, slots=True)
class Share:
    """One pool and how its seconds were assigned; unassigned seconds exceed a cap or the day's limit."""

    day: int
    seconds: int
    given: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Allocation:
    """Credited seconds by activity, the pools behind them, and the time of the days that exceeded their limit.

    Only explanations need `shares`; held seconds are among them. `held` are the seconds that each activity would have besides.
    """

    credited: Mapping[str, int]
    limited: Mapping[int, int]
    shares: Callable[[], Sequence[Share]]
    held: Mapping[str, int] = field(default_factory=dict)


def allocate(claims: Claims, daily_limit_s: int | None, zone: str) -> Allocation:
    """Assign the seconds of all slots: each to at most one live activity, within its cap and within the local day's limit.

    An activity with the cap 0 is left out, so a closed gate takes no second from another activity. Held time takes none either: it gets
    the seconds that are left, so credited and held seconds together are as many as if nothing were held.
    """
    pools, limited = _pools(claims, daily_limit_s, zone)
    if claims.caps_released is None and not limited and not any(is_shared(live) for _, live in pools):
        return _each_its_own(claims, pools)
    return _by_flow(claims, pools, limited, daily_limit_s or 0)


def _pools(claims: Claims, limit: int | None, zone: str) -> tuple[Pools, dict[int, int]]:
    """Return the pools, and the seconds of each day that exceeds the limit; all other days are pooled under ANY_DAY."""
    earning = sum([1 << bit for bit, cap in enumerate([*claims.caps, *(claims.caps_released or ())]) if cap > 0])
    by_day: Pools = defaultdict(int)
    if limit is None:
        for start, end, live in claims.slots:
            by_day[ANY_DAY, live & earning] += end - start
    else:
        for day, (start, end, live) in cut_at_midnight(claims.slots, zone):
            by_day[day, live & earning] += end - start
    of_day: dict[int, int] = defaultdict(int)
    for (day, live), seconds in by_day.items():
        of_day[day] += seconds if live else 0
    limited = {day: seconds for day, seconds in sorted(of_day.items()) if limit is not None and seconds > limit}
    pools: Pools = defaultdict(int)
    for (day, live), seconds in by_day.items():
        if live:
            pools[day if day in limited else ANY_DAY, live] += seconds
    return dict(sorted(pools.items())), limited


def _each_its_own(claims: Claims, pools: Pools) -> Allocation:
    """Without overlaps and limits, the maximum flow is each activity's time up to its cap."""
    own = {claims.activities[live.bit_length() - 1]: seconds for (_, live), seconds in pools.items()}
    credited = {name: min(own.get(name, 0), cap) for name, cap in zip(claims.activities, claims.caps, strict=True)}
    return Allocation(credited, {}, lambda: [Share(ANY_DAY, seconds, {name: credited[name]}) for name, seconds in own.items()])


def _by_flow(claims: Claims, pools: Pools, limited: Mapping[int, int], limit: int) -> Allocation:
    """Nodes: the activities (those with held time twice), then the pools, then the limited days, and last the sink."""
    names = len(claims.activities)
    count = names if claims.caps_released is None else 2 * names
    day_node = {day: count + len(pools) + number for number, day in enumerate(limited)}
    everything = count + len(pools) + len(limited)
    network = Network(everything + 1)
    edges: list[list[tuple[int, int]]] = []
    for node, ((day, live), seconds) in enumerate(pools.items(), start=count):
        edges.append([(bit, network.connect(bit, node, seconds)) for bit in _bits(live)])
        network.connect(node, day_node.get(day, everything), seconds)
    for node in day_node.values():
        network.connect(node, everything, limit)
    credited = {name: network.send(bit, claims.caps[bit]) for bit, name in enumerate(claims.activities)}
    held = {
        name: network.send(names + bit, cap - credited[name])
        for bit, (name, cap) in enumerate(zip(claims.activities, claims.caps_released or (), strict=False))
    }

    def shares() -> list[Share]:
        given: list[dict[str, int]] = [defaultdict(int) for _ in edges]
        for own, of_pool in zip(given, edges, strict=True):
            for bit, edge in of_pool:
                own[claims.activities[bit % names]] += network.flow(edge)
        return [Share(day, seconds, of_pool) for ((day, _), seconds), of_pool in zip(pools.items(), given, strict=True)]

    return Allocation(credited, limited, shares, held)


def _bits(live: int) -> list[int]:
    """Return the numbers of the bits that are set."""
    return [bit for bit in range(live.bit_length()) if live >> bit & 1]
