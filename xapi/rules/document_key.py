"""Read which documents a request means. (1.0.3 Communication 2.3, 2.6, 2.7; 2.0 4.1.6.2, .5, .6) Pure.

A state belongs to an activity, an agent and optionally a registration; a profile belongs to an activity or an agent. For a single
state, no registration is a key of its own. When states are listed or many are deleted, no registration means any registration.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from xapi.errors import BadRequest
from xapi.rules.actor import IDENTIFIERS, agent, digest, key_of
from xapi.rules.auth import READING, Credential, pin_activity, pin_actor, pin_registration
from xapi.rules.indexing import iri_key
from xapi.rules.query import parse_json
from xapi.rules.values import iri, timestamp, uuid

LONGEST_ID = 1000  # characters
NOWHERE = digest("nowhere")  # replaces an activity, an agent or a registration that a document does not have


@dataclass(frozen=True, slots=True)
class DocumentResource:
    """A document resource: the parameters that say whom or what its documents belong to, and the parameter that names one document."""

    name: str
    required: tuple[str, ...]
    id: str
    optional: tuple[str, ...] = ()


STATE = DocumentResource("activities/state", ("activityId", "agent"), "stateId", ("registration",))
ACTIVITY_PROFILE = DocumentResource("activities/profile", ("activityId",), "profileId")
AGENT_PROFILE = DocumentResource("agents/profile", ("agent",), "profileId")


@dataclass(frozen=True, slots=True)
class DocumentKey:
    """The key of documents: with an `id` one document, otherwise all that were changed after `since`."""

    activity: str = ""
    agent: Mapping[str, Any] | None = None
    registration: UUID | None = None
    id: str | None = None
    since: datetime | None = None

    @property
    def key(self) -> dict[str, UUID]:
        """Return the lookup key. An absent activity or agent is NOWHERE, so that the three resources share one table."""
        return {
            "agent_key": NOWHERE if self.agent is None else key_of(self.agent) or NOWHERE,
            "activity_key": iri_key(self.activity) if self.activity else NOWHERE,
            "registration": self.registration or NOWHERE,
            "id_key": digest("document", self.id or ""),
        }

    @property
    def whose(self) -> str:
        """Return the agent as JSON, identifier only; empty if the document belongs to no agent."""
        return "" if self.agent is None else json.dumps({name: self.agent[name] for name in IDENTIFIERS if name in self.agent})


def parse_place(kind: DocumentResource, parameters: Mapping[str, str], method: str) -> DocumentKey:
    """Read which documents a request means. A GET may leave out the id and may then have `since`; a DELETE of states may leave out the id.

    Raises:
        BadRequest: an unknown parameter (names are case-sensitive, XAPI-00325), a missing one, or a bad value.
    """
    reading = method in READING
    known = {*kind.required, *kind.optional, kind.id, *(("since",) if reading and kind.id not in parameters else ())}
    for name in parameters:
        if name not in known:
            raise BadRequest("is not a parameter here (names are case-sensitive)", name)
    id_needed = not (reading or (method == "DELETE" and kind is STATE))
    for name in (*kind.required, *((kind.id,) if id_needed else ())):
        if name not in parameters:
            raise BadRequest("is missing", name)
    return DocumentKey(
        activity=iri(parameters["activityId"], "activityId") if "activityId" in parameters else "",
        agent=parse_agent(parameters["agent"]) if "agent" in parameters else None,
        registration=uuid(parameters["registration"], "registration") if "registration" in parameters else None,
        id=_short(parameters[kind.id], kind.id) if kind.id in parameters else None,
        since=timestamp(parameters["since"], "since") if "since" in parameters else None,
    )


def parse_agent(text: str) -> Mapping[str, Any]:
    """Read an agent parameter; a Group is refused (XAPI-00249, -00255)."""
    whoever = parse_json(text, "agent")
    agent(whoever, "agent")
    found: Mapping[str, Any] = whoever
    return found


def _short(text: str, path: str) -> str:
    if len(text) > LONGEST_ID:
        raise BadRequest(f"has more than {LONGEST_ID} characters", path)
    return text


def pinned(place: DocumentKey, credential: Credential) -> DocumentKey:
    """Return the key with the registration that the credential pins; refuse a key that contradicts the credential.

    Raises:
        Forbidden: it belongs to another agent, registration or activity.
    """
    if place.agent is not None:
        pin_actor(place.agent, credential, "agent")
    if place.activity:
        pin_activity(place.activity, credential, "activityId")
    if place.agent is None or not place.activity:
        return place  # a profile has no registration
    return replace(place, registration=pin_registration(place.registration, credential, "registration"))
