"""Read what one xAPI statement proves. Pure: a statement goes in; observations or the reason for none come out.

Trust depends on the authority, which the record store itself sets. Presence and server-graded results count only from the LMS;
completion, results and played segments count from the player too, but no completion of a content whose checks the site judges.
The server writes into the statement who decides in the version that was launched (`DECIDES`). A duration counts from a trusted provider,
within the launch to which it belongs.
A statement from anybody else is stored and shown, and earns nothing.
"""

import math
import re
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from itertools import islice
from typing import Any, NamedTuple

from lms import vocabulary as v
from xapi.statements import seconds_of

# A position has at most nine digits before the decimal point. Longer ones are beyond LONGEST_CLAIM_S, and a hostile statement could
# have very long ones, which are slow to match. The lookbehind prevents a match from the middle of a number.
POSITION = r"[0-9]{1,9}(?:\.[0-9]+)?"
SEGMENT = re.compile(rf"(?<![0-9.])({POSITION})\[\.\]({POSITION})(?![0-9])")
LONGEST_CLAIM_S = 10**9
MOST_SEGMENTS = 2000  # of one statement: our player sends the segments since its last statement, other players those of a session
LONGEST_SEGMENTS = 100_000  # characters: 2,000 segments, each with two positions as JavaScript writes numbers
LONGEST_SPEED = 20
LONGEST_INSTANT = 40
LONGEST_SESSION, LONGEST_DEVICE = 36, 20  # the lengths of the database columns; our own launches never have longer values
EITHER = "CompletedOrPassed"  # the moveOn of cmi5 by which a unit that was passed is completed
OWN = frozenset({"lms", "player"})  # accounts at this site for statements of the server itself and of content in its player

Statement = Mapping[str, Any]


class Launched(NamedTuple):
    """A launch that the server knows: its id, and when it was opened (whole seconds since 1970)."""

    id: str
    opened: int


@dataclass(frozen=True, slots=True)
class Trust:
    """The trusted sources: this installation, and the keys of trusted providers.

    `launches`, by registration and activity key, are those to which the providers' reports may belong.
    """

    public_url: str
    providers: frozenset[str] = frozenset()
    launches: Mapping[tuple[uuid.UUID | None, str], tuple[Launched, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ActivityRule:
    """The course outline's rules for the activity of a statement."""

    activity: str  # '<course code>:<activity key>'
    iri: str
    server_graded: bool
    server_completed: bool = False  # the site says when it is completed, because it judges its checks


@dataclass(frozen=True, slots=True)
class Observed:
    """One piece of evidence. Instants are whole seconds since 1970; media positions are whole milliseconds."""

    kind: str
    activity: str
    session: str
    device: str
    at: int
    since: int | None = None
    seconds: int | None = None
    media_from_ms: int | None = None
    media_to_ms: int | None = None
    rate: float | None = None


@dataclass(frozen=True, slots=True)
class Ignored:
    """The statement proves nothing toward hours; `reason` is a code that pages translate."""

    reason: str


def observe(statement: Statement, rule: ActivityRule, trust: Trust) -> tuple[Observed, ...] | Ignored:
    """Return what the statement proves about `rule`'s activity."""
    authority = _authority(statement, trust)
    if authority is None:
        return Ignored("untrusted-authority")
    verb = statement["verb"]["id"]
    if verb == v.PRESENT:
        return _present(statement, rule) if authority == "lms" else Ignored("presence-from-client")
    if verb == v.TERMINATED and authority not in OWN:
        return _reported(statement, rule, trust)
    if _object_id(statement) != rule.iri:
        return Ignored("part-of-activity")
    text = _segments_text(statement)
    segments = _played(statement, rule, text) if len(text) <= LONGEST_SEGMENTS else ()
    outcome = _outcome(statement, rule, verb, authority)
    return segments + outcome or Ignored("not-evidence" if len(text) <= LONGEST_SEGMENTS else "too-long")


def account_of(statement: Statement, public_url: str) -> str:
    """Return the account at this site that is a statement's authority; '' if the authority is not of this site."""
    account = statement.get("authority", {}).get("account", {})
    return str(account.get("name", "")) if account.get("homePage") == public_url else ""


def _authority(statement: Statement, trust: Trust) -> str | None:
    name = account_of(statement, trust.public_url)
    return name if name in OWN or name in trust.providers else None


def registration_of(statement: Statement) -> uuid.UUID | None:
    """Return the registration that a statement names."""
    text = statement.get("context", {}).get("registration")
    return uuid.UUID(text) if text else None


def _object_id(statement: Statement) -> str | None:
    target = statement["object"]
    return target.get("id") if target.get("objectType", "Activity") == "Activity" else None


def _extensions(statement: Statement) -> Mapping[str, Any]:
    found: Mapping[str, Any] = statement.get("context", {}).get("extensions") or {}
    return found


def _session(statement: Statement) -> tuple[str, str]:
    extensions = _extensions(statement)
    return _name(extensions.get(v.LAUNCH), LONGEST_SESSION), _name(extensions.get(v.DEVICE), LONGEST_DEVICE)


def _name(value: Any, longest: int) -> str:
    """Return a name that fits the database; for anything else an empty name."""
    return value if isinstance(value, str) and len(value) <= longest and "\0" not in value else ""


def received_at(statement: Statement) -> int:
    """Return when the server received the statement, in whole seconds since 1970."""
    return epoch(statement["stored"])


def epoch(text: str) -> int:
    """Return an ISO instant as whole seconds since 1970, floored."""
    instant = datetime.fromisoformat(text)
    return math.floor((instant if instant.tzinfo else instant.replace(tzinfo=UTC)).timestamp())


def _opened(statement: Statement) -> int | None:
    text = _extensions(statement).get(v.OPENED)
    if not isinstance(text, str) or len(text) > LONGEST_INSTANT:
        return None
    try:
        return epoch(text)
    except (ValueError, OverflowError):
        return None


def _present(statement: Statement, rule: ActivityRule) -> tuple[Observed, ...] | Ignored:
    stretch = _extensions(statement).get(v.STRETCH)
    if not isinstance(stretch, Mapping):
        return Ignored("no-stretch")
    since, until = epoch(stretch["from"]), epoch(stretch["to"])
    if since >= until:
        return Ignored("no-whole-second")
    session, device = _session(statement)
    return (Observed("present", rule.activity, session, device, at=until, since=since),)


def _reported(statement: Statement, rule: ActivityRule, trust: Trust) -> tuple[Observed, ...] | Ignored:
    seconds = duration_s(statement.get("result", {}).get("duration", ""))
    if seconds is None:
        return Ignored("no-duration")
    launch = _launch(statement, rule, trust)
    if launch is None:
        return Ignored("no-launch")
    return (Observed("reported", rule.activity, launch.id, "", at=received_at(statement), since=launch.opened, seconds=seconds),)


def _launch(statement: Statement, rule: ActivityRule, trust: Trust) -> Launched | None:
    """Return the launch of a report: the launch that it names, otherwise the last one opened before it.

    The server's record gives the time of opening, not the report.
    """
    own = (registration_of(statement), rule.activity.partition(":")[2])
    said, at = _extensions(statement).get(v.LAUNCH), received_at(statement)
    fitting = [one for one in trust.launches.get(own, ()) if one.opened <= at and (said is None or one.id == said)]
    return max(fitting, key=lambda one: (one.opened, one.id), default=None)


def duration_s(text: object) -> int | None:
    """Return an ISO 8601 duration in whole seconds, rounded down; None for years, months or malformed text."""
    seconds = seconds_of(text)
    return None if seconds is None else min(int(seconds), LONGEST_CLAIM_S)


def _segments_text(statement: Statement) -> str:
    text = (statement.get("result", {}).get("extensions") or {}).get(v.PLAYED_SEGMENTS)
    return text if isinstance(text, str) else ""


def _played(statement: Statement, rule: ActivityRule, text: str) -> tuple[Observed, ...]:
    session, device = _session(statement)
    at, since, rate = received_at(statement), _opened(statement), _speed(statement)
    found = []
    for start, end in islice((one.groups() for one in SEGMENT.finditer(text)), MOST_SEGMENTS):
        start_ms, end_ms = math.floor(Decimal(start) * 1000), math.floor(Decimal(end) * 1000)
        if start_ms < end_ms < LONGEST_CLAIM_S:
            found.append(Observed("played", rule.activity, session, device, at, since, None, start_ms, end_ms, rate))
    return tuple(found)


def _speed(statement: Statement) -> float:
    said = _extensions(statement).get(v.SPEED, "1")
    if isinstance(said, str):
        said = said.rstrip("x") if len(said) <= LONGEST_SPEED and said.isascii() and "_" not in said else 1  # float reads "1_0" as 10
    try:
        speed = float(said)
    except (TypeError, ValueError, OverflowError):
        return 1.0
    return speed if math.isfinite(speed) and speed > 0 else 1.0


def _outcome(statement: Statement, rule: ActivityRule, verb: str, authority: str) -> tuple[Observed, ...]:
    """Return whether the activity was completed, and passed; the verb takes precedence over the result."""
    result = statement.get("result", {})
    completion, success = result.get("completion"), result.get("success")
    # A statement belongs to the version of the course that was launched: a class may have moved to one with or without checks since.
    decides = _extensions(statement).get(v.DECIDES)
    checked = decides == "checks" or (rule.server_completed and decides != "content")
    believed = authority == "lms" or not (rule.server_graded or checked)
    kinds = []
    if checked and authority != "lms":
        return ()
    if (verb == v.COMPLETED and completion is not False) or (verb in v.ENDING and completion is True):
        kinds.append("completed")
    if believed and ((verb == v.PASSED and success is not False) or (kinds and success is True)):
        kinds.append("passed")
    if kinds == ["passed"] and _extensions(statement).get(v.MOVE_ON) == EITHER:
        kinds.append("completed")
    if verb == v.WAIVED and authority == "lms":  # cmi5 9.3.7: the unit need not be done; its time counts as it was measured
        kinds += ["completed", "passed"]
    session, device = _session(statement)
    return tuple(Observed(kind, rule.activity, session, device, at=received_at(statement)) for kind in kinds)
