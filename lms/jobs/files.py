"""Names of a job's pieces and result in the file store."""

from collections.abc import Iterator

from lms.jobs.models import Job
from lms.storage import Storage


def piece(job_id: int, number: int) -> str:
    """Return the name of a finished piece."""
    return f"jobs/{job_id}/piece-{number}"


def result(job_id: int, turn: str) -> str:
    """Return the name of a result; each turn has its own, so that a worker whose lease has ended overwrites nothing."""
    return f"jobs/{job_id}/result-{turn}"


def pieces(storage: Storage, job_id: int, count: int) -> Iterator[bytes]:
    """Yield the finished pieces in order."""
    for number in range(count):
        yield storage.get(piece(job_id, number))


def names_of(job: Job) -> list[str]:
    """Return the names of everything that a job stored."""
    return [*(piece(job.id, number) for number in range(len(job.plan or []))), *([job.result_object] if job.result_object else [])]


def remove_pieces(storage: Storage, job: Job) -> None:
    """Delete the pieces of a job that has ended."""
    for number in range(len(job.plan or [])):
        storage.delete(piece(job.id, number))


def remove_all(storage: Storage, job: Job) -> None:
    """Delete everything that a job stored."""
    for name in names_of(job):
        storage.delete(name)
