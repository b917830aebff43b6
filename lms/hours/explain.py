"""Explain a result: the measured time, what it could earn, and the reason for every second that did not count.

For each activity, `measured = credited + not counted` holds to the second, and each second is explained once.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Literal

from lms.hours.allocation import Allocation, Share
from lms.hours.days import EPOCH
from lms.hours.decide import decide
from lms.hours.evidence import Evidence, claimed, is_too_fast, is_too_long, sort_out
from lms.hours.gate import media_ms
from lms.hours.intervals import clip, length, union
from lms.hours.values import (
    ActivityResult,
    Case,
    Need,
    Played,
    Reported,
    Result,
    Rule,
)

SHOWN_SHARE = 10_000  # coverage is shown in steps of 0.0001, rounded down, so that it never looks sufficient when it is not

# held: held for review · refused: refused by a reviewer · gate: the gate is closed · cap: the activity has earned all it can ·
# shared: the time counted for another activity at that time · limit: the local day had reached its limit
LossReason = Literal["held", "refused", "gate", "cap", "shared", "limit"]
CapBasis = Literal["minutes", "covered", "gate"]


@dataclass(frozen=True, slots=True)
class GateCondition:
    """One condition of a gate. For coverage, `have` and `asked` are shares of the media; for others they are None."""

    name: Need
    met: bool
    have: Decimal | None = None
    asked: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Uncounted:
    """Measured seconds of an activity that earned nothing; `beside` are the activities that received shared time."""

    reason: LossReason
    seconds: int
    beside: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Claim:
    """A provider's claim and the time that counts as measured: less than claimed if it is too long, none if not trusted."""

    reported: Reported
    counted_seconds: int
    problem: Literal["too long", "not trusted"] | None


@dataclass(frozen=True, slots=True)
class ActivityExplanation:
    """The full explanation of one activity. `account` has the measured intervals and the seconds.

    `cap_basis` names the source of the cap. `repeated_seconds` were measured more than once (two tabs, two devices,
    evidence sent twice) and count once; `outside_seconds` are outside the enrolment's window.
    """

    account: ActivityResult
    rule: Rule
    conditions: tuple[GateCondition, ...]
    cap_basis: CapBasis
    covered_seconds: int
    uncounted: tuple[Uncounted, ...]
    repeated_seconds: int
    outside_seconds: int
    refused: tuple[Played, ...]
    claims: tuple[Claim, ...]


@dataclass(frozen=True, slots=True)
class LimitedDay:
    """A local day with more creditable time than the policy allows."""

    day: date
    seconds: int
    limit_seconds: int


@dataclass(frozen=True, slots=True)
class Explanation:
    """The explanation of a result."""

    result: Result
    activities: Mapping[str, ActivityExplanation]
    limited_days: tuple[LimitedDay, ...]


def explain(case: Case, not_trusted: Sequence[Reported] = (), decided: tuple[Result, Allocation] | None = None) -> Explanation:
    """Decide a case and explain its result. `not_trusted` are claims that are not evidence of the case and are shown beside it.

    `decided`: what `decide` gave for this case, if that was asked already.

    Raises:
        KeyError: an observation or claim names an activity that the case does not have.
    """
    result, allocation = decided or decide(case)
    found = sort_out(case)
    refused: dict[str, list[Played]] = {name: [] for name in case.activities}
    claims: dict[str, list[Claim]] = {name: [] for name in case.activities}
    for seen in case.observations:
        if isinstance(seen, Played) and is_too_fast(seen, case.policy):
            refused[seen.activity].append(seen)
        elif isinstance(seen, Reported):
            claims[seen.activity].append(_claim(case, seen))
    for seen in not_trusted:
        claims[seen.activity].append(Claim(seen, 0, "not trusted"))
    activities = {}
    shares = allocation.shares()
    for name, rule in case.activities.items():
        facts = _ActivityFacts(case, rule, result.activities[name], found[name])
        activities[name] = facts.explanation(_uncounted(name, facts.account, shares), tuple(refused[name]), tuple(claims[name]))
    return Explanation(result, activities, _limited_days(case, allocation))


@dataclass(frozen=True, slots=True)
class _ActivityFacts:
    """The values from which an activity's explanation is built."""

    case: Case
    rule: Rule
    account: ActivityResult
    evidence: Evidence

    def explanation(self, uncounted: tuple[Uncounted, ...], refused: tuple[Played, ...], claims: tuple[Claim, ...]) -> ActivityExplanation:
        joined = union(self.evidence.times)
        inside = clip(self.evidence.times, *self.case.window)
        return ActivityExplanation(
            account=self.account,
            rule=self.rule,
            conditions=tuple(self._conditions()),
            cap_basis=self._cap_basis(),
            covered_seconds=self.account.gate.covered_ms // 1000,
            uncounted=uncounted,
            repeated_seconds=length(interval for interval in inside if interval[0] < interval[1]) - self.account.measured_seconds,
            outside_seconds=length(joined) - self.account.measured_seconds,
            refused=refused,
            claims=claims,
        )

    def _conditions(self) -> Iterable[GateCondition]:
        missing = self.account.gate.missing
        if self.rule.completed:
            yield GateCondition("completed", "completed" not in missing)
        if self.rule.passed:
            yield GateCondition("passed", "passed" not in missing)
        if self.rule.coverage is not None:
            runs_ms = media_ms(self.rule)
            steps = self.account.gate.covered_ms * SHOWN_SHARE // runs_ms if runs_ms else 0
            yield GateCondition("coverage", "coverage" not in missing, Decimal(steps) / SHOWN_SHARE, self.rule.coverage)

    def _cap_basis(self) -> CapBasis:
        if not self.account.gate.open:
            return "gate"
        return "minutes" if self.account.cap_seconds == self.rule.cap_seconds else "covered"


def _claim(case: Case, seen: Reported) -> Claim:
    return Claim(seen, length(clip(union([claimed(seen)]), *case.window)), "too long" if is_too_long(seen) else None)


def _uncounted(name: str, account: ActivityResult, shares: Sequence[Share]) -> tuple[Uncounted, ...]:
    """Return why measured seconds earned nothing. An activity at its cap did not need the seconds that others received."""
    reviewed = (Uncounted("held", account.held_seconds), Uncounted("refused", account.refused_seconds))
    left = account.measured_seconds - account.credited_seconds - account.held_seconds - account.refused_seconds
    return tuple(reason for reason in (*reviewed, *_unearned(name, account, left, shares)) if reason.seconds)


def _unearned(name: str, account: ActivityResult, left: int, shares: Sequence[Share]) -> tuple[Uncounted, ...]:
    """Return why seconds that nobody holds or refused earned nothing."""
    if not left:
        return ()
    if not account.gate.open:
        return (Uncounted("gate", left),)
    if account.credited_seconds + account.held_seconds == account.cap_seconds:
        return (Uncounted("cap", left),)
    own = [share for share in shares if name in share.given]
    others = {other: seconds for share in own for other, seconds in share.given.items() if other != name and seconds}
    shared = sum(sum(share.given.values()) - share.given[name] for share in own)
    return (Uncounted("shared", shared, tuple(sorted(others))), Uncounted("limit", left - shared))


def _limited_days(case: Case, allocation: Allocation) -> tuple[LimitedDay, ...]:
    limit_s = (case.policy.daily_limit_minutes or 0) * 60
    return tuple(LimitedDay(EPOCH + timedelta(days=day), seconds, limit_s) for day, seconds in allocation.limited.items())
