"""Are an Agent or Group well-formed, and which keys identify them? (xAPI 1.0.3 Data 2.4.2; 2.0 4.2.2.1) Pure."""

import hashlib
import json
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any
from uuid import UUID

from xapi.errors import BadRequest
from xapi.rules.values import each, iri, mailto, one_of, properties, sha1, text

SHORT = 500  # characters; longer values are not cached, so that the cache stays small
IDENTIFIERS = ("mbox", "mbox_sha1sum", "openid", "account")


_ACCOUNT = {"homePage": iri, "name": text}


def account(value: Any, path: str) -> None:
    """Check an account: a home page and a name."""
    properties(value, path, _ACCOUNT, required=("homePage", "name"))


_AGENT = {"objectType": one_of("Agent"), "name": text, "mbox": mailto, "mbox_sha1sum": sha1, "openid": iri, "account": account}


def agent(value: Any, path: str) -> None:
    """Check an Agent: exactly one inverse functional identifier (XAPI-00034)."""
    found = properties(value, path, _AGENT)
    if sum(name in found for name in IDENTIFIERS) != 1:
        raise BadRequest(f"an Agent needs exactly one of {', '.join(IDENTIFIERS)}", path)


_GROUP = {**_AGENT, "objectType": one_of("Group"), "member": each(agent)}


def group(value: Any, path: str) -> None:
    """Check a Group: identified by at most one identifier; an anonymous one needs members (XAPI-00035)."""
    found = properties(value, path, _GROUP, required=("objectType",))
    identifiers = sum(name in found for name in IDENTIFIERS)
    if identifiers > 1:
        raise BadRequest(f"a Group has at most one of {', '.join(IDENTIFIERS)}", path)
    if not identifiers and not found.get("member"):
        raise BadRequest("an anonymous Group needs members", path)


def actor(value: Any, path: str) -> None:
    """Check an Agent or Group, by its objectType."""
    if isinstance(value, dict) and value.get("objectType") == "Group":
        group(value, path)
    else:
        agent(value, path)


def digest(*parts: str) -> UUID:
    """Return a 128-bit hash that stands for a name in indexes; the name may have any characters."""
    whole = "\x1f".join(parts)
    return _often_asked(whole) if len(whole) <= SHORT else _digest(whole)


def _digest(whole: str) -> UUID:
    return UUID(bytes=hashlib.sha256(whole.encode("utf-8", "surrogatepass")).digest()[:16])


_often_asked = lru_cache(16_384)(_digest)  # the same verbs, activities and people occur in many statements


def key_of(identified: Mapping[str, Any]) -> UUID | None:
    """Return the index key of an Agent or identified Group; None for an anonymous Group."""
    for name in IDENTIFIERS:
        if name in identified:
            value = identified[name]
            if name == "account":
                return digest("account", value["homePage"], value["name"])
            return digest(name, value.lower() if name == "mbox_sha1sum" else value)
    return None


def keys_of(whoever: Mapping[str, Any]) -> Iterator[UUID]:
    """Yield the keys of an Agent, or of a Group and its members."""
    own = key_of(whoever)
    if own is not None:
        yield own
    for member in whoever.get("member", ()):
        found = key_of(member)
        if found is not None:
            yield found


def keys_within(value: Any) -> Iterator[UUID]:
    """Yield the keys of every agent that a JSON value names at any depth, even if the value is not a valid statement."""
    left = [value]
    while left:
        one = left.pop()
        if isinstance(one, dict):
            left += one.values()
            try:
                found = key_of(one)
            except (TypeError, KeyError, AttributeError):
                continue
            if found is not None:
                yield found
        elif isinstance(one, list):
            left += one


def same(one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    """Say whether two agents have the same identifier; their names do not matter."""
    return json.dumps([one.get(n) for n in IDENTIFIERS], sort_keys=True) == json.dumps([other.get(n) for n in IDENTIFIERS], sort_keys=True)
