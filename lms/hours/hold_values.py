"""Values for held hours: the decisions of reviewers, and the holds. Plain values only.

A hold is about one session (a launch) of one activity, and about one kind of flag.
"""

from typing import Literal, NamedTuple

FlagKind = Literal["claim", "clash", "devices", "rate", "regular"]
HoldState = Literal["open", "released", "refused", "partly"]
HOLDABLE: tuple[FlagKind, ...] = ("claim", "clash", "devices", "rate", "regular")


class Reviewed(NamedTuple):
    """A reviewer released or refused a flagged session of an activity. `id` names the decision; its latest one holds.

    With `start` and `end`, only the time between them is refused; one decision may refuse several such parts.
    """

    flag: str
    activity: str
    session: str
    id: str
    at: int
    refused: bool
    start: int | None = None
    end: int | None = None


class HeldFlag(NamedTuple):
    """A flagged session whose hours the programme holds, or held until somebody decided. Only `open` holds are held."""

    kind: FlagKind
    activity: str
    session: str
    state: HoldState
