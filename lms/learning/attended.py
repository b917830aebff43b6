"""Does somebody attend the page that beats? Pure.

A page beats while something on it moves, and its content can move by itself. Such movement alone keeps nobody present for longer
than ten minutes after the last act of a person; media of our own player does, because people listen without touching anything.
The page says how long ago somebody acted. That a player is ours, the server knows by itself.
"""

from datetime import timedelta
from typing import Annotated

import msgspec
from msgspec import Meta

Nonce = Annotated[str, Meta(pattern=r"^[0-9a-f]{0,32}$")]  # what `presence.fresh_nonce` makes
Seconds = Annotated[int, Meta(ge=0, le=10**9)]  # some thirty years

ALONE = timedelta(minutes=10)


class BeatBody(msgspec.Struct):
    """Still here. `last` says that the page pauses now, `quiet_s` how long ago a person did something, `media` that media plays."""

    nonce: Nonce
    last: bool = False
    quiet_s: Seconds = 0
    media: bool = False

    @property
    def acted(self) -> bool:
        """Say whether a person did something in the last ten minutes."""
        return self.quiet_s < ALONE.total_seconds()


def is_attended(said: BeatBody, own_media: bool) -> bool:
    """Say whether a beat counts; `own_media`: what plays in this activity is played by our own player."""
    return said.acted or (said.media and own_media)
