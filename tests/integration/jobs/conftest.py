"""A job with three pieces that fails, or kills its worker, where a test wants it."""

from collections.abc import Iterable, Sequence
from typing import IO

import pytest
from flask import Flask

from lms.jobs import queue, tasks
from lms.jobs.kinds import JobKind, JobOrder, Params, Piece
from lms.jobs.models import Job
from tests.factories import World

PEOPLE = 5
KIND = "counting"


class Killed(BaseException):
    """The death of a worker; nothing catches it."""


class Counting:
    """A job with three pieces that can be made to fail, or to kill its worker, in the middle."""

    def __init__(self) -> None:
        self.made: list[list[int]] = []
        self.before: dict[int, BaseException] = {}

    def plan(self, params: Params) -> Sequence[Piece]:
        return [[1, 2], [3, 4], [5]]

    def make(self, order: JobOrder, piece: Piece) -> bytes:
        if (problem := self.before.get(piece[0])) is not None:
            raise problem
        self.made.append(list(piece))
        return f"{list(piece)} of {order.asked_at:%H:%M}".encode()

    def join(self, order: JobOrder, pieces: Iterable[bytes], out: IO[bytes]) -> str:
        out.write(b"; ".join(pieces))
        return "counted.txt"


@pytest.fixture
def counting(world: World) -> Counting:
    work = Counting()
    kinds = world.app.extensions["job_kinds"]
    world.app.extensions["job_kinds"] = {**kinds, KIND: JobKind(lambda _params: "数数", work.plan, work.make, work.join)}
    return work


def ask(world: World, **params: int) -> int:
    number: int = world.act(lambda session: queue.enqueue(session, KIND, world.person_id, params, world.clock()).id)
    return number


def job_of(world: World, number: int) -> Job:
    job: Job = world.act(lambda session: session.get_one(Job, number))
    return job


def turn(app: Flask) -> bool:
    with app.app_context():
        return bool(tasks.work.run())
