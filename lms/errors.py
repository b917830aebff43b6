"""The errors of the LMS, and the HTTP status of each.

    LmsError                 a refusal in one sentence; `status` is its HTTP status
    ├── InvalidInput    400  a field or row is wrong; `problems` has one line for each
    ├── NotSignedIn     401  not signed in, or the token is not valid (any more)
    ├── NotAllowed      403  signed in, but without the right
    ├── NotFound        404  does not exist, or belongs to somebody else
    ├── Conflict        409  the state has changed
    ├── Gone            410  existed and has ended
    ├── TooLarge        413  larger than allowed
    └── TooManyTries    429  wait before the next try

`lms/web/refusals.py` translates them to a page or to problem+json (RFC 9457); nothing else does.
"""

from collections.abc import Sequence
from typing import Self


class FieldProblem(str):
    """One line of what is wrong, `field: words`, and its two parts for a form; `field` is '' where no single field is wrong."""

    __slots__ = ("field", "words")
    field: str
    words: str

    def __new__(cls, field: str, words: str) -> Self:
        """Make the line of both parts."""
        made = super().__new__(cls, f"{field}: {words}" if field else words)
        made.field, made.words = field, words
        return made


class LmsError(Exception):
    """A refusal that names the problem and what to do."""

    status = 500

    def __init__(self, message: str, *, code: str | None = None, extra: dict[str, object] | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.code = code
        self.extra = extra or {}


class InvalidInput(LmsError):
    """The input is invalid; nothing of it was stored."""

    status = 400

    def __init__(self, message: str, problems: Sequence[str] = (), *, code: str | None = None) -> None:
        super().__init__(message, code=code, extra={"problems": list(problems)} if problems else None)
        self.problems = [one if isinstance(one, FieldProblem) else FieldProblem("", one) for one in problems]


class NotSignedIn(LmsError):
    """Nobody is signed in, or the token is not valid (any more)."""

    status = 401


class NotAllowed(LmsError):
    """The person is known but does not have the right."""

    status = 403


class NotFound(LmsError):
    """It does not exist, or it belongs to somebody else (both look the same on purpose)."""

    status = 404


class Conflict(LmsError):
    """The request was valid but the state has changed; the message says what to do."""

    status = 409


class Gone(LmsError):
    """It existed and has ended; the message says how to continue."""

    status = 410


class TooLarge(LmsError):
    """The input is larger than allowed; nothing of it was stored."""

    status = 413


class TooManyTries(LmsError):
    """There were too many tries in a short time; the message says how long to wait."""

    status = 429
