"""What does a track demand, what was attested toward it, and what does it come to? Plain values, nothing else.

A session is a half-day of a class; an observation's own `session` (values.py) is a launch of an activity.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Literal, NamedTuple

RequirementKind = Literal["hours", "days", "months", "tasks", "courses"]
Unit = Literal["seconds", "half_days", "months", "tasks", "courses"]


class Attended(NamedTuple):
    """The learner was in the session `place` from `start` to `end`. A check-in that nobody has closed yet has no end."""

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
    """What a track demands. Without a `target` anything earned is enough; for courses, all compulsory ones are demanded.

    `starts` (the local date on which months begin) and `logs_a_month` matter for months only.
    """

    kind: RequirementKind
    target: Decimal | None = None
    starts: date | None = None
    logs_a_month: int = 1


@dataclass(frozen=True, slots=True)
class SessionRule:
    """When a session of the learner's class takes place, and how many half-days of which requirement it is worth."""

    counts_to: str
    start: int
    end: int
    half_days: int


@dataclass(frozen=True, slots=True)
class Replacement:
    """Activities that stand for sessions moved online: whoever finishes each of them has earned those sessions."""

    sessions: frozenset[str]
    activities: frozenset[str]


@dataclass(frozen=True, slots=True)
class TrackRules:
    """What a whole track demands, and of what it can be earned. `courses` says of each course whether it is compulsory."""

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
    """What of a requirement is earned, in its own unit; `earned` includes what was waived and may exceed the target."""

    earned: Decimal
    waived: Decimal
    target: Decimal | None
    missing: Decimal
    met: bool


@dataclass(frozen=True, slots=True)
class SessionResult:
    """How long a session was attended, whether it counts, and which replacements were done for it."""

    attended_seconds: int
    counts: bool
    replaced_by: tuple[str, ...] = ()


class EarningAccount(NamedTuple):
    """Where an amount stands: an activity, a session or a requirement by name; `waived` sets apart what was not worked for."""

    name: str
    unit: Unit
    waived: bool = False


Earnings = Mapping[EarningAccount, int]


@dataclass(frozen=True, slots=True)
class TrackResult:
    """What a track comes to: each requirement, each session, which courses are done, the verdict on the whole, and what
    stands on each account of the ledger.
    """

    requirements: Mapping[str, RequirementResult]
    sessions: Mapping[str, SessionResult]
    courses_done: frozenset[str]
    met: bool
    earnings: Earnings
