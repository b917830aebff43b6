"""Prepare a received statement for storing, before the database is used. Pure.

The credential's pinned values are added, the whole statement is checked, and it gets an id if it has none. `complete` sets the
values that depend on the moment of storing (`stored`, an absent timestamp), inside the transaction.
"""

import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from xapi.errors import BadRequest
from xapi.rules.attachments import NOTHING, ReceivedAttachment, attachments_of, check_attached, sha2_of
from xapi.rules.auth import Credential, pin
from xapi.rules.equality import digest
from xapi.rules.signature import check_signatures
from xapi.rules.statement import check, is_voiding
from xapi.rules.statement_json import ReceivedStatement, compose, lay_over, listed
from xapi.rules.values import timestamp

SECOND = "2."


@dataclass(frozen=True, slots=True)
class CheckedStatement:
    """A checked statement before it is stored; `statement` lacks only `stored` and possibly the timestamp."""

    id: uuid.UUID
    digest: str
    statement: Mapping[str, Any]
    received: ReceivedStatement
    own: Mapping[str, Any]
    path: str
    attached: tuple[ReceivedAttachment, ...] = ()
    clock_from: datetime | None = None

    @property
    def refers(self) -> uuid.UUID | None:
        """Return the id of the statement that this one refers to, whether it voids it or not."""
        target = self.statement["object"]
        return uuid.UUID(target["id"]) if target.get("objectType") == "StatementRef" else None

    @property
    def voiding(self) -> bool:
        """Say whether it voids another."""
        return is_voiding(self.statement)


def check_received(
    statements: Sequence[ReceivedStatement],
    credential: Credential,
    version: str,
    *,
    many: bool = True,
    attached: Mapping[str, ReceivedAttachment] = NOTHING,
) -> list[CheckedStatement]:
    """Check statements by the rules of `version` and return them in order. 1.0.x keeps an identical repetition; 2.0 drops it.

    `many`: the request had an array, so refusals name the position in it. `attached`: the data sent with the statements, by hash.

    Raises:
        BadRequest: a statement breaks the specification, or two different statements have the same id.
        Forbidden: a statement contradicts a value that its credential pins.
    """
    first: dict[uuid.UUID, CheckedStatement] = {}
    found = []
    for index, received in enumerate(statements):
        one = _check(received, credential, version, attached, f"statements[{index}]" if many else "statement")
        if one.id in first and (version.startswith(SECOND) or first[one.id].digest != one.digest):
            raise BadRequest(f"another statement in this request has the id {one.id}", f"{one.path}.id")
        first[one.id] = one
        found.append(one)
    return found


def _check(
    received: ReceivedStatement, credential: Credential, version: str, attached: Mapping[str, ReceivedAttachment], path: str
) -> CheckedStatement:
    own = pin(received.parsed, credential, path)
    statement = lay_over(received.parsed, own)
    check(statement, version=version, path=path)
    check_attached(statement, attached, path)
    check_signatures(received.parsed, attached, path)
    own["authority"] = credential.authority
    if "id" not in statement:
        own["id"] = str(uuid.uuid4())
    if "version" not in statement:
        own["version"] = "2.0.0" if version.startswith(SECOND) else "1.0.0"
    if version.startswith(SECOND) and not statement.get("timestamp", "Z").endswith("Z"):
        own["timestamp"] = write_instant(timestamp(statement["timestamp"], path))  # 2.0 4.2.7: in UTC
    complete = {**statement, **{name: own[name] for name in own if name != "context"}}
    files = _files(statement, attached) if attached else ()
    return CheckedStatement(
        uuid.UUID(complete["id"]), digest(received.parsed), complete, listed(received), own, path, files, credential.clock_from
    )


def _files(statement: Mapping[str, Any], attached: Mapping[str, ReceivedAttachment]) -> tuple[ReceivedAttachment, ...]:
    return tuple(attached[sha2] for sha2 in sorted({sha2_of(one) for _, one in attachments_of(statement)} & attached.keys()))


def complete(checked: Iterable[CheckedStatement], stored: datetime) -> list[str]:
    """Return the texts to store: as received, with the properties that the store sets."""
    moment = write_instant(stored)
    return [compose(one.received, {**one.own, **_time_of(one, stored), "stored": moment}) for one in checked]


def _time_of(checked: CheckedStatement, stored: datetime) -> Mapping[str, str]:
    """Return the timestamp that the store sets: where there is none, and where a device's clock is wrong."""
    said = checked.statement.get("timestamp")
    if said is None:
        return {"timestamp": write_instant(stored)}
    if checked.clock_from is None:
        return {}
    at = timestamp(said, checked.path)
    likely = min(max(at, checked.clock_from), stored)
    return {} if likely == at else {"timestamp": write_instant(likely)}


def write_instant(at: datetime) -> str:
    """Write an instant in the store's format: UTC, microseconds, Z."""
    return at.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="microseconds") + "Z"
