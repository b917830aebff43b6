"""Is nothing kept of a job whose owner was erased while a worker was at it?"""

from lms.jobs import queue, tasks
from lms.jobs.kinds import JobKind, JobOrder, Piece
from lms.jobs.models import Job
from lms.storage import storage
from tests.factories import World

KIND = "erased"


def test_a_piece_that_is_ready_after_its_job_was_erased_is_not_kept(world: World) -> None:
    made: list[Piece] = []

    def make(_order: JobOrder, piece: Piece) -> bytes:
        world.act(lambda session: session.delete(session.get_one(Job, number)))
        made.append(piece)
        return b"personal data"

    kinds = world.app.extensions["job_kinds"]
    world.app.extensions["job_kinds"] = {**kinds, KIND: JobKind(lambda _params: KIND, lambda _params: [[1], [2]], make)}
    number = world.act(lambda session: queue.enqueue(session, KIND, world.person_id, {}, world.clock()).id)
    with world.app.app_context():
        tasks.work.run()
        folder = storage().folder / "jobs" / str(number)  # type: ignore[attr-defined]
    assert made == [[1]]
    assert not folder.exists() or list(folder.iterdir()) == []
