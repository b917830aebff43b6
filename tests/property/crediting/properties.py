"""Properties of the rates of segments. `rates` is the module under test, or a copy with a planted fault."""

import itertools
import random
from collections.abc import Sequence
from typing import Any

from lms.crediting.rates import Segment

MEDIA_S = 40
TOLERANCE_S = 5


def size_ms(rates: Any, claims: Sequence[Segment], max_rate: float) -> int:
    """The length of media that accepted segments cover."""
    told = rates.real_rates(claims, max_rate, MEDIA_S * 1000)
    pieces = [(max(0, one.start_ms), min(MEDIA_S * 1000, one.end_ms)) for one, rate in told if rate <= max_rate]
    edges = sorted({edge for piece in pieces for edge in piece})
    return sum(b - a for a, b in itertools.pairwise(edges) if any(start <= a and b <= end for start, end in pieces))


def naive_ms(claims: Sequence[Segment], max_rate: float) -> int:
    """The largest coverage that at no instant needs more time than had passed by then: second by second, and instant by instant."""
    valid = [one for one in claims if one.claimed <= max_rate]
    last: dict[int, int] = {}
    for one in valid:
        for second in range(MEDIA_S):
            if one.start_ms <= second * 1000 < one.end_ms:
                last[second] = max(last.get(second, one.at), one.at)
    best = len(last) * 1000
    for now in {one.at for one in claims}:
        passed = {second for one in claims if one.at <= now for second in range(one.opened, one.at)}
        room = int(max_rate * (len(passed) + TOLERANCE_S) * 1000)
        best = min(best, room + 1000 * sum(at > now for at in last.values()))
    return best


def order_free(rates: Any, claims: Sequence[Segment], max_rate: float) -> None:
    mixed = random.Random(len(claims)).sample(list(claims), len(claims))
    assert rates.real_rates(mixed, max_rate, MEDIA_S * 1000) == rates.real_rates(claims, max_rate, MEDIA_S * 1000)


def idempotent(rates: Any, claims: Sequence[Segment], max_rate: float) -> None:
    assert size_ms(rates, [*claims, *claims], max_rate) == size_ms(rates, claims, max_rate)


def monotone(rates: Any, claims: Sequence[Segment], max_rate: float) -> None:
    whole = size_ms(rates, claims, max_rate)
    for number in range(len(claims)):
        assert size_ms(rates, [*claims[:number], *claims[number + 1 :]], max_rate) <= whole


def as_much_as_can_be(rates: Any, claims: Sequence[Segment], max_rate: float) -> None:
    assert size_ms(rates, claims, max_rate) == naive_ms(claims, max_rate)


def never_more_than_was_claimed(rates: Any, claims: Sequence[Segment], max_rate: float) -> None:
    said = {one.order: one for one in claims}
    for one, rate in rates.real_rates(claims, max_rate, MEDIA_S * 1000):
        origin = said[one.order]
        assert one._replace(start_ms=origin.start_ms, end_ms=origin.end_ms) == origin
        assert origin.start_ms <= one.start_ms < one.end_ms <= origin.end_ms
        assert rate >= origin.claimed


PROPERTIES = (order_free, idempotent, monotone, as_much_as_can_be, never_more_than_was_claimed)


def honest(seed: int) -> tuple[list[Segment], float]:
    """A person who watches a film realistically, on several devices one after another, over days, on an unreliable network."""
    drawn = random.Random(seed)
    now, position, claims, number = 1_000_000, 0.0, [], 0
    for launch in range(drawn.randint(1, 6)):
        opened = now
        waiting: list[tuple[float, float, float]] = []
        for _ in range(drawn.randint(1, 12)):
            speed = drawn.choice([0.75, 1.0, 1.25, 1.5, 2.0])
            if drawn.random() < 0.2:
                position = max(0.0, position + drawn.uniform(-100, 100))
            lasted = drawn.uniform(0.5, 60)
            waiting.append((position, position + lasted * speed, speed))
            position += lasted * speed
            now += int(lasted + 1) + drawn.randint(0, 20)
            if drawn.random() < 0.7:
                for start, end, at_speed in waiting:
                    claims.append(
                        Segment((now, f"{number:06}", 0), opened, now, round(start * 1000), round(end * 1000), at_speed, str(launch))
                    )
                    number += 1
                waiting = []
        now += drawn.choice([0, 30, 3_600, 86_400])
        for start, end, at_speed in waiting:  # delivered when the network is back
            claims.append(Segment((now, f"{number:06}", 0), opened, now, round(start * 1000), round(end * 1000), at_speed, str(launch)))
            number += 1
    return claims, 2.0
