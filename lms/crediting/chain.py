"""How does a ledger show that nobody edited it? Each entry's hash covers its content and the previous entry's hash. Pure."""

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

GENESIS = "0" * 64


@dataclass(frozen=True, slots=True)
class Entry:
    """A ledger entry as it is hashed: `seconds` is the difference it makes to `activity`."""

    enrolment_id: int
    number: int
    activity: str
    seconds: int
    reason: str
    programme_version_id: int
    policy_sha256: str
    evidence: tuple[str, ...]
    recorded_at: datetime
    previous_hash: str


def hash_of(entry: Entry) -> str:
    """Return the entry's SHA-256 over canonical JSON (sorted keys, no spaces, UTF-8)."""
    content = {
        "activity": entry.activity,
        "enrolment": entry.enrolment_id,
        "evidence": list(entry.evidence),
        "number": entry.number,
        "policy": entry.policy_sha256,
        "previous": entry.previous_hash,
        "programme_version": entry.programme_version_id,
        "reason": entry.reason,
        "recorded_at": entry.recorded_at.astimezone(UTC).isoformat(timespec="microseconds"),
        "seconds": entry.seconds,
    }
    text = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()


def problems(entries: Sequence[tuple[Entry, str]], *, length: int, head: str | None) -> Iterable[str]:
    """Yield what is wrong with one enrolment's chain of (entry, stored hash), in order of number.

    `length` and `head` are kept beside the chain, so that entries cut off at its end show too.
    """
    previous = GENESIS
    for expected, (entry, stored) in enumerate(entries, start=1):
        if entry.number != expected:
            yield f"entry {expected} is missing (found number {entry.number})"
            return
        if entry.previous_hash != previous:
            yield f"entry {expected} does not follow the entry before it"
        if hash_of(entry) != stored:
            yield f"entry {expected} was changed after it was written"
        previous = stored
    if len(entries) != length:
        yield f"has {len(entries)} entries, {length} were written"
    elif (head or GENESIS) != previous:
        yield "its last entry is not the one that was written last"
