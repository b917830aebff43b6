"""What does a beat cost: an ordinary one, which extends a stretch, and all beats, of which every 20th closes a stretch and states it?

A beat comes every 15 seconds and a stretch is stated after five minutes, so one beat in 20 states a stretch.
"""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import msgspec
from sqlalchemy import bindparam, update

from lms.learning.models import Launch
from lms.learning.presence import floor_to_second
from tests.benchmarks import wire
from tests.benchmarks.learners import Learner, open_pages
from tests.benchmarks.measuring import Subject, compare
from tests.benchmarks.places import TALKS, Places, Site

LEARNERS = 1600
BEATS_IN_A_STRETCH = 20
BEFORE = {"a beat": timedelta(0), "a beat, each 20th states": timedelta(minutes=5)}


def main(places: Places) -> None:
    """Measure beats on both databases."""
    for kind in places.effort.kinds:
        site, floor = places.site(kind), places.floor(kind)
        learners = open_pages(site, min(LEARNERS, places.effort.people // 2))
        empty = wire.request("POST", "/empty", {}, b"{}")
        print(kind)
        compare(
            [
                Subject("empty", floor.measure(lambda empty=empty: [_empty(empty) for _ in range(TALKS)])),
                *(
                    Subject(
                        name,
                        site.served.measure(lambda site=site, learners=learners, age=age: _talks(site, learners, age)),
                        ["empty"],
                        "0.6 ms CPU",
                    )
                    for name, age in BEFORE.items()
                ),
            ],
            places.effort,
        )


def _empty(asked: bytes) -> wire.Talk:
    while True:
        yield asked


def _talks(site: Site, learners: Sequence[Learner], age: timedelta) -> list[wire.Talk]:
    """Let everybody have a stretch that is open since `age`, and share them out among the talks."""
    now = floor_to_second(datetime.now(UTC))
    with site.database.writing() as connection:
        connection.execute(
            update(Launch).where(Launch.id == bindparam("launch")).values(stretch_from=now - age, last_beat=now, nonce=bindparam("first")),
            [{"launch": one.subject.launch_id, "first": one.nonce} for one in learners],
        )
    return [_beat(learners[number::TALKS]) for number in range(TALKS)]


def _beat(learners: Sequence[Learner]) -> wire.Talk:
    """Let each learner beat for one stretch, then the next; a learner continues at their next turn."""
    nonces = {one.token: one.nonce for one in learners}
    while True:
        for one in learners:
            headers = {"Authorization": f"Bearer {one.token}", "Content-Type": "application/json"}
            for _ in range(BEATS_IN_A_STRETCH):
                body = b'{"nonce":"%s","last":false}' % nonces[one.token].encode()
                reply = yield wire.request("POST", "/learn/beat", headers, body)
                answer = msgspec.json.decode(reply.body)
                if answer["state"] != "counting":
                    raise RuntimeError(f"a beat did not count: {answer}")
                nonces[one.token] = answer["nonce"]
