"""Check for `lms ledger verify` that the inputs of accounts match their chains."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from courses.strict_json.canonical import digest_of
from lms.classes.models import Enrolment, TrainingClass
from lms.crediting import inputs
from lms.crediting.chain import Entry, Inputs, RunningHash
from lms.crediting.stored_chains import inputs_in


class CheckedInputs:
    """The inputs of a batch of enrolments: the current ones, and those stored beside the chains."""

    def __init__(self, session: Session, numbers: Sequence[int]) -> None:
        self._own = inputs.enrolment_contents(session, numbers)
        classes = {content["class_id"] for content in self._own.values()}
        self._classes = inputs.class_digests(session, classes)
        self._evidence = inputs.evidence_rows(session, numbers)
        columns = (Enrolment.class_sha256, Enrolment.enrolment_sha256, Enrolment.evidence_sha256, Enrolment.evidence_count)
        kept = session.execute(select(Enrolment.id, *columns).where(Enrolment.id.in_(numbers)))
        self._kept: Mapping[int, Inputs | None] = {row.id: inputs_in(row) for row in kept}
        following = select(TrainingClass.id, TrainingClass.following_after).where(TrainingClass.id.in_(classes))
        self._following: dict[int, Any] = {number: after for number, after in session.execute(following) if after is not None}

    def has_no_baseline(self, number: int, length: int) -> bool:
        """Say whether an enrolment's chain is from before chains recorded their inputs."""
        return length > 0 and self._kept[number] is None

    def problems(self, number: int, entries: Sequence[Entry]) -> Iterator[str]:
        """Yield the inputs of an enrolment that differ from its chain."""
        latest, kept = (entries[-1].inputs if entries else None), self._kept[number]
        if (latest is None) != (kept is None) and entries:
            yield "the inputs kept beside its chain are not those of its latest entry"
        if latest is None or kept is None:
            return
        if (latest.class_sha256, latest.enrolment_sha256) != (kept.class_sha256, kept.enrolment_sha256):
            yield "the inputs kept beside its chain are not those of its latest entry"
        own = self._own[number]
        if digest_of(own) != latest.enrolment_sha256:
            yield "its track, status, window, name, attendance or history is not what its latest entry follows from"
        if self._classes[own["class_id"]] != latest.class_sha256 and not self._is_followed(own["class_id"], number):
            yield "its class's documents, courses, days or settings are not what its latest entry follows from"
        if own["evidence_erased_at"] is None:
            yield from self._evidence_problems(number, entries, kept.evidence)

    def _is_followed(self, class_id: int, number: int) -> bool:
        """Say whether the worker has yet to record the class's change in this enrolment's chain."""
        return class_id in self._following and number > self._following[class_id]

    def _evidence_problems(self, number: int, entries: Sequence[Entry], kept: RunningHash) -> Iterator[str]:
        running = RunningHash()
        after = {0: running}
        for row in self._evidence.get(number, ()):
            running = running.add([row])
            after[running.rows] = running
        if running != kept:
            yield f"its evidence is not what was kept: {running.rows} observations are there, {kept.rows} were written"
        for entry in entries:
            if entry.inputs is not None and after.get(entry.inputs.evidence.rows) != entry.inputs.evidence:
                yield f"evidence that was kept before entry {entry.number} was changed since"
                return
