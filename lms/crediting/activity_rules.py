"""The hours core's rule for one activity of a course, now and as it was before. Pure."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from decimal import ROUND_DOWN, Decimal

from courses.outline import Activity
from lms.hours import Rule

RuleOf = Callable[[Activity], Rule]
STEP = Decimal("0.000001")  # a share in a rule has so many places


def rule_of(activity: Activity) -> Rule:
    """Return the rule for an activity: it is worth what it can really earn, and asks for no more of its media than browsers play.

    Minutes are rounded up, so a film of 61 s has two. A course is done when a share of what its activities are worth was worked; with the
    rounded minutes, a course of this film alone could never be done.
    """
    before = rule_before_0044(activity)
    asked, playable = before.coverage, activity.playable_seconds
    if asked is not None and playable is not None and activity.media_seconds is not None:
        whole = Decimal(str(playable)) / Decimal(str(activity.media_seconds))
        asked = min(asked, whole.quantize(STEP, ROUND_DOWN))
    return Rule(
        cap_seconds=activity.worth_seconds,
        media_seconds=before.media_seconds,
        completed=before.completed,
        passed=before.passed,
        coverage=asked,
    )


def rule_before_0053(activity: Activity) -> Rule:
    """Return the rule that an activity had until migration 0053: media of a few seconds were worth every second of their stated length."""
    rule, lasts = rule_of(activity), activity.media_seconds
    return rule if lasts is None else replace(rule, cap_seconds=min(activity.minutes * 60, int(lasts)))


def rule_before_0044(activity: Activity) -> Rule:
    """Return the rule that an activity had until migration 0044: its rounded minutes, and its coverage as asked for."""
    coverage = activity.requires.get("coverage")
    return Rule(
        cap_seconds=activity.minutes * 60,
        media_seconds=None if activity.media_seconds is None else _exact(activity.media_seconds),
        completed=bool(activity.requires.get("completed") or activity.requires.get("completed_or_passed")),
        passed=bool(activity.requires.get("passed", False)),
        coverage=None if coverage is None else Decimal(str(coverage)),
    )


# Fingerprints that were printed then, and accounts that were not decided again since, are checked with these; the newest comes first.
EARLIER_RULES: Sequence[RuleOf] = (rule_before_0053, rule_before_0044)


def _exact(seconds: float) -> int | Decimal:
    exact = Decimal(str(seconds))
    return int(exact) if exact == int(exact) else exact
