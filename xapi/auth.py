"""Whose request is this, and what may it do? Basic keys of our own; anything else by the host's callback."""

import hashlib
import hmac
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from xapi.actor import same
from xapi.errors import BadRequest, Forbidden
from xapi.models import ApiKey

SCOPES = ("statements/write", "statements/read", "statements/read/mine", "state", "profile", "define", "all/read", "all")


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


def add_key(  # noqa: PLR0913 - each is one column of the key
    session: Session,
    name: str,
    scopes: tuple[str, ...],
    *,
    now: datetime,
    trusted: bool = False,
    default_version: str = "1.0.3",
) -> tuple[str, str]:
    """Add a Basic credential and return (key, secret); the secret is not kept and cannot be shown again."""
    unknown = [scope for scope in scopes if scope not in SCOPES]
    if unknown or not scopes:
        raise BadRequest(f"unknown scope {', '.join(unknown) or '(none given)'}; known: {', '.join(SCOPES)}")
    key, secret = secrets.token_hex(16), secrets.token_urlsafe(32)
    session.add(
        ApiKey(
            name=name, key=key, secret_sha256=_sha256(secret), scopes=" ".join(scopes), trusted=trusted, default_version=default_version, created=now
        )
    )
    session.flush()
    return key, secret


def find_key(session: Session, key: str, secret: str, home_page: str) -> Credential | None:
    """Return the credential of a Basic key whose secret is right and which is not revoked."""
    row = session.scalar(select(ApiKey).where(ApiKey.key == key, ApiKey.revoked.is_(None)))
    if row is None or not hmac.compare_digest(row.secret_sha256, _sha256(secret)):
        return None
    authority = {"objectType": "Agent", "name": row.name, "account": {"homePage": home_page, "name": row.key}}
    return Credential(row.name, authority, frozenset(row.scopes.split()), trusted=row.trusted, default_version=row.default_version)


def _sha256(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


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
