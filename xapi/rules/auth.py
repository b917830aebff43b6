"""What may a request do, and what does the server set in its name? Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple
from uuid import UUID

from xapi.errors import Forbidden
from xapi.rules.actor import digest, key_of, same

WIDER = {"statements/read": {"all/read"}, "statements/read/mine": {"statements/read", "all/read"}}
READING = frozenset({"GET", "HEAD"})


class Access(NamedTuple):
    """Which scopes open a resource: one of `read` to read it, one of `write` to change it."""

    read: tuple[str, ...]
    write: tuple[str, ...] = ()


# 1.0.3 Communication 4.2. `all` opens everything and `all/read` all reading. What statements say of activities and people is
# open to whoever reads statements; `define` opens nothing by itself: without it, what a statement says of an activity, or of a
# person's name, stays its own.
STATEMENTS_READ = ("statements/read", "statements/read/mine")
ACCESS: Mapping[str, Access] = {
    "statements": Access(STATEMENTS_READ, ("statements/write",)),
    "activities": Access(STATEMENTS_READ),
    "agents": Access(STATEMENTS_READ),
    "activities/state": Access(("state",), ("state",)),
    "activities/profile": Access(("profile",), ("profile",)),
    "agents/profile": Access(("profile",), ("profile",)),
}
OWN_READ = {"agents/profile": ("state",)}  # what a launch may read of its own actor besides: cmi5 11 keeps preferences there


class Quota(NamedTuple):
    """How much is kept at most: statements or documents, and bytes."""

    number: int
    bytes: int


@dataclass(frozen=True, slots=True)
class Credential:
    """What a request may do, and what the server sets in its name.

    `actor`, `registration` and `activity` pin a launch: a statement may leave them out, but not say otherwise.
    `key` is the store's own key behind it, empty where the host answers for it. `quota` is how many statements, and how many
    bytes of them and their attachments, are kept in all for the same `owner`; None: as many as come.
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

    def allows(self, scope: str) -> bool:
        """Say whether this credential has a scope, by its own name or within a wider one."""
        return bool({scope, "all", *WIDER.get(scope, ())} & self.scopes)

    @property
    def owner(self) -> UUID:
        """Return what "mine" means: the same authority and the same pinned actor, registration and activity."""
        pinned = (str(self.registration or ""), self.activity or "")
        return digest("owner", str(key_of(self.authority)), str(key_of(self.actor or {})), *pinned)

    def enter(self, resource: str, method: str) -> None:
        """Refuse a request to a resource for which this credential has no scope.

        Raises:
            Forbidden: naming the scopes of which it needs one.
        """
        reading = method in READING
        needed = ACCESS[resource].read if reading else ACCESS[resource].write
        if reading and self.actor is not None:
            needed += OWN_READ.get(resource, ())
        if not {"all", *needed, *(("all/read",) if reading else ())} & self.scopes:
            raise Forbidden(f"this credential lacks the scope {' or '.join(needed) or 'all'}")


def pin(statement: Mapping[str, Any], credential: Credential, path: str) -> dict[str, Any]:
    """Return what the credential adds to a received statement; refuse what says otherwise (TRUST: actor spoofed).

    Values of a wrong type are left alone: checking the statement refuses them.

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
    """Refuse an activity that is neither the credential's nor below it."""
    own = credential.activity
    if own is not None and not (isinstance(given, str) and (given == own or given.startswith((f"{own}/", f"{own}?", f"{own}#")))):
        raise Forbidden("this credential speaks of another activity", path)


def pin_registration(given: UUID | None, credential: Credential, path: str) -> UUID | None:
    """Return the credential's registration, or without a pin the given one; refuse another than the credential's."""
    if credential.registration is not None and given not in {None, credential.registration}:
        raise Forbidden("this credential speaks for another registration", path)
    return credential.registration or given


def _context(given: Any, credential: Credential, path: str) -> dict[str, Any]:
    """Return what is laid over the statement's context."""
    added: dict[str, Any] = {}
    said = given.get("registration") if isinstance(given, dict) else None
    if credential.registration is not None and isinstance(said, str) and said.lower() != str(credential.registration):
        raise Forbidden("this credential speaks for another registration", path)
    if credential.registration is not None and isinstance(given, dict) and "registration" not in given:
        added["registration"] = str(credential.registration)
    if credential.context_extensions:
        added["extensions"] = dict(credential.context_extensions)
    return added
