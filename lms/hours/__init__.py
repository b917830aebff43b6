"""Decide how much evidence earns, and explain it. Pure: values in, values out; standard library only.

README.md in this folder states the rules.
"""

from courses.strict_json.loading import load_json
from courses.strict_json.problem import Problem
from lms.hours.allocation import Allocation
from lms.hours.bundle import parse, recompute_file
from lms.hours.changes import changes
from lms.hours.decide import decide, recompute
from lms.hours.earnings import UNITS, units_in_one
from lms.hours.exact import plain_text, share_of
from lms.hours.explain import ActivityExplanation, Claim, Explanation, GateCondition, LimitedDay, Uncounted, explain
from lms.hours.hold_values import HOLDABLE, FlagKind, HeldFlag, HoldState, Reviewed
from lms.hours.instants import write_instant
from lms.hours.lifetime import judge_lifetime
from lms.hours.lifetime_reading import parse_rule, recompute_any_file
from lms.hours.lifetime_values import Elsewhere, LifetimeCase, LifetimeResult, LifetimeRule
from lms.hours.months import month_window
from lms.hours.requirements import judge
from lms.hours.rounding import hours_of
from lms.hours.track_values import (
    Accepted,
    Attended,
    Attestation,
    Clash,
    EarningAccount,
    Earnings,
    Logged,
    Replacement,
    RequirementKind,
    RequirementResult,
    RequirementRule,
    SessionResult,
    SessionRule,
    TrackResult,
    TrackRules,
    Unit,
    Waived,
)
from lms.hours.values import (
    ActivityResult,
    Case,
    Completed,
    Flag,
    Gate,
    Interval,
    Observation,
    Passed,
    Played,
    Policy,
    Present,
    Reported,
    Result,
    Rule,
)
from lms.hours.writing import dump, dump_result

__all__ = [
    "HOLDABLE",
    "UNITS",
    "Accepted",
    "ActivityExplanation",
    "ActivityResult",
    "Allocation",
    "Attended",
    "Attestation",
    "Case",
    "Claim",
    "Clash",
    "Completed",
    "EarningAccount",
    "Earnings",
    "Elsewhere",
    "Explanation",
    "Flag",
    "FlagKind",
    "Gate",
    "GateCondition",
    "HeldFlag",
    "HoldState",
    "Interval",
    "LifetimeCase",
    "LifetimeResult",
    "LifetimeRule",
    "LimitedDay",
    "Logged",
    "Observation",
    "Passed",
    "Played",
    "Policy",
    "Present",
    "Problem",
    "Replacement",
    "Reported",
    "RequirementKind",
    "RequirementResult",
    "RequirementRule",
    "Result",
    "Reviewed",
    "Rule",
    "SessionResult",
    "SessionRule",
    "TrackResult",
    "TrackRules",
    "Uncounted",
    "Unit",
    "Waived",
    "changes",
    "decide",
    "dump",
    "dump_result",
    "explain",
    "hours_of",
    "judge",
    "judge_lifetime",
    "load_json",
    "month_window",
    "parse",
    "parse_rule",
    "plain_text",
    "recompute",
    "recompute_any_file",
    "recompute_file",
    "share_of",
    "units_in_one",
    "write_instant",
]
