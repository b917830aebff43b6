"""What may a player page send? Parsed at the edge; anything else is refused in one place."""

from typing import TypeVar

import msgspec
from flask import request

from lms.errors import InvalidInput

Body = TypeVar("Body", bound=msgspec.Struct)


class BeatBody(msgspec.Struct):
    """Still here. `last` says that the page pauses now."""

    nonce: str
    last: bool = False


class OpenBody(msgspec.Struct):
    """Open this activity; `take` says whether to become the learner's live page."""

    enrolment: int
    version: int
    activity: str
    take: bool = True


class StateBody(msgspec.Struct):
    """Resume data as the content wrote it, `age_ms` milliseconds ago."""

    body: msgspec.Raw
    age_ms: float = 0


class AnswersBody(msgspec.Struct):
    """One submission of a quiz; its id is the browser's, so that sending it again is the same submission."""

    id: str
    answers: dict[str, object]


def body_of(kind: type[Body]) -> Body:
    """Return the request's JSON as `kind`.

    Raises:
        InvalidInput: naming the place in the JSON that was wrong.
    """
    try:
        return msgspec.json.decode(request.get_data(), type=kind)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise InvalidInput("The request's JSON is not what this address takes.", [str(error)]) from None
