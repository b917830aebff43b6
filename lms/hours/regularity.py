"""Were activities opened at intervals as regular as a machine's?

Beats come from a timer of the player and prove nothing, so they are not looked at. An activity is opened by a person's click: eight
openings in a row whose intervals are equal to the second do not come from a hand.
"""

from collections.abc import Iterable
from itertools import pairwise

from lms.hours.values import Flag, Present

LEAST_OPENINGS = 8
TOLERANCE_S = 1  # two instants rounded down to seconds


def regular_openings(presents: Iterable[Present]) -> set[Flag]:
    """Flag the sessions of each run of at least `LEAST_OPENINGS` openings whose intervals differ by at most a second.

    A session is opened when its first presence begins. Presence without a device is not from our player and is left out.
    """
    begun: dict[tuple[str, str], int] = {}
    for seen in presents:
        if seen.device and seen.start < seen.end:
            place = (seen.activity, seen.session)
            begun[place] = min(seen.start, begun.get(place, seen.start))
    places = sorted(begun, key=lambda place: (begun[place], place))
    gaps = [begun[after] - begun[before] for before, after in pairwise(places)]
    found: set[Flag] = set()
    first = 0
    while first < len(gaps):
        last, least, most = first, gaps[first], gaps[first]
        while last + 1 < len(gaps) and max(most, gaps[last + 1]) - min(least, gaps[last + 1]) <= TOLERANCE_S:
            last += 1
            least, most = min(least, gaps[last]), max(most, gaps[last])
        if last - first + 2 >= LEAST_OPENINGS:
            found |= {Flag("regular", *place) for place in places[first : last + 2]}
        first = max(first + 1, last)  # the last interval may begin another run
    return found
