"""What does the hours core read and answer? Plain values, nothing else.

Instants are whole seconds since 1970 (UTC), fractions floored; intervals are half-open `[start, end)`. Media positions
are whole milliseconds, as exact as the xAPI Video profile writes them, so that coverage is compared without rounding.
Observations are tuples of plain values: thousands of them are built a second, straight from database rows.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal, NamedTuple

from lms.hours.track_values import Attestation, Clash, TrackResult, TrackRules

Interval = tuple[int, int]
FlagKind = Literal["claim", "devices", "rate"]
Need = Literal["completed", "passed", "coverage"]
USUAL_SHARE = Decimal("0.8")


class Present(NamedTuple):
    """The server measured presence in `activity` from `start` to `end`. An empty `device` is an unknown one."""

    activity: str
    session: str
    device: str
    start: int
    end: int


class Played(NamedTuple):
    """Media positions `[start_ms, end_ms)` were played at `rate` times normal speed. Proves coverage, never time."""

    activity: str
    session: str
    at: int
    start_ms: int
    end_ms: int
    rate: Decimal | float


class Reported(NamedTuple):
    """A provider the programme trusts claims `seconds`, in a session opened at `opened`; the claim arrived at `at`."""

    activity: str
    session: str
    opened: int
    at: int
    seconds: int


class Completed(NamedTuple):
    """The content said it was completed. Opens a gate, never the clock."""

    activity: str
    session: str
    at: int


class Passed(NamedTuple):
    """The content, or the server's own grading, said it was passed. Opens a gate, never the clock."""

    activity: str
    session: str
    at: int


Observation = Present | Played | Reported | Completed | Passed


@dataclass(frozen=True, slots=True)
class Policy:
    """A programme's rules of conversion; every one of them is printed on the transcript."""

    hour_minutes: int
    round_to: Decimal
    time_zone: str
    daily_limit_minutes: int | None
    max_rate: Decimal
    finished_share: Decimal = USUAL_SHARE
    attended_share: Decimal = USUAL_SHARE


@dataclass(frozen=True, slots=True)
class Rule:
    """What one activity is worth (`cap_seconds`), how long its media runs, and what opens its gate.

    `coverage` is the share of the media that must have been played; without `media_seconds` that gate never opens.
    `counts_to` names the hours requirement that its seconds count to, `course` the course it belongs to.
    """

    cap_seconds: int
    media_seconds: int | Decimal | None = None
    completed: bool = False
    passed: bool = False
    coverage: Decimal | None = None
    counts_to: str | None = None
    course: str | None = None


@dataclass(frozen=True, slots=True)
class Case:
    """Everything from which one enrolment's hours follow. `window` clips time only; either end may be open.

    With a `track`, the result judges its requirements too; `as_of` is the instant up to which months have passed.
    """

    policy: Policy
    activities: Mapping[str, Rule]
    observations: Sequence[Observation]
    window: tuple[int | None, int | None] = (None, None)
    as_of: int | None = None
    track: TrackRules | None = None
    attestations: Sequence[Attestation] = ()


@dataclass(frozen=True, slots=True)
class Gate:
    """What an activity requires and whether it is met; `covered_ms` is the union of its accepted segments."""

    covered_ms: int
    missing: tuple[Need, ...]

    @property
    def open(self) -> bool:
        """Whether nothing is missing."""
        return not self.missing


@dataclass(frozen=True, slots=True)
class ActivityResult:
    """One activity's account: when somebody was there, what counts, and what could count at most."""

    measured: tuple[Interval, ...]
    measured_seconds: int
    credited_seconds: int
    cap_seconds: int
    gate: Gate


class Flag(NamedTuple):
    """Something a reviewer should see. A flag never takes seconds away."""

    kind: FlagKind
    activity: str
    session: str


@dataclass(frozen=True, slots=True)
class Result:
    """What a case comes to. `measured_seconds` counts time in two activities once; `limited_days` are the local days
    (in days since 1970) that had more time to credit than the daily limit.

    `hours` leaves out the activities that stand for a session; `track` is None where the case has no requirements.
    """

    measured_seconds: int
    credited_seconds: int
    hours: Decimal
    activities: Mapping[str, ActivityResult]
    flags: tuple[Flag | Clash, ...]
    limited_days: frozenset[int]
    track: TrackResult | None = None
