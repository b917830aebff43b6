"""By what does a player prove which launch it speaks for? A signed token that names the launch and the lease, and nothing else.

Checking it costs one HMAC and no database; whether the launch still runs is the launch's row to say.
"""

import hashlib
import uuid
from dataclasses import dataclass

from itsdangerous import BadSignature, Signer


@dataclass(frozen=True, slots=True)
class Ticket:
    """One opening of the player page: a launch, and the number of the lease that the page was given."""

    launch_id: uuid.UUID
    lease: int


class Tickets:
    """Signs and reads launch tokens with a key of their own, derived from the installation's secret."""

    def __init__(self, secret_key: str) -> None:
        own = Signer(secret_key, salt="lms.launch", key_derivation="hmac", digest_method=hashlib.sha256).derive_key()
        self._signer = Signer(own, key_derivation="none", digest_method=hashlib.sha256)  # else it derives the key for every token

    def issue(self, ticket: Ticket) -> str:
        """Return the token of a ticket."""
        return self._signer.sign(f"{ticket.launch_id.hex}.{ticket.lease}").decode()

    def read(self, token: str) -> Ticket | None:
        """Return the ticket of a token that we signed, else None."""
        try:
            launch, _, lease = self._signer.unsign(token).decode().partition(".")
        except BadSignature:
            return None
        return Ticket(uuid.UUID(launch), int(lease))


def bearer(header: str) -> str:
    """Return the token in an Authorization header ('' where there is none)."""
    scheme, _, token = header.partition(" ")
    return token.strip() if scheme.lower() == "bearer" else ""
