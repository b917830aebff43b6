"""Read what statements say about activities and people, and merge it. (1.0.3 Data 2.4.4.1; 2.0 4.2.2.3) Pure."""

import hashlib
import json
from collections.abc import Iterator, Mapping
from typing import Any
from uuid import UUID

import msgspec

from xapi.rules.actor import digest, key_of
from xapi.rules.indexing import activities_of, people_of
from xapi.rules.statement import COMPONENTS, INTERACTIONS

Json = Mapping[str, Any]
BY_ENTRY = ("name", "description", "extensions")  # these are merged entry by entry; everything else is replaced
OF_A_KIND = (*COMPONENTS, "correctResponsesPattern")  # belongs to one interactionType
LONGEST = 256 * 1024  # characters of JSON; a change that would make the definition longer is ignored


def definitions_in(statement: Json) -> Iterator[tuple[str, Json]]:
    """Yield the id and the definition of every activity that a checked statement defines."""
    for activity in activities_of(statement):
        if activity.get("definition"):
            yield activity["id"], activity["definition"]


def names_in(statement: Json) -> Iterator[tuple[UUID, str]]:
    """Yield the key and the name of every agent that a checked statement names, members of groups included."""
    for whoever in people_of(statement):
        for one in (whoever, *whoever.get("member", ())):
            if one.get("name") and one.get("objectType", "Agent") == "Agent" and (key := key_of(one)) is not None:
                yield key, one["name"]


def merged(known: Json, given: Json) -> dict[str, Any]:
    """Return a definition merged with a newer one: languages and extensions are combined, everything else is replaced.

    If the newer one has another interactionType, properties of the old type are dropped. A property that would make the
    definition longer than LONGEST keeps its old value.
    """
    found = {**known, **given}
    for name in BY_ENTRY:
        if name in known and name in given:
            found[name] = {**known[name], **given[name]}
    kind = found.get("interactionType")
    if kind != known.get("interactionType", kind):
        found = {name: value for name, value in found.items() if name not in OF_A_KIND or name in given}
    found = {name: value for name, value in found.items() if name not in COMPONENTS or name in INTERACTIONS.get(str(kind), ())}
    return found if len(written(found)) <= LONGEST else dict(known)


def written(definition: Any) -> str:
    """Return the stored form: JSON in ASCII, so that any database accepts any text."""
    return json.dumps(definition, separators=(",", ":"))


def fingerprint(definition: Json) -> bytes:
    """Return a hash that is equal for equal definitions."""
    try:
        text = msgspec.json.encode(definition)
    except (UnicodeEncodeError, OverflowError):
        text = written(definition).encode()
    return hashlib.sha256(text).digest()


def name_key(name: str) -> UUID:
    """Return the key under which a name is stored beside its agent."""
    return digest("said", name)
