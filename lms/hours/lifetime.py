"""Judge the hours of all years and programmes by a multi-year rule. Pure; every second counts at most once.

Four rules decide what counts, in this order:

1. An enrolment's credited seconds are placed in time, the earliest measured ones first (`placing`).
2. The same activity of the same course counts once in a period (or once at all, as the rule says), even if several programmes
   credited it: the enrolment that credited most of it there counts, of equal ones the first.
3. Of one calendar day, sessions count at most `hours_a_day` in all enrolments together (`sharing`).
4. A second that several enrolments credit counts once: for the first enrolment, and in it for the first line by name. A session
   beyond the most of its day leaves the second to online study that shares it.
5. Each figure is the sum of its own seconds, converted once and rounded down once; hours earned elsewhere are added as approved.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from fractions import Fraction

from lms.hours.days import EPOCH, midnight
from lms.hours.intervals import length
from lms.hours.lifetime_values import (
    Amount,
    Elsewhere,
    LifetimeCase,
    LifetimeKind,
    LifetimeLine,
    LifetimeResult,
    LifetimeRule,
    LineResult,
    PeriodResult,
    YearResult,
)
from lms.hours.placing import lines_of
from lms.hours.rounding import converted
from lms.hours.sharing import share_out
from lms.hours.values import Interval

NOTHING = Decimal(0)


def judge_lifetime(case: LifetimeCase) -> LifetimeResult:
    """Judge all enrolments of one person together. Order and repetition of evidence make no difference."""
    day_seconds = None if case.rule.day_seconds is None else Fraction(case.rule.day_seconds)
    lines = [line for number, own in sorted(case.enrolments.items()) for line in lines_of(number, own, day_seconds)]
    return judge_lines(case.rule, lines, case.elsewhere, case.as_of)


def judge_lines(rule: LifetimeRule, lines: Iterable[LifetimeLine], elsewhere: Sequence[Elsewhere], as_of: date) -> LifetimeResult:
    """Judge credited time that is already placed."""
    results = list(counted_lines(rule, lines))
    approved = {one.id: one for one in elsewhere}
    hours = {one.id: _hours(rule, one) for one in approved.values()}
    years = {year for one in results for year in one.counted} | {one.until.year for one in approved.values()} | {as_of.year}
    firsts = range(rule.period_of(min(years)), rule.period_of(max(years)) + 1, rule.years)
    judge = _Judge(rule, results, [(approved[key], amount) for key, amount in hours.items() if amount is not None], as_of)
    unconverted = tuple(sorted(key for key, amount in hours.items() if amount is None))
    return LifetimeResult([judge.period(first) for first in firsts], results, unconverted)


def counted_lines(rule: LifetimeRule, lines: Iterable[LifetimeLine]) -> Iterator[LineResult]:
    """Yield what counts of each line, in order of enrolment, source and name."""
    ordered = sorted({one for one in lines if one.spans})
    kept, instead = _without_repetitions(rule, ordered)
    shares = share_out(ordered, kept, rule.day_seconds, rule.time_zone)
    for number, line in enumerate(ordered):
        mine, limited = shares.counted[number], shares.limited[number]
        overlap = length(kept[number]) - length(mine) - limited
        repeated = length(line.spans) - length(kept[number])
        counted, beside = _by_year(mine, rule.time_zone), tuple(sorted(shares.beside[number]))
        yield LineResult(line, counted, overlap, beside, repeated, tuple(sorted(instead[number])), limited)


def _without_repetitions(rule: LifetimeRule, lines: Sequence[LifetimeLine]) -> tuple[list[list[Interval]], list[set[int]]]:
    """Return the spans of each line without those of an activity that another enrolment counts, and which enrolments those are."""
    claims: dict[tuple[str, int | None], dict[int, list[Interval]]] = defaultdict(dict)
    kept: list[list[Interval]] = [[] for _ in lines]
    for number, line in enumerate(lines):
        for year, span in cut_by_year(line.spans, rule.time_zone):
            if line.same is None:
                kept[number].append(span)
                continue
            group = (line.same, rule.period_of(year) if rule.same_activity == "once-a-period" else None)
            claims[group].setdefault(number, []).append(span)
    instead: list[set[int]] = [set() for _ in lines]
    for own in claims.values():
        winner = max(own, key=lambda number: (length(own[number]), -number))
        kept[winner] += own[winner]
        for number in own.keys() - {winner}:
            instead[number].add(lines[winner].enrolment)
    return [_joined(own) for own in kept], instead


def _joined(spans: Iterable[Interval]) -> list[Interval]:
    """Join spans that touch where a year ended."""
    found: list[Interval] = []
    for start, end in sorted(spans):
        if found and found[-1][1] == start:
            found[-1] = (found[-1][0], end)
        else:
            found.append((start, end))
    return found


def cut_by_year(spans: Iterable[Interval], zone: str) -> Iterator[tuple[int, Interval]]:
    """Yield each span with its local year, cut where a year ends."""
    for start, end in spans:
        since = start
        year = datetime.fromtimestamp(since, UTC).year - 1  # the local year is this one, or one of the next two
        while since < end:
            ends = _begins(year + 1, zone)
            if since < ends:
                yield year, (since, min(end, ends))
                since = min(end, ends)
            year += 1


def _begins(year: int, zone: str) -> int:
    return midnight((date(year, 1, 1) - EPOCH).days, zone)


def _by_year(spans: Iterable[Interval], zone: str) -> Mapping[int, int]:
    seconds: dict[int, int] = defaultdict(int)
    for year, (start, end) in cut_by_year(spans, zone):
        seconds[year] += end - start
    return dict(seconds)


def _hours(rule: LifetimeRule, one: Elsewhere) -> Decimal | None:
    """Return the hours of evidence from elsewhere; None if the rule does not say what they are worth."""
    kind = next((kind for kind in rule.kinds if kind.key == one.kind), None)
    if kind is None or (one.hours is None and kind.hours_a_day is None):
        return None
    return one.hours if one.hours is not None else (one.days or NOTHING) * (kind.hours_a_day or 0)


class _Judge:
    """Adds up seconds and hours by year and kind."""

    def __init__(
        self, rule: LifetimeRule, lines: Sequence[LineResult], elsewhere: Sequence[tuple[Elsewhere, Decimal]], as_of: date
    ) -> None:
        self._rule, self._as_of = rule, as_of
        self._seconds: dict[tuple[int, str], int] = defaultdict(int)
        for one in lines:
            for year, seconds in one.counted.items():
                self._seconds[year, one.line.source] += seconds
        self._elsewhere: dict[tuple[int, str], Decimal] = defaultdict(Decimal)
        for said, hours in elsewhere:
            self._elsewhere[said.until.year, said.kind] += hours

    def period(self, first: int) -> PeriodResult:
        """Judge one period."""
        rule, years = self._rule, range(first, first + self._rule.years)
        begun = tuple(year for year in years if year <= self._as_of.year)
        whole = self._amount(years, rule.kinds, rule.target)
        most = whole.elsewhere if rule.elsewhere_at_most is None else min(whole.elsewhere, Decimal(rule.elsewhere_at_most))
        return PeriodResult(
            first,
            first + rule.years - 1,
            Amount(whole.seconds, whole.measured, most, rule.target),
            {one.key: self._amount(years, [one], one.target) for one in rule.kinds},
            [self._year(year) for year in years],
            whole.elsewhere - most,
            begun,
        )

    def _year(self, year: int) -> YearResult:
        rule = self._rule
        kinds = {one.key: self._amount([year], [one], one.a_year) for one in rule.kinds}
        return YearResult(year, self._amount([year], rule.kinds, rule.a_year), kinds)

    def _amount(self, years: Iterable[int], kinds: Sequence[LifetimeKind], target: int | None) -> Amount:
        seconds, elsewhere = 0, NOTHING
        for year in years:
            seconds += sum(self._seconds.get((year, one.measured), 0) for one in kinds if one.measured is not None)
            elsewhere += sum((self._elsewhere.get((year, one.key), NOTHING) for one in kinds), NOTHING)
        return Amount(seconds, converted(seconds, self._rule.hour_minutes, self._rule.round_to), elsewhere, target)
