"""What may a request do, and which values does the server set for it? Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from xapi.errors import Forbidden
from xapi.rules.actor import digest, key_of, same
from xapi.rules.profile import Profile

WIDER = {"statements/read": {"all/read"}, "statements/read/mine": {"statements/read", "all/read"}}
READING = frozenset({"GET", "HEAD"})


class Access(NamedTuple):
    """The scopes that open a resource: any one of `read` allows reading, any one of `write` allows changing."""

    read: tuple[str, ...]
    write: tuple[str, ...] = ()


# 1.0.3 Communication 4.2. `all` allows everything, and `all/read` allows all reading. A client that may read statements may also
# read activity definitions and people's names. `define` alone opens no resource: without it, a statement's activity definitions and
# names are stored with that statement only and do not change what the store knows.
STATEMENTS_READ = ("statements/read", "statements/read/mine")
ACCESS: Mapping[str, Access] = {
    "statements": Access(STATEMENTS_READ, ("statements/write",)),
    "activities": Access(STATEMENTS_READ),
    "agents": Access(STATEMENTS_READ),
    "activities/state": Access(("state",), ("state",)),
    "activities/profile": Access(("profile",), ("profile",)),
    "agents/profile": Access(("profile",), ("profile",)),
}
OWN_READ = {"agents/profile": ("state",)}  # a launch may also read this of its own actor: cmi5 11 keeps preferences there


class Quota(NamedTuple):
    """The largest number of statements or documents, and of bytes, that is kept."""

    number: int
    bytes: int


@dataclass(frozen=True, slots=True)
class Credential:
    """The rights of a request, and the values that the server sets for it.

    `actor`, `registration` and `activity` pin a launch: a statement may leave them out but must not contradict them.
    `key` is the store's own API key; it is empty if the host issued the credential. `quota` limits how many statements, and how many
    bytes of statements and attachments, are kept in total for the same `owner`; None means no limit.
    `clock_from`: the timestamps come from a device whose clock may be wrong. One after its receipt becomes the receipt, one before this
    instant becomes this instant; None means that timestamps stay as they are. `profile` has rules of the host for what this credential
    sends and reads.
    """

    name: str
    authority: Mapping[str, Any]
    scopes: frozenset[str]
    actor: Mapping[str, Any] | None = None
    registration: UUID | None = None
    activity: str | None = None
    context_extensions: Mapping[str, Any] = field(default_factory=dict)
    trusted: bool = False
    default_version: str = "1.0.3"
    key: str = ""
    quota: Quota | None = None
    clock_from: datetime | None = None
    profile: Profile | None = None

    def allows(self, scope: str) -> bool:
        """Say whether this credential has a scope, directly or within a wider one."""
        return bool({scope, "all", *WIDER.get(scope, ())} & self.scopes)

    @property
    def owner(self) -> UUID:
        """Return the key that defines "mine": the same authority and the same pinned actor, registration and activity."""
        pinned = (str(self.registration or ""), self.activity or "")
        return digest("owner", str(key_of(self.authority)), str(key_of(self.actor or {})), *pinned)

    def enter(self, resource: str, method: str) -> None:
        """Refuse a request to a resource for which this credential has no scope.

        Raises:
            Forbidden: with the scopes of which one is needed.
        """
        reading = method in READING
        needed = ACCESS[resource].read if reading else ACCESS[resource].write
        if reading and self.actor is not None:
            needed += OWN_READ.get(resource, ())
        if not {"all", *needed, *(("all/read",) if reading else ())} & self.scopes:
            raise Forbidden(f"this credential lacks the scope {' or '.join(needed) or 'all'}")


def pin(statement: Mapping[str, Any], credential: Credential, path: str) -> dict[str, Any]:
    """Return what the credential adds to a received statement, and refuse a statement that contradicts it.

    This prevents one actor from writing as another. Values of a wrong type are ignored here: the check of the statement refuses them.

    Raises:
        Forbidden: the statement names another actor, registration or activity.
    """
    pinned: dict[str, Any] = {}
    if credential.actor is not None:
        given = statement.get("actor", credential.actor)
        if isinstance(given, Mapping):
            pin_actor(given, credential, f"{path}.actor")
            pinned["actor"] = credential.actor
    if credential.activity is not None:
        target = statement.get("object")
        is_activity = isinstance(target, dict) and target.get("objectType", "Activity") == "Activity"
        pin_activity(target.get("id") if is_activity else None, credential, f"{path}.object.id")  # type: ignore[union-attr]
    context = _context(statement.get("context", {}), credential, f"{path}.context.registration")
    if context:
        pinned["context"] = context
    return pinned


def pin_actor(given: Mapping[str, Any], credential: Credential, path: str) -> None:
    """Refuse an agent that is not the credential's."""
    if credential.actor is not None and not same(given, credential.actor):
        raise Forbidden("this credential speaks for another actor", path)


def pin_activity(given: Any, credential: Credential, path: str) -> None:
    """Refuse an activity that is neither the credential's activity nor below it."""
    own = credential.activity
    if own is not None and not (isinstance(given, str) and (given == own or given.startswith((f"{own}/", f"{own}?", f"{own}#")))):
        raise Forbidden("this credential is for another activity", path)


def pin_registration(given: UUID | None, credential: Credential, path: str) -> UUID | None:
    """Return the pinned registration, or the given one if none is pinned; refuse a registration that contradicts the pinned one."""
    if credential.registration is not None and given not in {None, credential.registration}:
        raise Forbidden("this credential speaks for another registration", path)
    return credential.registration or given


def _context(given: Any, credential: Credential, path: str) -> dict[str, Any]:
    """Return the properties to add to the statement's context."""
    added: dict[str, Any] = {}
    said = given.get("registration") if isinstance(given, dict) else None
    if credential.registration is not None and isinstance(said, str) and said.lower() != str(credential.registration):
        raise Forbidden("this credential speaks for another registration", path)
    if credential.registration is not None and isinstance(given, dict) and "registration" not in given:
        added["registration"] = str(credential.registration)
    if credential.context_extensions:
        added["extensions"] = dict(credential.context_extensions)
    return added
