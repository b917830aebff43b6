"""What do people of authority attest in an xAPI statement? Pure: a statement goes in, an observation comes out, or the reason why not.

Only the LMS itself states what was attended, accepted, logged or waived; who of its people said so stands in the statement's
`instructor`. From anybody else such a statement is stored and shown, and earns nothing.
"""

import re
from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Any

from lms import vocabulary as v
from lms.crediting.observe import LONGEST_INSTANT, LONGEST_SESSION, Ignored, Observed, Statement, account_of, epoch

LONGEST_NAME = 120  # of a session or requirement: what the database has room for, less the mark of what was waived
LONGEST_DATE = 10
MOST_UNITS = 10**9
NAME = re.compile(r"[^\x00-\x1f\x7f]+")
WAIVED = "waived/"  # before a requirement's key: the account of what was waived; no key has a slash


def attested_of(statement: Statement) -> Mapping[str, Any]:
    """Return what a statement attests, as it stands in its extension; empty where there is nothing of the kind."""
    found = (statement.get("context", {}).get("extensions") or {}).get(v.ATTESTED)
    return found if isinstance(found, Mapping) else {}


def enrolment_of(statement: Statement) -> int | None:
    """Return the enrolment that an attestation speaks of."""
    found = attested_of(statement).get("enrolment")
    return found if isinstance(found, int) and not isinstance(found, bool) and 0 < found < MOST_UNITS else None


def observe_attestation(statement: Statement, public_url: str) -> tuple[Observed, ...] | Ignored:
    """Return what the statement attests.

    Of the observation, `activity` is the account it moves (a session's place, a requirement), `session` the task, log or
    waiver, and `seconds` an amount: half-days of a session noted without a timetable, or what was waived in the ledger's unit.
    """
    if account_of(statement, public_url) != "lms":
        return Ignored("untrusted-authority")
    said = attested_of(statement)
    observed = {v.ATTENDED: _attended, v.TASK_ACCEPTED: _accepted, v.LOG_ACCEPTED: _logged, v.WAIVED: _waived}[statement["verb"]["id"]]
    try:
        return (observed(statement, said),)
    except (ValueError, KeyError, TypeError, OverflowError):
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
    """The day is kept as its first instant in UTC: a date has no zone."""
    on = said["on"]
    if not isinstance(on, str) or len(on) != LONGEST_DATE:
        raise ValueError("no date")
    day = int(datetime.combine(date.fromisoformat(on), datetime.min.time(), UTC).timestamp())
    at = epoch(statement["timestamp"])
    return Observed("logged", _name(said["requirement"]), _name(said["log"], LONGEST_SESSION), "", at, day)


def _waived(statement: Statement, said: Mapping[str, Any]) -> Observed:
    account, units = WAIVED + _name(said["requirement"]), _units(said["units"])
    return Observed("waived", account, statement["id"], "", epoch(statement["timestamp"]), seconds=units)


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
