"""Write a statement in the format `ids` or `canonical`. (1.0.3 Communication 2.1.3; `exact` is the stored text) Pure."""

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from xapi.rules.actor import IDENTIFIERS
from xapi.rules.indexing import activities_of
from xapi.rules.values import LONGEST_TAG

LANGUAGE_MAPS = ("display", "name", "description")
ACTIVITIES = ("object", "parent", "grouping", "category", "other")  # properties that may hold an activity

Definitions = Callable[[set[str]], Mapping[str, Any]]
Languages = Mapping[str, float]


def formatted(texts: Sequence[str], kind: str, languages: Languages, known: Definitions) -> list[str]:
    """Return stored statements in the format asked for.

    `languages` as in `one_language`; `known` returns the stored definitions of activities by id.
    """
    if kind == "exact":
        return list(texts)
    statements = [json.loads(text) for text in texts]
    if kind == "ids":
        return [_write(_ids(statement)) for statement in statements]
    definitions = known({activity["id"] for statement in statements for activity in activities_of(statement)})
    return [_write(_canonical(statement, languages, definitions)) for statement in statements]


def _write(statement: Any) -> str:
    return json.dumps(statement, separators=(",", ":"))


def _ids(value: Any, name: str = "") -> Any:
    """Keep only the identifiers of agents, groups, activities and verbs."""
    if isinstance(value, list):
        return [_ids(item, name) for item in value]
    if not isinstance(value, dict) or name == "extensions":
        return value
    wanted = set(value)
    if name == "verb" or (name in ACTIVITIES and value.get("objectType", "Activity") == "Activity"):
        wanted = {"id"}
    elif any(key in value for key in IDENTIFIERS):
        wanted = {"objectType", *IDENTIFIERS}
    elif value.get("objectType") == "Group":
        wanted = {"objectType", "member"}
    return {key: _ids(item, key) for key, item in value.items() if key in wanted}


def _canonical(value: Any, languages: Languages, known: Mapping[str, Any], name: str = "") -> Any:
    """Insert the store's definition of each activity; keep the one best entry of each language map."""
    if isinstance(value, list):
        return [_canonical(item, languages, known, name) for item in value]
    if not isinstance(value, dict) or name == "extensions":
        return value
    if name in LANGUAGE_MAPS:
        return one_language(value, languages)
    if name in ACTIVITIES and value.get("objectType", "Activity") == "Activity" and value["id"] in known:
        value = {**value, "definition": known[value["id"]]}
    return {key: _canonical(item, languages, known, key) for key, item in value.items()}


def one_language(words: Mapping[str, str], languages: Languages) -> Mapping[str, str]:
    """Return the best entry of a language map. (RFC 2616 14.4, which XAPI-00172 requires)

    `languages` maps each range, in lowercase and the preferred one first, to its quality from 0 (not wanted) to 1. A tag matches the
    longest range that it begins with; '*' matches tags that match no other range. If no wanted range matches, an entry in
    a related form of a wanted language is returned, otherwise the first entry.
    """
    order = {name: place for place, name in enumerate(languages)}

    def wanted(tag: str) -> tuple[float, int]:
        found = _range_of(tag.lower(), languages)
        return languages.get(found, 0), -order.get(found, 0)

    tag = max(words, key=wanted, default="")
    if tag and not wanted(tag)[0]:
        tag = _near(words, languages) or tag
    return {tag: words[tag]} if tag else {}


def _range_of(tag: str, languages: Languages) -> str:
    tag = tag[:LONGEST_TAG]
    while tag and tag not in languages:
        tag = tag.rpartition("-")[0]
    return tag or "*"


def _near(words: Iterable[str], languages: Languages) -> str:
    """Return the first tag that shares most with a wanted range: for zh-Hans-CN one of zh-Hans, then one of zh; '' if none."""
    given = {tag.lower() + "-": tag for tag in words if _range_of(tag.lower(), languages) not in languages}
    for name, quality in languages.items():
        shorter = name if quality else ""
        while shorter:
            for spelt, tag in given.items():
                if spelt.startswith(shorter + "-"):
                    return tag
            shorter = shorter.rpartition("-")[0]
    return ""
