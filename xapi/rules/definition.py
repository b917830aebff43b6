"""What do statements say of activities and people, and what does the store make of it? (1.0.3 Data 2.4.4.1; 2.0 4.2.2.3) Pure."""

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
BY_ENTRY = ("name", "description", "extensions")  # these grow entry by entry; everything else is replaced
OF_A_KIND = (*COMPONENTS, "correctResponsesPattern")  # belongs to one interactionType
LONGEST = 256 * 1024  # characters of JSON; what would be longer is not taken over


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
    """Return a definition with a newer one in it: languages and extensions side by side, of everything else the newer.

    What belongs to another kind of interaction than the newer one's goes with it, and what would grow beyond LONGEST
    stays as it was.
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
    """Return what is kept: JSON in ASCII, so that any database takes any string."""
    return json.dumps(definition, separators=(",", ":"))


def fingerprint(definition: Json) -> bytes:
    """Return what is the same for the same definition."""
    try:
        text = msgspec.json.encode(definition)
    except (UnicodeEncodeError, OverflowError):
        text = written(definition).encode()
    return hashlib.sha256(text).digest()


def name_key(name: str) -> UUID:
    """Return what a name is kept under beside its agent."""
    return digest("said", name)
