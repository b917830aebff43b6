"""OAuth tokens that other systems receive for their API keys. (client credentials, RFC 6749 4.4; Bearer, RFC 6750)

A token is random and stored as its SHA-256, like a secret. It allows what its key allows, or less; it ends after an hour, or
with its key. A token contains no information and is valid only through the table: there is no signing key to lose.
"""

import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import bindparam, delete, or_, select
from sqlalchemy.orm import Session

from xapi.errors import TokenRefused
from xapi.rules.auth import Credential
from xapi.storage.keys import CREDENTIAL, SCOPES, KeyColumns, credential_of, sha256
from xapi.storage.models import ApiKey, TokenRow
from xapi.storage.raw_sql import PreparedQuery

PREFIX = "xat_"  # distinguishes our tokens from a host's, and lets secret scanners find leaked ones
LASTING = timedelta(hours=1)
MOST = 1000  # for one key at a time: a client that requests a token for each call loses its oldest tokens


def narrowed(credential: Credential, asked: str) -> tuple[str, ...]:
    """Return the scopes of a new token: all scopes of the key, or the requested ones if the key has them. (RFC 6749 3.3)

    Raises:
        TokenRefused: invalid_scope.
    """
    scopes = tuple(dict.fromkeys(asked.split())) or tuple(scope for scope in SCOPES if scope in credential.scopes)
    if not all(scope in SCOPES and credential.allows(scope) for scope in scopes):
        raise TokenRefused(
            "invalid_scope", f"this key has the scopes {' '.join(sorted(credential.scopes))}, and no others can be asked for"
        )
    return scopes


def issue(session: Session, key: str, scopes: Sequence[str], now: datetime) -> str:
    """Give a key a token, and delete its tokens that have ended.

    Raises:
        TokenRefused: invalid_client, if the key was revoked in the meantime.
    """
    key_id = session.scalar(select(ApiKey.id).where(ApiKey.key == key, ApiKey.revoked.is_(None)).with_for_update())
    if key_id is None:
        raise TokenRefused("invalid_client", "this key was revoked")
    token = PREFIX + secrets.token_urlsafe(32)
    own = select(TokenRow.token_sha256).where(TokenRow.key_id == key_id)
    newest = own.order_by(TokenRow.expires.desc()).limit(MOST - 1)
    spent = or_(TokenRow.expires <= now, TokenRow.token_sha256.not_in(newest.scalar_subquery()))
    session.execute(delete(TokenRow).where(TokenRow.key_id == key_id, spent))
    session.add(TokenRow(token_sha256=sha256(token), key_id=key_id, scopes=" ".join(scopes), expires=now + LASTING))
    session.flush()
    return token


_TOKEN = PreparedQuery(
    select(*CREDENTIAL, TokenRow.scopes)
    .join(TokenRow, TokenRow.key_id == ApiKey.id)
    .where(TokenRow.token_sha256 == bindparam("token"), TokenRow.expires > bindparam("now"), ApiKey.revoked.is_(None))
)


def find_token(session: Session, token: str, home_page: str, now: datetime) -> Credential | None:
    """Return what a token allows, if it and its key are valid. One query."""
    for *columns, narrowed_to in _TOKEN.rows(session, {"token": sha256(token), "now": now}):
        return credential_of(KeyColumns(*columns), narrowed_to, home_page)
    return None
