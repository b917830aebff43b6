"""Are two statements with one id the same statement? (xAPI 1.0.3 Data 2.3.1 and Communication 2.1; 2.0 4.2.3) Pure.

Compared as received: what the store sets itself (stored, authority, version, an absent timestamp) plays no part, nor do
the order of unordered lists and durations below a hundredth of a second.
"""

import hashlib
import json
import re
from collections.abc import Mapping
from typing import Any

SET_BY_STORE = ("id", "stored", "authority", "version")
UNORDERED = ("member", "parent", "grouping", "category", "other", "contextAgents", "contextGroups", "attachments")
SINGLE_OR_LIST = ("parent", "grouping", "category", "other")
SECONDS = re.compile(r"(\d+)[.,](\d{2})\d*S$")


def digest(received: Mapping[str, Any]) -> str:
    """Return what is equal for equal statements: SHA-256 in hexadecimal over a normal form."""
    content = {name: value for name, value in received.items() if name not in SET_BY_STORE}
    return hashlib.sha256(_write(_normal(content, "")).encode("utf-8", "surrogatepass")).hexdigest()


def _write(value: Any) -> str:
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def _normal(value: Any, name: str) -> Any:
    if name in SINGLE_OR_LIST and isinstance(value, dict):
        return [_normal(value, "")]
    if isinstance(value, dict):
        if name == "extensions":
            return value
        normal = {key: _normal(item, key) for key, item in value.items()}
        if "duration" in normal and isinstance(normal["duration"], str):
            normal["duration"] = SECONDS.sub(r"\1.\2S", normal["duration"])
        return normal
    if isinstance(value, list):
        items = [_normal(item, "") for item in value]
        return sorted(items, key=_write) if name in UNORDERED else items
    return value
