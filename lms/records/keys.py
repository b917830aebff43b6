"""The state of API keys: owner, scopes, last use and refusals."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import Session

from xapi.keys import NOBODY, ApiKey, Refused, all_keys, first_day, refused_since

SCOPES = {
    "statements/write": _l("Store statements"),
    "statements/read/mine": _l("Read the statements that it stored itself"),
    "statements/read": _l("Read all statements"),
    "state": _l("Read and write what activities remember of people"),
    "profile": _l("Read and write profiles of activities and people"),
    "define": _l("Say for everybody what an activity is called"),
    "all/read": _l("Read everything"),
    "all": _l("Everything"),
}
REASONS = {
    "invalid": _l("Not what the standard demands"),
    "scope": _l("Not allowed to this key"),
    "method": _l("Not possible at this address"),
    "conflict": _l("Contradicts what is stored"),
    "condition": _l("Changed by somebody else in between"),
    "size": _l("Too large"),
    "grant": _l("No token for what was asked"),
    "secret": _l("Wrong secret"),
    "revoked": _l("The key is revoked"),
    "token": _l("The token has ended"),
    "unknown": _l("No key, or one that was never given"),
}


@dataclass(frozen=True, slots=True)
class KeyWithRefusals:
    """A key and its refusals since `first_day`."""

    row: ApiKey
    refused: Sequence[Refused]

    @property
    def times(self) -> int:
        """The number of refusals."""
        return sum(one.times for one in self.refused)

    @property
    def scopes(self) -> Sequence[str]:
        """The scopes, in words."""
        return [SCOPES[scope] for scope in SCOPES if scope in self.row.scopes.split()]


@dataclass(frozen=True, slots=True)
class Keys:
    """All keys, and the refusals of requests without a known key."""

    working: Sequence[KeyWithRefusals]
    revoked: Sequence[KeyWithRefusals]
    strangers: Sequence[Refused]


def keys(session: Session, now: datetime) -> Keys:
    """Return all keys, the newest first."""
    refused = refused_since(session, first_day(now))
    found = [KeyWithRefusals(row, refused.get(row.key, ())) for row in all_keys(session)]
    working, revoked = ([one for one in found if bool(one.row.revoked) is gone] for gone in (False, True))
    return Keys(working, revoked, refused.get(NOBODY, ()))
