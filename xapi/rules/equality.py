"""Are two statements with one id the same statement? (xAPI 1.0.3 Data 2.3.1 and Communication 2.1; 2.0 4.2.3) Pure.

Statements are compared as received. The comparison ignores what the store itself sets (stored, authority, version, an absent timestamp);
activity definitions and verb display, which are not part of a statement (Data 2.3.1); the order of unordered lists; the zone of a
timestamp; the case of UUIDs, hashes, language tags and a mailbox's domain; 1 against 1.0; and durations below a hundredth of a
second. The digests are stored, so the input of the digest must not change.
"""

import hashlib
import json
import re
from collections.abc import Callable, Mapping
from typing import Any

import msgspec

from xapi.rules.values import timestamp

ComparableForm = Callable[
    [Any], Any
]  # from a value to a form that is the same for equal values; a value of an unexpected type stays unchanged
SET_BY_STORE = frozenset(("id", "stored", "authority", "version"))
HUNDREDTHS = re.compile(r"[.,]([0-9]{2})[0-9]*S\Z")  # a checked duration has a number before it; matching that would take quadratic time


def digest(received: Mapping[str, Any]) -> str:
    """Return the same text for equal checked statements: SHA-256 in hexadecimal over a normal form."""
    content = {name: value for name, value in received.items() if name not in SET_BY_STORE}
    return hashlib.sha256(_write(_statement(content))).hexdigest()


def _write(value: Any) -> bytes:
    """Write JSON with sorted keys: by the fast writer, or by the slow one for half surrogate pairs and long integers.

    The content alone decides which writer is used, so equal contents give equal texts.
    """
    try:
        return msgspec.json.encode(value, order="sorted")
    except (UnicodeEncodeError, OverflowError):
        return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode("utf-8", "surrogatepass")


def _of(**forms: ComparableForm) -> ComparableForm:
    """Return the normal form of objects in which these properties can be written in several ways."""

    def form(value: Any) -> Any:
        if not isinstance(value, dict):
            return value
        return {name: forms[name](item) if name in forms else item for name, item in value.items()}

    return form


def _unordered(form: ComparableForm) -> ComparableForm:
    def forms(value: Any) -> Any:
        found = [form(item) for item in value] if isinstance(value, list) else value
        return sorted(found, key=_write) if isinstance(value, list) and len(value) > 1 else found

    return forms


def _text(form: Callable[[str], str]) -> ComparableForm:
    return lambda value: form(value) if isinstance(value, str) else value


def _number(value: Any) -> Any:
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _without(name: str) -> ComparableForm:
    return lambda value: {key: item for key, item in value.items() if key != name} if isinstance(value, dict) else value


def _activities(value: Any) -> Any:
    return _ACTIVITIES(value if isinstance(value, list) else [value])


def _mailbox(value: str) -> str:
    local, at, domain = value.rpartition("@")
    return f"{local}{at}{domain.lower()}"


def _target(value: Any) -> Any:
    """Return the normal form of a statement's object of any type: a checked statement has no properties of another type."""
    kind = value.get("objectType", "Activity") if isinstance(value, dict) else None
    form = _TARGETS.get(kind) if isinstance(kind, str) else None
    return form(value) if form else value


_activity, _verb = _without("definition"), _without("display")
_ACTIVITIES = _unordered(_activity)
_lower, _mbox = _text(str.lower), _text(_mailbox)
_agent = _of(mbox=_mbox, mbox_sha1sum=_lower)
_actor = _of(mbox=_mbox, mbox_sha1sum=_lower, member=_unordered(_agent))
_reference = _of(id=_lower)
_statement = _of(
    actor=_actor,
    verb=_verb,
    object=_target,
    result=_of(
        score=_of(scaled=_number, raw=_number, min=_number, max=_number),
        duration=_text(lambda text: HUNDREDTHS.sub(r".\1S", text)),
    ),
    context=_of(
        registration=_lower,
        instructor=_actor,
        team=_actor,
        contextActivities=_of(parent=_activities, grouping=_activities, category=_activities, other=_activities),
        contextAgents=_unordered(_of(agent=_agent)),
        contextGroups=_unordered(_of(group=_actor)),
        language=_lower,
        statement=_reference,
    ),
    attachments=_unordered(_of(sha2=_lower)),
    timestamp=_text(lambda text: timestamp(text, "timestamp").isoformat()),
)
_TARGETS: Mapping[str, ComparableForm] = {
    "Activity": _activity,
    "Agent": _actor,
    "Group": _actor,
    "StatementRef": _reference,
    "SubStatement": _statement,
}
