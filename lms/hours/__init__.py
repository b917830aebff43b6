"""How many hours does this evidence earn, and why? Pure: values in, values out; standard library only.

The rules are in README.md beside this file.
"""

from lms.hours.bundle import dump, dump_result, parse, recompute_file
from lms.hours.decide import hours_of, recompute
from lms.hours.values import (
    ActivityResult,
    Case,
    Completed,
    Flag,
    Gate,
    Observation,
    Passed,
    Played,
    Policy,
    Present,
    Reported,
    Result,
    Rule,
)

__all__ = [
    "ActivityResult",
    "Case",
    "Completed",
    "Flag",
    "Gate",
    "Observation",
    "Passed",
    "Played",
    "Policy",
    "Present",
    "Reported",
    "Result",
    "Rule",
    "dump",
    "dump_result",
    "hours_of",
    "parse",
    "recompute",
    "recompute_file",
]
