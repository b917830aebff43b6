"""The sentences of the problems of a JSON file. Each package adds its own codes."""

from collections.abc import Mapping

from courses.strict_json.problem import N_

SENTENCES: Mapping[str, str] = {
    "array-length": N_("must be an array of 1 to %(most)s"),
    "choice": N_("must be one of %(choices)s"),
    "filled-text": N_("must be a text of 1 to %(most)s characters"),
    "given-twice": N_("is given more than once"),
    "missing": N_("is missing"),
    "nested-too-deeply": N_("is nested too deeply"),
    "not-a-boolean": N_("must be true or false"),
    "not-an-array": N_("must be an array"),
    "not-an-object": N_("must be an object"),
    "not-json": N_("is not JSON: %(why)s"),
    "number": N_("must be a number from 0, at most %(most)s"),
    "number-above": N_("must be a number above %(above)s, at most %(most)s"),
    "slug": N_("must be lowercase letters, digits and single hyphens, at most %(most)s, such as listening-first"),
    "text": N_("must be a text of at most %(most)s characters"),
    "unknown-key": N_("is not known here"),
    "whole-number": N_("must be a whole number from %(least)s to %(most)s"),
}
