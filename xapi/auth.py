"""What may a request do, and what does the server set in its name? Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from xapi.actor import same
from xapi.errors import BadRequest, Forbidden


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

    def demand(self, scope: str) -> None:
        """Refuse a request whose credential lacks a scope."""
        if not self.allows(scope):
            raise Forbidden(f"this credential lacks the scope {scope}")


def pin(statement: dict[str, Any], credential: Credential) -> dict[str, Any]:
    """Return what the credential sets in a statement's name, refusing what says otherwise (TRUST: actor spoofed).

    Raises:
        Forbidden: the statement names another actor, registration or activity.
    """
    pinned: dict[str, Any] = {"authority": credential.authority}
    if credential.actor is not None:
        given = statement.get("actor")
        if isinstance(given, dict) and not same(given, credential.actor):
            raise Forbidden("this credential speaks for another actor", "actor")
        pinned["actor"] = credential.actor
    if credential.activity is not None:
        _check_activity(statement.get("object"), credential.activity)
    if credential.registration is not None or credential.context_extensions:
        pinned["context"] = _context(statement.get("context") or {}, credential)
    return pinned


def _check_activity(target: Any, activity: str) -> None:
    found = target.get("id") if isinstance(target, dict) and target.get("objectType", "Activity") == "Activity" else None
    if not isinstance(found, str) or (found != activity and not found.startswith((f"{activity}/", f"{activity}?", f"{activity}#"))):
        raise Forbidden("this credential speaks of another activity", "object.id")


def _context(given: Any, credential: Credential) -> dict[str, Any]:
    if not isinstance(given, dict):
        raise BadRequest("must be an object", "context")
    context = dict(given)
    if credential.registration is not None:
        said = context.get("registration")
        if said is not None and str(said).lower() != str(credential.registration):
            raise Forbidden("this credential speaks for another registration", "context.registration")
        context["registration"] = str(credential.registration)
    if credential.context_extensions:
        context["extensions"] = {**(context.get("extensions") or {}), **credential.context_extensions}
    return context
