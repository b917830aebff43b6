"""The XSD of cmi5's course structure, written as rules: which elements in which order, and which attributes (cmi5 13.2).

The schema is short. A validator would be a large parser for untrusted files, so we do without one.
"""

from collections import deque
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from courses.manifest_xml import Element, at_line
from courses.strict_json.problem import Problem

NAMESPACE = "https://w3id.org/xapi/profiles/cmi5/v1/CourseStructure.xsd"
LONGEST_SHOWN = 120  # characters of a text that a problem repeats


class SequencePart(NamedTuple):
    """A place in a sequence of the XSD: which elements may stand there, and how many."""

    names: tuple[str, ...]
    least: int = 1
    most: int = 1


MANY = 2**31
TEXTS = (SequencePart(("title",)), SequencePart(("description",)))
OBJECTIVES = SequencePart(("objectives",), 0)
UNITS = SequencePart(("au", "block"), 1, MANY)
SEQUENCES: Mapping[str, tuple[SequencePart, ...]] = {
    "courseStructure": (SequencePart(("course",)), OBJECTIVES, UNITS),
    "course": TEXTS,
    "block": (*TEXTS, OBJECTIVES, UNITS),
    "au": (*TEXTS, OBJECTIVES, SequencePart(("url",)), SequencePart(("launchParameters",), 0), SequencePart(("entitlementKey",), 0)),
    "objectives": (SequencePart(("objective",), 1, MANY),),
    "title": (SequencePart(("langstring",), 1, MANY),),
    "description": (SequencePart(("langstring",), 1, MANY),),
}
ATTRIBUTES: Mapping[str, frozenset[str]] = {
    "course": frozenset({"id"}),
    "block": frozenset({"id"}),
    "au": frozenset({"id", "moveOn", "masteryScore", "launchMethod", "activityType"}),
    "objective": frozenset({"id", "idref"}),
    "langstring": frozenset({"lang"}),
}


def schema_problems(root: Element, name: str) -> list[Problem]:
    """Return where a course structure breaks the schema; `name` is the name of its file."""
    problems: list[Problem] = []
    waiting = deque([root])
    while waiting:
        element = waiting.popleft()
        own = [one for one in element.children if one.space == NAMESPACE]
        found = (*_order_problems(element, own), *_attribute_problems(element))
        problems += [Problem(code, at_line(name, at.line), params) for at, code, params in found]
        waiting += own
    return problems


Found = tuple[Element, str, Mapping[str, str]]


def _order_problems(element: Element, own: Sequence[Element]) -> list[Found]:
    if element.name == "objective":
        expected = [] if element.attribute("idref") is not None else ["description", "title"]
        return [] if sorted(one.name for one in element.children) == expected else [(element, "cmi5-objective", {})]
    sequence = SEQUENCES.get(element.name)
    if sequence is None:
        return [(own[0], "cmi5-unexpected", {"element": own[0].name, "place": element.name})] if own else []
    kinds = [one.space == NAMESPACE for one in element.children]
    if kinds != sorted(kinds, reverse=True):  # xs:any stands at the end of each sequence
        return [(element, "cmi5-foreign-place", {"element": element.name})]
    return _sequence_problems(element, list(own), sequence)


def _sequence_problems(element: Element, left: list[Element], sequence: Sequence[SequencePart]) -> list[Found]:
    for part in sequence:
        count = 0
        while len(left) > count and left[count].name in part.names and count < part.most:
            count += 1
        if count < part.least:
            return [(left[0] if left else element, "cmi5-expected", {"expected": " / ".join(part.names), "place": element.name})]
        left = left[count:]
    return [(left[0], "cmi5-unexpected", {"element": left[0].name, "place": element.name})] if left else []


def _attribute_problems(element: Element) -> list[Found]:
    known = ATTRIBUTES.get(element.name, frozenset())
    wrong = [name for space, name in element.attributes if space == NAMESPACE or (not space and name not in known)]
    return [(element, "cmi5-attribute", {"attribute": shortened(name), "element": element.name}) for name in wrong]


def shortened(text: str) -> str:
    """Return a text that is short enough to be repeated in a problem."""
    return text if len(text) <= LONGEST_SHOWN else text[:LONGEST_SHOWN] + "…"
