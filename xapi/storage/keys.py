"""API keys (Basic credentials) that the record store gives to other systems.

A secret is 256 random bits, so its plain SHA-256 is safe to store and quick to check; no slow hash is needed.
"""

import hashlib
import hmac
import secrets
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import Connection, bindparam, delete, func, select, update
from sqlalchemy.orm import Session

from xapi.errors import BadRequest, Stranger
from xapi.rules.auth import Credential
from xapi.storage.models import ApiKey, TokenRow
from xapi.storage.raw_sql import PreparedQuery

SCOPES = ("statements/write", "statements/read", "statements/read/mine", "state", "profile", "define", "all/read", "all")
VERSIONS = ("1.0.3", "2.0.0")
LONGEST_NAME = 100
CREDENTIAL = (ApiKey.key, ApiKey.name, ApiKey.secret_sha256, ApiKey.scopes, ApiKey.trusted, ApiKey.default_version)


class KeyColumns(NamedTuple):
    """The columns CREDENTIAL of a key."""

    key: str
    name: str
    secret_sha256: str
    scopes: str
    trusted: bool
    default_version: str


def add_key(
    session: Session,
    name: str,
    scopes: tuple[str, ...],
    *,
    now: datetime,
    trusted: bool = False,
    default_version: str = "1.0.3",
) -> tuple[str, str]:
    """Add a Basic credential and return (key, secret); the secret is not stored and cannot be shown again.

    `trusted`: the host may rely on the durations that this provider reports. `default_version` formats the refusal of a request that
    names no version.

    Raises:
        BadRequest: its `path` names the bad field: name, scope or default-version.
    """
    name = name.strip()
    if not 0 < len(name) <= LONGEST_NAME or not name.isprintable():
        raise BadRequest(f"needs 1 to {LONGEST_NAME} printable characters", "name")
    unknown = [scope for scope in scopes if scope not in SCOPES]
    if unknown or not scopes:
        raise BadRequest(f"unknown scope {', '.join(unknown) or '(none given)'}; known: {', '.join(SCOPES)}", "scope")
    if default_version not in VERSIONS:
        raise BadRequest(f"must be {' or '.join(VERSIONS)}", "default-version")
    key, secret = secrets.token_hex(16), secrets.token_urlsafe(32)
    kept = {"secret_sha256": sha256(secret), "scopes": " ".join(dict.fromkeys(scopes)), "trusted": trusted}
    session.add(ApiKey(name=name, key=key, default_version=default_version, created=now, **kept))
    session.flush()
    return key, secret


def all_keys(session: Session) -> Sequence[ApiKey]:
    """Return every key: working keys before revoked ones, the newest first."""
    return session.scalars(select(ApiKey).order_by(ApiKey.revoked.is_not(None), ApiKey.created.desc(), ApiKey.id.desc())).all()


def revoke_key(session: Session, key: str, now: datetime) -> bool:
    """Revoke a key and its tokens permanently; return whether there was a working key. The statements it stored remain."""
    revoked = session.scalar(update(ApiKey).where(ApiKey.key == key, ApiKey.revoked.is_(None)).values(revoked=now).returning(ApiKey.id))
    session.execute(delete(TokenRow).where(TokenRow.key_id == revoked))
    return revoked is not None


def names_of_keys(session: Session) -> Mapping[str, str]:
    """Return the name of every key by key, trusted or not, including revoked ones."""
    return {row.key: row.name for row in session.execute(select(ApiKey.key, ApiKey.name))}


def trusted_names(session: Session) -> Mapping[str, str]:
    """Return the names of all trusted providers, revoked ones too, by key; the key is the account of their authority."""
    return {row.key: row.name for row in session.execute(select(ApiKey.key, ApiKey.name).where(ApiKey.trusted))}


# Queried with every request: a cached key would still work after it was revoked.
_KEY = PreparedQuery(select(*CREDENTIAL, ApiKey.revoked.is_not(None)).where(ApiKey.key == bindparam("key")))


def find_key(session: Session, key: str, secret: str, home_page: str) -> Credential | Stranger:
    """Return the credential of a Basic key that has the right secret and is not revoked; otherwise the reason. One query."""
    for *columns, revoked in _KEY.rows(session, {"key": key}):
        row = KeyColumns(*columns)
        if not hmac.compare_digest(row.secret_sha256, sha256(secret)):
            return Stranger(key, "secret")
        return Stranger(key, "revoked") if revoked else credential_of(row, row.scopes, home_page)
    return Stranger("", "unknown")


_WORKING = select(func.count()).where(ApiKey.key.in_(bindparam("keys", expanding=True)), ApiKey.revoked.is_(None))


def working_among(connection: Connection, keys: Collection[str]) -> int:
    """Return how many of these keys exist and are not revoked."""
    return connection.execute(_WORKING, {"keys": list(keys)}).scalar_one() if keys else 0


class RememberedKeys:
    """The credentials of keys whose secret was right within ten seconds. Code that uses one must check that the key still works."""

    LASTING = timedelta(seconds=10)
    MOST = 1000

    def __init__(self) -> None:
        self._known: dict[tuple[str, str], tuple[datetime, Credential]] = {}

    def get(self, key: str, secret: str, now: datetime) -> Credential | None:
        """Return the credential of a key that was looked up with this secret in the last ten seconds."""
        since, found = self._known.get((key, sha256(secret)), (now, None))
        return found if abs(now - since) < self.LASTING else None

    def keep(self, key: str, secret: str, now: datetime, credential: Credential) -> None:
        """Remember a key whose secret was right."""
        if len(self._known) >= self.MOST:
            self._known.clear()
        self._known[key, sha256(secret)] = now, credential


def speaking_for(session: Session, key: str, home_page: str) -> Credential | None:
    """Return the credential of a working key without checking its secret: for a host that stores statements in its name."""
    row = session.connection().execute(select(*CREDENTIAL).where(ApiKey.key == key, ApiKey.revoked.is_(None))).one_or_none()
    return None if row is None else credential_of(KeyColumns(*row), row.scopes, home_page)


def credential_of(row: KeyColumns, scopes: str, home_page: str) -> Credential:
    """Return what a key may do, directly or through a token with fewer scopes."""
    authority = {"objectType": "Agent", "name": row.name, "account": {"homePage": home_page, "name": row.key}}
    may = frozenset(scopes.split())
    return Credential(row.name, authority, may, trusted=row.trusted, default_version=row.default_version, key=row.key)


def sha256(secret: str) -> str:
    """Return the stored form of a secret."""
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()
