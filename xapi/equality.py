"""Are two statements with one id the same statement? (xAPI 1.0.3 Data 2.3.1 and Communication 2.1; 2.0 4.2.3) Pure.

Compared as received: what the store sets itself (stored, authority, version, an absent timestamp) plays no part, nor do
the definitions of activities (they are not part of a statement, Data 2.3.1), the order of unordered lists, the zone of a
timestamp, the case of a UUID, 1 against 1.0, and durations below a hundredth of a second.
"""

import hashlib
import json
import re
from collections.abc import Mapping
from typing import Any

import msgspec

from xapi.values import timestamp

SET_BY_STORE = ("id", "stored", "authority", "version")
UNORDERED = ("member", "parent", "grouping", "category", "other", "contextAgents", "contextGroups", "attachments")
SINGLE_OR_LIST = ("parent", "grouping", "category", "other")
SECONDS = re.compile(r"(\d+)[.,](\d{2})\d*S$")


def digest(received: Mapping[str, Any]) -> str:
    """Return what is equal for equal checked statements: SHA-256 in hexadecimal over a normal form."""
    content = {name: _normal(value, name) for name, value in received.items() if name not in SET_BY_STORE}
    return hashlib.sha256(_write(content)).hexdigest()


def _write(value: Any) -> bytes:
    """Write JSON with sorted keys: quickly, or, with what the quick writer does not take (half surrogate pairs, long integers), slowly.

    Which of the two depends on the content alone, so equal contents are written alike.
    """
    try:
        return msgspec.json.encode(value, order="sorted")
    except (UnicodeEncodeError, OverflowError):
        return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode("utf-8", "surrogatepass")


def _normal(value: Any, name: str) -> Any:
    if isinstance(value, str):
        return _normal_text(value, name)
    if isinstance(value, float):
        return int(value) if value.is_integer() else value
    if isinstance(value, dict):
        if name in SINGLE_OR_LIST:
            return [_normal(value, "")]
        return {
            key: item if name == "extensions" else _normal(item, key)
            for key, item in value.items()
            if key != "definition" or "id" not in value
        }
    if isinstance(value, list):
        items = [_normal(item, "") for item in value]
        return sorted(items, key=_write) if name in UNORDERED else items
    return value


def _normal_text(value: str, name: str) -> str:
    if name == "timestamp":
        return timestamp(value, name).isoformat()
    if name == "duration":
        return SECONDS.sub(r"\1.\2S", value)
    return value.lower() if name == "registration" else value
