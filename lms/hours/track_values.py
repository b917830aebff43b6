"""Values for the demands of a track, the attestations toward it, and its results. Plain values only.

A session is a half-day of a class. An observation's own `session` (values.py) is a launch of an activity.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Literal, NamedTuple

RequirementKind = Literal["hours", "days", "months", "tasks", "courses"]
Unit = Literal["seconds", "half_days", "months", "tasks", "courses"]


class Attended(NamedTuple):
    """The learner was in the session `place` from `start` to `end`. A check-in that is still open has no end."""

    place: str
    start: int
    end: int | None


class Accepted(NamedTuple):
    """Class staff accepted a task of a requirement."""

    requirement: str
    task: str
    at: int


class Logged(NamedTuple):
    """Class staff accepted a log of practice, dated `on`."""

    requirement: str
    log: str
    on: date


class Waived(NamedTuple):
    """An authority waived an amount of a requirement, in the requirement's own unit."""

    id: str
    requirement: str
    amount: Decimal


Attestation = Attended | Accepted | Logged | Waived


@dataclass(frozen=True, slots=True)
class RequirementRule:
    """The demands of one requirement. Without a `target`, any amount is enough; for courses, all compulsory ones are required.

    `starts` (the local date on which months begin) and `logs_a_month` matter for months only.
    """

    kind: RequirementKind
    target: Decimal | None = None
    starts: date | None = None
    logs_a_month: int = 1


@dataclass(frozen=True, slots=True)
class SessionRule:
    """The time of a session of the learner's class, the requirement to which it counts, and its number of half-days."""

    counts_to: str
    start: int
    end: int
    half_days: int


@dataclass(frozen=True, slots=True)
class Replacement:
    """Activities that replace sessions moved online: a learner who finishes each of them has earned those sessions."""

    sessions: frozenset[str]
    activities: frozenset[str]


@dataclass(frozen=True, slots=True)
class TrackRules:
    """The demands of a whole track and everything that counts to them. `courses` says of each course whether it is compulsory."""

    requirements: Mapping[str, RequirementRule]
    sessions: Mapping[str, SessionRule] = field(default_factory=dict)
    replacements: Mapping[str, Replacement] = field(default_factory=dict)
    courses: Mapping[str, bool] = field(default_factory=dict)


class Clash(NamedTuple):
    """A flag: the learner was present in an activity while attending a session."""

    kind: Literal["clash"]
    activity: str
    place: str


@dataclass(frozen=True, slots=True)
class RequirementResult:
    """The earned amount of a requirement, in its own unit; `earned` includes waived amounts and may exceed the target."""

    earned: Decimal
    waived: Decimal
    target: Decimal | None
    missing: Decimal
    met: bool


@dataclass(frozen=True, slots=True)
class SessionResult:
    """The attended time of a session, whether it counts, and which of its replacements are done."""

    attended_seconds: int
    counts: bool
    replaced_by: tuple[str, ...] = ()


class EarningAccount(NamedTuple):
    """The key of an amount: an activity, a session or a requirement by name; `waived` separates waived from earned amounts."""

    name: str
    unit: Unit
    waived: bool = False


Earnings = Mapping[EarningAccount, int]


@dataclass(frozen=True, slots=True)
class TrackResult:
    """The result of a track: each requirement, each session, the finished courses, the verdict on the whole, and the amount
    on each account of the ledger.
    """

    requirements: Mapping[str, RequirementResult]
    sessions: Mapping[str, SessionResult]
    courses_done: frozenset[str]
    met: bool
    earnings: Earnings
