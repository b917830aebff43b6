"""What may a request do, and what does the server set in its name? Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from xapi.actor import digest, key_of, same
from xapi.errors import Forbidden


@dataclass(frozen=True, slots=True)
class Credential:
    """What a request may do, and what the server sets in its name.

    `actor`, `registration` and `activity` pin a launch: a statement may leave them out, but not say otherwise.
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

    def allows(self, scope: str) -> bool:
        """Say whether this credential has a scope, by its own name or within a wider one."""
        wider = {"statements/read": {"all/read"}, "statements/read/mine": {"statements/read", "all/read"}}.get(scope, set())
        return bool({scope, "all"} & self.scopes or wider & self.scopes)

    @property
    def owner(self) -> UUID:
        """Return what "mine" means: the same authority and the same pinned actor, registration and activity."""
        pinned = (str(self.registration or ""), self.activity or "")
        return digest("owner", str(key_of(self.authority)), str(key_of(self.actor or {})), *pinned)

    def demand(self, scope: str) -> None:
        """Refuse a request whose credential lacks a scope."""
        if not self.allows(scope):
            raise Forbidden(f"this credential lacks the scope {scope}")


def pin(statement: Mapping[str, Any], credential: Credential, path: str) -> dict[str, Any]:
    """Return what the credential adds to a received statement; refuse what says otherwise (TRUST: actor spoofed).

    Values of a wrong type are left alone: checking the statement refuses them.

    Raises:
        Forbidden: the statement names another actor, registration or activity.
    """
    pinned: dict[str, Any] = {}
    if credential.actor is not None:
        given = statement.get("actor", credential.actor)
        if isinstance(given, dict) and not same(given, credential.actor):
            raise Forbidden("this credential speaks for another actor", f"{path}.actor")
        if isinstance(given, Mapping):
            pinned["actor"] = credential.actor
    if credential.activity is not None:
        _check_activity(statement.get("object"), credential.activity, f"{path}.object.id")
    context = _context(statement.get("context", {}), credential, f"{path}.context.registration")
    if context:
        pinned["context"] = context
    return pinned


def _check_activity(target: Any, activity: str, path: str) -> None:
    found = target.get("id") if isinstance(target, dict) and target.get("objectType", "Activity") == "Activity" else None
    if not isinstance(found, str) or (found != activity and not found.startswith((f"{activity}/", f"{activity}?", f"{activity}#"))):
        raise Forbidden("this credential speaks of another activity", path)


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
