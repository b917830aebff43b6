"""Under which keys must a statement be found? They are extracted once, when it is stored. Pure."""

from collections.abc import Iterator, Mapping
from enum import IntEnum
from typing import Any
from uuid import UUID

from xapi.rules.actor import digest, keys_of

Json = Mapping[str, Any]
Key = tuple[UUID, int]


class Usage(IntEnum):
    """The meaning of a key. 'ANY' usages answer related_agents and related_activities; they include the plain usages."""

    AGENT = 0  # actor or object, members of groups included
    ANY_AGENT = 1
    ACTIVITY = 2  # the object
    ANY_ACTIVITY = 3
    VERB = 4
    REGISTRATION = 5
    OWNER = 6  # the owner for whom it was written (auth.Credential.owner); never inherited through a StatementRef


# Looking up an enum member costs as much as making a key.
_AGENT, _ANY_AGENT, _ACTIVITY, _ANY_ACTIVITY, _VERB, _REGISTRATION, _ = Usage


def keys(statement: Json) -> set[Key]:
    """Return every (key, usage) of a checked statement; the query filters use the same keys."""
    found: set[Key] = {(iri_key(statement["verb"]["id"]), _VERB)}
    registration = statement.get("context", {}).get("registration")
    if registration:
        found.add((UUID(registration), _REGISTRATION))
    for whoever in _people(statement):
        for key in keys_of(whoever):
            found.add((key, _AGENT))
    for whoever in people_of(statement):
        for key in keys_of(whoever):
            found.add((key, _ANY_AGENT))
    target = statement["object"]
    if target.get("objectType", "Activity") == "Activity":
        found.add((iri_key(target["id"]), _ACTIVITY))
    for activity in activities_of(statement):
        found.add((iri_key(activity["id"]), _ANY_ACTIVITY))
    return found


def iri_key(iri: str) -> UUID:
    """Return the index key of a verb or an activity."""
    return digest("iri", iri)


def _people(statement: Json) -> Iterator[Json]:
    yield statement["actor"]
    if statement["object"].get("objectType") in {"Agent", "Group"}:
        yield statement["object"]


def people_of(statement: Json) -> Iterator[Json]:
    """Yield every agent and group of a checked statement; group members are not yielded separately."""
    yield from _people(statement)
    if "authority" in statement:
        yield statement["authority"]
    context = statement.get("context", {})
    for name in ("instructor", "team"):
        if name in context:
            yield context[name]
    for name, member in (("contextAgents", "agent"), ("contextGroups", "group")):
        yield from (item[member] for item in context.get(name, ()))
    if statement["object"].get("objectType") == "SubStatement":
        yield from people_of(statement["object"])


def activities_of(statement: Json) -> Iterator[Json]:
    """Yield every activity of a checked statement."""
    target = statement["object"]
    kind = target.get("objectType", "Activity")
    if kind == "Activity":
        yield target
    for items in statement.get("context", {}).get("contextActivities", {}).values():
        yield from items if isinstance(items, list) else [items]
    if kind == "SubStatement":
        yield from activities_of(target)
