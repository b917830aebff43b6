"""How many hours does this evidence earn, and why? Pure: values in, values out; standard library only.

The rules are in README.md beside this file.
"""

from lms.hours.bundle import parse, recompute_file
from lms.hours.changes import changes
from lms.hours.decide import recompute
from lms.hours.explain import ActivityExplanation, Claim, Condition, Explanation, LimitedDay, Uncounted, explain
from lms.hours.json_reader import Problem
from lms.hours.rounding import hours_of
from lms.hours.strict_json import load_json
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
from lms.hours.writing import dump, dump_result, write_instant

__all__ = [
    "ActivityExplanation",
    "ActivityResult",
    "Case",
    "Claim",
    "Completed",
    "Condition",
    "Explanation",
    "Flag",
    "Gate",
    "Interval",
    "LimitedDay",
    "Observation",
    "Passed",
    "Played",
    "Policy",
    "Present",
    "Problem",
    "Reported",
    "Result",
    "Rule",
    "Uncounted",
    "changes",
    "dump",
    "dump_result",
    "explain",
    "hours_of",
    "load_json",
    "parse",
    "recompute",
    "recompute_file",
    "write_instant",
]
