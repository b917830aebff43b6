"""What can go wrong in the LMS, and how is a person or a program told?

    LmsError                 a refusal with a plain sentence; `status` is its HTTP status
    ├── InvalidInput    400  which field or row was wrong; `problems` has one line for each
    ├── NotSignedIn     401  nobody, or a token that is not (or no longer) ours
    ├── NotAllowed      403  signed in, but not for this
    ├── NotFound        404  nothing here, or not yours
    ├── Conflict        409  the state has moved on
    ├── Gone            410  it was here and has ended
    ├── TooLarge        413  more than is taken at once
    └── TooManyTries    429  wait before the next one

Translated to a page or to problem+json (RFC 9457) in `lms/web/refusals.py`, nowhere else.
"""

from collections.abc import Sequence


class LmsError(Exception):
    """A refusal that names what was wrong and what to do."""

    status = 500

    def __init__(self, message: str, *, code: str | None = None, extra: dict[str, object] | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.code = code
        self.extra = extra or {}


class InvalidInput(LmsError):
    """What was sent cannot be taken; nothing of it was kept."""

    status = 400

    def __init__(self, message: str, problems: Sequence[str] = (), *, code: str | None = None) -> None:
        super().__init__(message, code=code, extra={"problems": list(problems)} if problems else None)
        self.problems = list(problems)


class NotSignedIn(LmsError):
    """Nobody is signed in, or the token is not (or no longer) ours."""

    status = 401


class NotAllowed(LmsError):
    """The person is known and may not do this."""

    status = 403


class NotFound(LmsError):
    """There is nothing here, or it belongs to somebody else (the two look the same on purpose)."""

    status = 404


class Conflict(LmsError):
    """The request was sound but the state has moved on; the message says what to do."""

    status = 409


class Gone(LmsError):
    """It was here and has ended; the message says how to go on."""

    status = 410


class TooLarge(LmsError):
    """More was sent than is taken at once; nothing of it was kept."""

    status = 413


class TooManyTries(LmsError):
    """Too much was tried in a short time; the message says for how long to wait."""

    status = 429
