"""How does a statement look as `ids` or `canonical`? (1.0.3 Communication 2.1.3; `exact` is the stored text) Pure."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from xapi.actor import IDENTIFIERS

LANGUAGE_MAPS = ("display", "name", "description")
ACTIVITIES = ("object", "parent", "grouping", "category", "other")  # where one may stand


def formatted(text: str, kind: str, languages: Sequence[str]) -> str:
    """Return a stored statement in the format asked for; `languages` are tags, the preferred one first."""
    if kind == "exact":
        return text
    statement = json.loads(text)
    found = _ids(statement) if kind == "ids" else _canonical(statement, languages)
    return json.dumps(found, separators=(",", ":"))


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


def _canonical(value: Any, languages: Sequence[str]) -> Any:
    """Keep of each language map the one entry that suits best."""
    if isinstance(value, list):
        return [_canonical(item, languages) for item in value]
    if not isinstance(value, dict):
        return value
    return {
        key: item
        if key == "extensions"
        else one_language(item, languages)
        if key in LANGUAGE_MAPS and isinstance(item, dict)
        else _canonical(item, languages)
        for key, item in value.items()
    }


def one_language(words: Mapping[str, str], languages: Sequence[str]) -> Mapping[str, str]:
    """Return the entry in the first language that is there, as itself or as another region's; else the first entry."""
    by_tag = {tag.lower(): tag for tag in reversed(list(words))}
    by_language = {tag.partition("-")[0].lower(): tag for tag in reversed(list(words))}
    for wanted in languages:
        tag = by_tag.get(wanted.lower()) or by_language.get(wanted.partition("-")[0].lower())
        if tag is not None:
            return {tag: words[tag]}
    return dict(list(words.items())[:1])
