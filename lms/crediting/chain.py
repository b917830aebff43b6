"""Prove that a ledger was not edited: each entry's hash covers its content and the previous entry's hash. Pure.

Format 2 covers every unit (an account, a unit, a whole number) and the inputs from which an entry follows.
Entries of format 1, which had only seconds of activities, keep their hashes.
"""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, NamedTuple

from courses.strict_json.canonical import digest_of

GENESIS = "0" * 64
FORMAT = 2
SECONDS, HALF_DAYS, MONTHS, TASKS, COURSES = UNITS = ("seconds", "half_days", "months", "tasks", "courses")


class RunningHash(NamedTuple):
    """A running hash over `rows` rows, each added to those before it."""

    sha256: str = GENESIS
    rows: int = 0

    def add(self, more: Iterable[Sequence[Any]]) -> "RunningHash":
        """Return the running hash after additional rows."""
        sha256, rows = self
        for row in more:
            sha256, rows = digest_of([sha256, *row]), rows + 1
        return RunningHash(sha256, rows)


@dataclass(frozen=True, slots=True)
class Inputs:
    """The digests of an entry's inputs: its class, its enrolment, and all evidence kept at that time."""

    class_sha256: str
    enrolment_sha256: str
    evidence: RunningHash


@dataclass(frozen=True, slots=True)
class Entry:
    """A ledger entry in its hashed form: `amount` is the change of `account`, in whole numbers of `unit`."""

    enrolment_id: int
    number: int
    account: str
    amount: int
    reason: str
    programme_version_id: int
    policy_sha256: str
    evidence: tuple[str, ...]
    recorded_at: datetime
    previous_hash: str
    unit: str = SECONDS
    format: int = FORMAT
    inputs: Inputs | None = None  # format 1 has none


def utc_text(at: datetime) -> str:
    """Return an instant as digests cover it: in UTC, with microseconds."""
    return at.astimezone(UTC).isoformat(timespec="microseconds")


def text_sha256(text: str) -> bytes:
    """Return the SHA-256 of a statement's text as it is stored."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest()


def hash_of(entry: Entry) -> str:
    """Return the entry's SHA-256 over canonical JSON, with the keys of its format."""
    return digest_of(_first_format(entry) if entry.format == 1 else _second_format(entry))


def _common(entry: Entry) -> Mapping[str, Any]:
    return {
        "enrolment": entry.enrolment_id,
        "evidence": list(entry.evidence),
        "number": entry.number,
        "policy": entry.policy_sha256,
        "previous": entry.previous_hash,
        "programme_version": entry.programme_version_id,
        "reason": entry.reason,
        "recorded_at": utc_text(entry.recorded_at),
    }


def _first_format(entry: Entry) -> Mapping[str, Any]:
    return {**_common(entry), "activity": entry.account, "seconds": entry.amount}


def _second_format(entry: Entry) -> Mapping[str, Any]:
    inputs = entry.inputs
    return {
        **_common(entry),
        "account": entry.account,
        "amount": entry.amount,
        "format": entry.format,
        "inputs": inputs and [inputs.class_sha256, inputs.enrolment_sha256, *inputs.evidence],
        "unit": entry.unit,
    }


def problems(entries: Sequence[tuple[Entry, str]], *, length: int, head: str | None) -> Iterable[str]:
    """Yield the problems of one enrolment's chain of (entry, stored hash), in order of number.

    `length` and `head` are stored outside the chain, so that entries cut off at its end are noticed too.
    """
    previous, latest = GENESIS, 1
    for expected, (entry, stored) in enumerate(entries, start=1):
        if entry.number != expected:
            yield f"entry {expected} is missing (found number {entry.number})"
            return
        if entry.previous_hash != previous:
            yield f"entry {expected} does not follow the entry before it"
        if not latest <= entry.format <= FORMAT:
            yield f"entry {expected} is of format {entry.format}, the entry before it of format {latest}"
        elif hash_of(entry) != stored:
            yield f"entry {expected} was changed after it was written"
        previous, latest = stored, max(latest, entry.format)
    if len(entries) != length:
        yield f"has {len(entries)} entries, {length} were written"
    elif (head or GENESIS) != previous:
        yield "its last entry is not the one that was written last"
