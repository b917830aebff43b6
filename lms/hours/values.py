"""What does the hours core read and answer? Plain values, nothing else.

Instants are whole seconds since 1970 (UTC); intervals are half-open `[start, end)`. Media positions are whole
milliseconds, so that coverage is compared exactly.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal, NamedTuple

Interval = tuple[int, int]
FlagKind = Literal["claim", "devices", "rate"]


class Present(NamedTuple):
    """The server measured presence in `activity` from `start` to `end`."""

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
    """A trusted provider claims `seconds`, in a session opened at `opened` whose claim arrived at `at`."""

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


@dataclass(frozen=True, slots=True)
class Rule:
    """What one activity is worth (`cap_seconds`), how long its media runs, and what opens its gate."""

    cap_seconds: int
    media_seconds: int | None = None
    completed: bool = False
    passed: bool = False
    coverage: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Case:
    """Everything from which one enrolment's hours follow. `window` clips time only; either end may be open."""

    policy: Policy
    activities: Mapping[str, Rule]
    observations: Sequence[Observation]
    window: tuple[int | None, int | None] = (None, None)


@dataclass(frozen=True, slots=True)
class Gate:
    """What an activity requires and whether it is met; `covered_ms` is the union of its accepted segments."""

    covered_ms: int
    missing: tuple[Literal["completed", "passed", "coverage"], ...]

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
    """What a case comes to. `limited_days` are local days (days since 1970) on which the daily limit bound."""

    measured_seconds: int
    credited_seconds: int
    hours: Decimal
    activities: Mapping[str, ActivityResult]
    flags: tuple[Flag, ...]
    limited_days: frozenset[int]
