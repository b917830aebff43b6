"""What does it cost to read and write where somebody was (the State resource), beside an empty reply?"""

import uuid
from collections.abc import Callable, Sequence
from urllib.parse import urlencode

from tests.benchmarks import wire
from tests.benchmarks.bench_statements import COURSE, VERSION, key_for
from tests.benchmarks.measuring import Subject, compare
from tests.benchmarks.places import TALKS, Places

PEOPLE = 500
STATE = b'{"page":7,"answers":{"q1":"a","q2":["b","c"]},"seconds":412.5}'


def main(places: Places) -> None:
    """Measure on every database."""
    for kind in places.effort.kinds:
        site, floor = places.site(kind), places.floor(kind)
        headers = {"Authorization": key_for(site), **VERSION}
        paths = [_path() for _ in range(PEOPLE)]
        for path in paths:
            wire.ask(site.served.port, wire.request("PUT", path, headers, STATE))

        def talks(
            method: str, body: bytes | None, own: dict[str, str] = headers, of: Sequence[str] = paths
        ) -> Callable[[], list[wire.Talk]]:
            return lambda: [_talk([wire.request(method, path, own, body) for path in of[number::TALKS]]) for number in range(TALKS)]

        print(kind)
        compare(
            [
                Subject("empty", floor.measure(talks("GET", None))),
                Subject("GET a state", site.served.measure(talks("GET", None)), ("empty",), "1,000 a second"),
                Subject("PUT a state", site.served.measure(talks("PUT", STATE)), ("empty",)),
            ],
            places.effort,
        )


def _path() -> str:
    agent = f'{{"account":{{"homePage":"https://bench.example","name":"{uuid.uuid4()}"}}}}'
    asked = {"activityId": COURSE, "agent": agent, "stateId": "resume", "registration": str(uuid.uuid4())}
    return "/xapi/activities/state?" + urlencode(asked)


def _talk(asked: Sequence[bytes]) -> wire.Talk:
    number = 0
    while True:
        yield asked[number % len(asked)]
        number += 1
