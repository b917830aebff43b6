"""The JSON bodies that a player page may send, parsed and limited here; everything else is refused."""

from typing import Annotated

import msgspec
from msgspec import Meta

from lms.config import Settings
from lms.learning.failures import LONGEST_DETAIL, Reason
from lms.learning.presence import BeatAccepted

RowId = Annotated[int, Meta(ge=1, le=2**31 - 1)]
Milliseconds = Annotated[float, Meta(ge=0, le=1e12)]  # about thirty years


def beat_reply(accepted: BeatAccepted, settings: Settings) -> bytes:
    """Return the answer to a beat as JSON."""
    return msgspec.json.encode(
        {
            "state": accepted.state,
            "nonce": accepted.nonce,
            "counted_seconds": accepted.counted_seconds,
            "cap_seconds": accepted.cap_seconds,
            "beat_seconds": settings.beat_seconds,
            "stated": accepted.stated,
        }
    )


class OpenBody(msgspec.Struct):
    """A request to open this activity; `take` asks to become the learner's live page, `start` to begin a session if it is a cmi5 unit."""

    enrolment: RowId
    version: RowId
    activity: str
    take: bool = True
    start: bool = False


class StateBody(msgspec.Struct):
    """Resume data as the content wrote it, `age_ms` milliseconds ago."""

    body: msgspec.Raw
    age_ms: Milliseconds = 0


class FailedBody(msgspec.Struct):
    """A report that the content could not be shown, or that its statements were cleaned."""

    reason: Reason
    detail: Annotated[str, Meta(max_length=LONGEST_DETAIL)] = ""


class AnswersBody(msgspec.Struct):
    """One submission of a quiz. The browser makes its id, so that sending it again is the same submission."""

    id: str
    answers: dict[str, object]


class CommitBody(msgspec.Struct):
    """A report of one unit of a package: `number` counts those of one load of the frame, `run`."""

    unit: Annotated[str, Meta(max_length=255)]
    run: Annotated[str, Meta(max_length=36)]
    number: Annotated[int, Meta(ge=0, le=10**9)]
    ended: bool
    values: dict[str, str | int | float | bool | None]
