"""Is a person attending the page that sends beats? Pure.

A page sends beats while something on it moves, but its content can move by itself. Such movement alone counts for at most
ten minutes after the person's last action. Media in our own player count longer, because people listen without touching anything.
The page reports the time since the last action. The server itself knows whether the player is ours.
"""

from datetime import timedelta
from typing import Annotated

import msgspec
from msgspec import Meta

Nonce = Annotated[str, Meta(pattern=r"^[0-9a-f]{0,32}$")]  # the form of `presence.fresh_nonce`
Seconds = Annotated[int, Meta(ge=0, le=10**9)]  # about thirty years

ALONE = timedelta(minutes=10)


class BeatBody(msgspec.Struct):
    """A beat. `last` says that the page pauses now, `quiet_s` is the time since the person's last action, `media` that media plays."""

    nonce: Nonce
    last: bool = False
    quiet_s: Seconds = 0
    media: bool = False

    @property
    def acted(self) -> bool:
        """Say whether the person did something in the last ten minutes."""
        return self.quiet_s < ALONE.total_seconds()


def is_attended(said: BeatBody, own_media: bool) -> bool:
    """Say whether a beat counts; `own_media`: our own player plays this activity."""
    return said.acted or (said.media and own_media)
