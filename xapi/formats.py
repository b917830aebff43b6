"""How does a statement look as `ids` or `canonical`? (1.0.3 Communication 2.1.3; `exact` is the stored text) Pure."""

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from xapi.actor import IDENTIFIERS
from xapi.indexing import activities_of

LANGUAGE_MAPS = ("display", "name", "description")
ACTIVITIES = ("object", "parent", "grouping", "category", "other")  # where one may stand

Definitions = Callable[[set[str]], Mapping[str, Any]]


def formatted(texts: Sequence[str], kind: str, languages: Sequence[str], known: Definitions) -> list[str]:
    """Return stored statements in the format asked for.

    `languages` are tags, the preferred one first; `known` returns by id the definitions that the store has of activities.
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
    """Keep of agents, groups, activities and verbs only what identifies them."""
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


def _canonical(value: Any, languages: Sequence[str], known: Mapping[str, Any], name: str = "") -> Any:
    """Put in the store's definition of each activity; keep of each language map the one entry that suits best."""
    if isinstance(value, list):
        return [_canonical(item, languages, known, name) for item in value]
    if not isinstance(value, dict) or name == "extensions":
        return value
    if name in LANGUAGE_MAPS:
        return one_language(value, languages)
    if name in ACTIVITIES and value.get("objectType", "Activity") == "Activity" and value["id"] in known:
        value = {**value, "definition": known[value["id"]]}
    return {key: _canonical(item, languages, known, key) for key, item in value.items()}


def one_language(words: Mapping[str, str], languages: Sequence[str]) -> Mapping[str, str]:
    """Return the entry in the first language that is there, as itself or as another region's; else the first entry."""
    by_tag = {tag.lower(): tag for tag in reversed(list(words))}
    by_language = {tag.partition("-")[0].lower(): tag for tag in reversed(list(words))}
    for wanted in languages:
        tag = by_tag.get(wanted.lower()) or by_language.get(wanted.partition("-")[0].lower())
        if tag is not None:
            return {tag: words[tag]}
    return dict(list(words.items())[:1])
