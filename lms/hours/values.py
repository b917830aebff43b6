"""The input and output values of the hours core. Plain values only.

Instants are whole seconds since 1970 (UTC), fractions rounded down; intervals are half-open `[start, end)`. Media positions
are whole milliseconds, the precision of the xAPI Video profile, so that coverage is compared without rounding.
Observations are tuples of plain values, because thousands of them are built every second, straight from database rows.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal, NamedTuple

from lms.hours.hold_values import FlagKind, HeldFlag, Reviewed
from lms.hours.track_values import Attestation, Clash, TrackResult, TrackRules

Interval = tuple[int, int]
Need = Literal["completed", "passed", "coverage"]
USUAL_SHARE = Decimal("0.8")


class Present(NamedTuple):
    """The server measured presence in `activity` from `start` to `end`. An empty `device` means unknown."""

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
    """A provider that the programme trusts claims `seconds`, in a session opened at `opened`; the claim arrived at `at`."""

    activity: str
    session: str
    opened: int
    at: int
    seconds: int


class Completed(NamedTuple):
    """The content reported its completion. This can open a gate, but it never adds time."""

    activity: str
    session: str
    at: int


class Passed(NamedTuple):
    """The content or the server's grading reported that it was passed. This can open a gate, but it never adds time."""

    activity: str
    session: str
    at: int


Observation = Present | Played | Reported | Completed | Passed


@dataclass(frozen=True, slots=True)
class Policy:
    """A programme's rules of conversion; the transcript prints every one of them. `holds` are the kinds of flags that hold hours."""

    hour_minutes: int
    round_to: Decimal
    time_zone: str
    daily_limit_minutes: int | None
    max_rate: Decimal
    finished_share: Decimal = USUAL_SHARE
    attended_share: Decimal = USUAL_SHARE
    holds: frozenset[FlagKind] = frozenset()


@dataclass(frozen=True, slots=True)
class Rule:
    """The rules of one activity: the most it can earn (`cap_seconds`), the length of its media, and the conditions of its gate.

    `coverage` is the share of the media that must be played; without `media_seconds` that condition is never met.
    `counts_to` names the hours requirement to which its seconds count, `course` the course to which it belongs.
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
    """The complete input for one enrolment's hours. `window` clips time only; both ends are optional.

    With a `track`, its requirements are judged too; `as_of` is the instant up to which months have passed.
    """

    policy: Policy
    activities: Mapping[str, Rule]
    observations: Sequence[Observation]
    window: tuple[int | None, int | None] = (None, None)
    as_of: int | None = None
    track: TrackRules | None = None
    attestations: Sequence[Attestation] = ()
    reviews: Sequence[Reviewed] = ()


@dataclass(frozen=True, slots=True)
class Gate:
    """The conditions of an activity and whether they are met; `covered_ms` is the length of the union of its accepted segments."""

    covered_ms: int
    missing: tuple[Need, ...]

    @property
    def open(self) -> bool:
        """Whether no condition is missing."""
        return not self.missing


@dataclass(frozen=True, slots=True)
class ActivityResult:
    """The result of one activity: the presence, the credited seconds, and the most that could be credited.

    `held_seconds` would be credited as well if every open hold were released; cap and gate are those that would then hold.
    `refused_seconds` were measured, and a reviewer refused them.
    """

    measured: tuple[Interval, ...]
    measured_seconds: int
    credited_seconds: int
    cap_seconds: int
    gate: Gate
    held_seconds: int = 0
    refused_seconds: int = 0


class Flag(NamedTuple):
    """Something that a reviewer should see. A flag never reduces hours."""

    kind: FlagKind
    activity: str
    session: str


@dataclass(frozen=True, slots=True)
class Result:
    """The result of a case. In `measured_seconds`, time in two activities counts once. `limited_days` are the local days
    (in days since 1970) that had more creditable time than the daily limit.

    `hours` leaves out the activities that replace a session; `track` is None if the case has no requirements.
    """

    measured_seconds: int
    credited_seconds: int
    hours: Decimal
    activities: Mapping[str, ActivityResult]
    flags: tuple[Flag | Clash, ...]
    limited_days: frozenset[int]
    track: TrackResult | None = None
    holds: tuple[HeldFlag, ...] = ()

    @property
    def held_seconds(self) -> int:
        """The seconds that would be credited as well if every open hold were released."""
        return sum([one.held_seconds for one in self.activities.values()])
