"""Signed launch tokens, which name a launch and a lease number and nothing else.

Checking a token costs one HMAC and no query; the launch's row says whether the launch still runs.
"""

import hashlib
import uuid
from dataclasses import dataclass

from itsdangerous import BadSignature, Signer


@dataclass(frozen=True, slots=True)
class Ticket:
    """One opening of the player page: a launch, and the lease number of the page."""

    launch_id: uuid.UUID
    lease: int


class Tickets:
    """Signs and reads launch tokens with a separate key, derived from the installation's secret."""

    def __init__(self, secret_key: str) -> None:
        own = Signer(secret_key, salt="lms.launch", key_derivation="hmac", digest_method=hashlib.sha256).derive_key()
        self._signer = Signer(own, key_derivation="none", digest_method=hashlib.sha256)  # otherwise it would derive the key for every token

    def issue(self, ticket: Ticket) -> str:
        """Return the token of a ticket."""
        return self._signer.sign(f"{ticket.launch_id.hex}.{ticket.lease}").decode()

    def read(self, token: str) -> Ticket | None:
        """Return the ticket of a token that we signed, otherwise None."""
        try:
            launch, _, lease = self._signer.unsign(token).decode().partition(".")
        except BadSignature:
            return None
        return Ticket(uuid.UUID(launch), int(lease))


def bearer(header: str) -> str:
    """Return the token in an Authorization header, or ''."""
    scheme, _, token = header.partition(" ")
    return token.strip() if scheme.lower() == "bearer" else ""


@dataclass(frozen=True, slots=True)
class CommitTicket:
    """The right to report what the units of a package do: for one launch, from the host with one label."""

    launch_id: uuid.UUID
    label: str


class CommitTokens:
    """Signs and reads the tokens in addresses to which a package's pages report, with a key of their own.

    They are in addresses because the last report of a page can have no header. They are good for nothing else.
    """

    def __init__(self, secret_key: str) -> None:
        own = Signer(secret_key, salt="lms.commit", key_derivation="hmac", digest_method=hashlib.sha256).derive_key()
        self._signer = Signer(own, key_derivation="none", digest_method=hashlib.sha256)

    def issue(self, ticket: CommitTicket) -> str:
        """Return the token of a ticket."""
        return self._signer.sign(f"{ticket.launch_id.hex}.{ticket.label}").decode()

    def read(self, token: str) -> CommitTicket | None:
        """Return the ticket of a token that we signed, otherwise None."""
        try:
            launch, _, label = self._signer.unsign(token).decode().partition(".")
        except BadSignature:
            return None
        return CommitTicket(uuid.UUID(launch), label)
