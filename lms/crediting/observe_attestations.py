"""Read what a statement attests. Pure: a statement goes in; an observation or the reason for none comes out.

Only the LMS itself writes attestations (attended, accepted, logged, waived, reviewed); the attesting person is the statement's
`instructor`. Such a statement from anybody else is stored and shown, and earns nothing.
"""

import re
from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime
from typing import Any

from lms import vocabulary as v
from lms.crediting.observe import LONGEST_INSTANT, LONGEST_SESSION, Ignored, Observed, Statement, account_of, epoch
from lms.hours import HOLDABLE

LONGEST_NAME = 120  # of a session or requirement: the column's length minus the prefix for waived amounts
LONGEST_DATE = 10
MOST_UNITS = 10**9
NAME = re.compile(r"[^\x00-\x1f\x7f]+")
REVIEWS = RELEASED, REFUSED = "released", "refused"
HOLDABLE_KINDS = frozenset(HOLDABLE)
MOST_PARTS = 200  # of one session that a decision refuses
WAIVED = "waived/"  # a prefix of a requirement's key: the account of waived amounts; keys contain no slash


def attested_of(statement: Statement) -> Mapping[str, Any]:
    """Return the attestation in a statement's extension; empty if there is none."""
    found = (statement.get("context", {}).get("extensions") or {}).get(v.ATTESTED)
    return found if isinstance(found, Mapping) else {}


def enrolment_of(statement: Statement) -> int | None:
    """Return the enrolment of an attestation."""
    found = attested_of(statement).get("enrolment")
    return found if isinstance(found, int) and not isinstance(found, bool) and 0 < found < MOST_UNITS else None


def observe_attestation(statement: Statement, public_url: str) -> tuple[Observed, ...] | Ignored:
    """Return what the statement attests.

    In the observation, `activity` is the account that changes (a session's place, a requirement), `session` is the task, log or
    waiver, and `seconds` is an amount: half-days of a session noted without a timetable, or the waived amount in the ledger's unit.
    A review gives one observation for each flag, and for each refused part: `device` is the flag, `session` the launch, and a part
    begins at `since` and lasts `seconds`.
    """
    if account_of(statement, public_url) != "lms":
        return Ignored("untrusted-authority")
    said = attested_of(statement)
    verb = statement["verb"]["id"]
    observed = {v.ATTENDED: _attended, v.TASK_ACCEPTED: _accepted, v.LOG_ACCEPTED: _logged, v.WAIVED: _waived}
    try:
        return tuple(_reviewed(statement, said)) if verb == v.REVIEWED else (observed[verb](statement, said),)
    except (ValueError, KeyError, TypeError, OverflowError, AttributeError):
        return Ignored("not-evidence")


def _attended(statement: Statement, said: Mapping[str, Any]) -> Observed:
    since, until = _instant(said["in"]), _instant(said["out"])
    if since > until:
        raise ValueError("left before arriving")
    half_days = said.get("half_days")
    return Observed("attended", _name(said["place"]), statement["id"], "", until, since, None if half_days is None else _units(half_days))


def _accepted(statement: Statement, said: Mapping[str, Any]) -> Observed:
    return Observed("accepted", _name(said["requirement"]), _name(said["task"], LONGEST_SESSION), "", epoch(statement["timestamp"]))


def _logged(statement: Statement, said: Mapping[str, Any]) -> Observed:
    """The day is stored as its first instant in UTC, because a date has no time zone."""
    on = said["on"]
    if not isinstance(on, str) or len(on) != LONGEST_DATE:
        raise ValueError("no date")
    day = int(datetime.combine(date.fromisoformat(on), datetime.min.time(), UTC).timestamp())
    at = epoch(statement["timestamp"])
    return Observed("logged", _name(said["requirement"]), _name(said["log"], LONGEST_SESSION), "", at, day)


def _waived(statement: Statement, said: Mapping[str, Any]) -> Observed:
    account, units = WAIVED + _name(said["requirement"]), _units(said["units"])
    return Observed("waived", account, statement["id"], "", epoch(statement["timestamp"]), seconds=units)


def _reviewed(statement: Statement, said: Mapping[str, Any]) -> Iterator[Observed]:
    """Yield what a reviewer decided about the flags of a session of an activity; without parts, about all of it."""
    activity, launch, at = _name(said["activity"]), _name(said["session"], LONGEST_SESSION), epoch(statement["timestamp"])
    kind, flags, parts = said["decision"], said["flags"], said.get("parts", [])
    if kind not in REVIEWS or not 0 < len(flags) <= len(HOLDABLE) or len(parts) > MOST_PARTS or (parts and kind != REFUSED):
        raise ValueError("no decision")
    spans = [(_instant(one["from"]), _instant(one["to"])) for one in parts]
    if not set(flags) <= HOLDABLE_KINDS or any(since >= until for since, until in spans):
        raise ValueError("no such part")
    for flag in sorted(set(flags)):
        own = (kind, activity, launch, flag, at)
        yield from (Observed(*own, since, until - since) for since, until in spans) if spans else (Observed(*own),)


def _name(value: Any, longest: int = LONGEST_NAME) -> str:
    if not isinstance(value, str) or len(value) > longest or not NAME.fullmatch(value):
        raise ValueError("no name")
    return value


def _units(value: Any) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or not 0 < value < MOST_UNITS:
        raise ValueError("no amount")
    return value


def _instant(value: Any) -> int:
    if not isinstance(value, str) or len(value) > LONGEST_INSTANT:
        raise ValueError("no instant")
    return epoch(value)
