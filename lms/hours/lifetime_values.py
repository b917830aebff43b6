"""Values of a lifetime record: the multi-year rule, the amounts of all enrolments, and the result. Plain values only.

A period is a fixed number of years, such as 2021–2025. Years are those of the rule's time zone.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Literal, NamedTuple

from lms.hours.values import Case, Interval

MeasuredSource = Literal["online", "days"]
SOURCES: tuple[MeasuredSource, ...] = ("online", "days")
Repetition = Literal["once-a-period", "once"]
REPETITIONS: tuple[Repetition, ...] = ("once-a-period", "once")


class Words(NamedTuple):
    """A name in both languages."""

    zh: str
    en: str


@dataclass(frozen=True, slots=True)
class LifetimeKind:
    """One kind of training. `measured` says which measured time belongs to it; without it, only hours earned elsewhere do.

    `hours_a_day` is the most that a calendar day counts, in all classes together, and the value of a day earned elsewhere.
    """

    key: str
    name: Words
    measured: MeasuredSource | None = None
    hours_a_day: int | None = None
    target: int | None = None
    a_year: int | None = None


@dataclass(frozen=True, slots=True)
class LifetimeRule:
    """A multi-year rule. Targets and minimums are in hours of `hour_minutes`; `target` is for one period."""

    code: str
    name: Words
    years: int
    first_year: int
    hour_minutes: int
    round_to: Decimal
    time_zone: str
    same_activity: Repetition
    target: int
    a_year: int | None
    elsewhere_at_most: int | None
    kinds: Sequence[LifetimeKind]

    @property
    def day_seconds(self) -> int | None:
        """The most seconds of attended sessions that count of one calendar day; None if the rule counts none."""
        hours = next((one.hours_a_day for one in self.kinds if one.measured == "days"), None)
        return None if hours is None else hours * self.hour_minutes * 60

    def period_of(self, year: int) -> int:
        """Return the first year of the period to which a year belongs."""
        return year - (year - self.first_year) % self.years


class Elsewhere(NamedTuple):
    """Hours or days earned elsewhere, as an office approved them. They count in the year of the last day."""

    id: str
    kind: str
    hours: Decimal | None
    days: Decimal | None
    until: date


class LifetimeLine(NamedTuple):
    """Credited time of one enrolment: of an activity, of a session, or of an activity that replaces sessions.

    The spans are disjoint and in order. `same` names an activity that other enrolments may have as well, also where it replaces sessions.
    """

    enrolment: int
    name: str
    source: MeasuredSource
    same: str | None
    spans: tuple[Interval, ...]


@dataclass(frozen=True, slots=True)
class LifetimeCase:
    """The complete input: the rule, the case of each enrolment, the hours earned elsewhere, and the day of the question."""

    rule: LifetimeRule
    enrolments: Mapping[int, Case]
    elsewhere: Sequence[Elsewhere]
    as_of: date


@dataclass(frozen=True, slots=True)
class LineResult:
    """The part of a line that counts, and why the rest does not.

    `overlap_seconds` were counted for the enrolments in `beside`; `repeated_seconds` belong to an activity that counts as credited
    by the enrolments in `instead`; `limited_seconds` are beyond the most of a calendar day.
    """

    line: LifetimeLine
    counted: Mapping[int, int]  # seconds by year
    overlap_seconds: int = 0
    beside: tuple[int, ...] = ()
    repeated_seconds: int = 0
    instead: tuple[int, ...] = ()
    limited_seconds: int = 0


@dataclass(frozen=True, slots=True)
class Amount:
    """Measured hours and hours earned elsewhere, which are never mixed; `missing` is the difference to a target, if there is one."""

    seconds: int
    measured: Decimal
    elsewhere: Decimal
    target: int | None = None

    @property
    def together(self) -> Decimal:
        """Both."""
        return self.measured + self.elsewhere

    @property
    def missing(self) -> Decimal:
        """The hours that are missing to the target."""
        return max(Decimal(0), Decimal(self.target or 0) - self.together)

    @property
    def met(self) -> bool:
        """Whether nothing is missing."""
        return not self.missing


@dataclass(frozen=True, slots=True)
class YearResult:
    """One year: all of it, and each kind by its key."""

    year: int
    whole: Amount
    kinds: Mapping[str, Amount]


@dataclass(frozen=True, slots=True)
class PeriodResult:
    """One period. `elsewhere_left_out` are hours earned elsewhere beyond the most that the rule allows."""

    first: int
    last: int
    whole: Amount
    kinds: Mapping[str, Amount]
    years: Sequence[YearResult]
    elsewhere_left_out: Decimal = Decimal(0)
    begun: tuple[int, ...] = ()  # the years that have begun and so can be judged

    @property
    def met(self) -> bool:
        """Whether the total, every kind and every minimum of the years that have begun are reached."""
        amounts = [self.whole, *self.kinds.values()]
        for one in self.years:
            if one.year in self.begun:
                amounts += [one.whole, *one.kinds.values()]
        return all(one.met for one in amounts)


@dataclass(frozen=True, slots=True)
class LifetimeResult:
    """The result: periods in order of time, and every line with what counted of it.

    `unconverted` are hours earned elsewhere that count nothing, because their kind has no value for a day, or is unknown to the rule.
    """

    periods: Sequence[PeriodResult]
    lines: Sequence[LineResult]
    unconverted: Sequence[str] = ()
