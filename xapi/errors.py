"""How does the record store refuse? Every refusal says what was wrong and where.

    XapiError            an xAPI refusal; `status` is its HTTP status
    ├── BadRequest  400  the request or a statement breaks the specification
    ├── Unauthorised 401 no credential, or not one of ours
    ├── TokenRefused 400 the token endpoint gives no token (401: to nobody we know)
    ├── Forbidden   403  the credential's scopes or its pinned actor, registration or activity do not allow it
    ├── Missing     404  no such statement or document
    ├── NotAnswered 405  this resource does not take the method
    ├── Conflicting 409  the same id was stored with another body; a document is there that the request does not speak of
    │   └── Erased  409  a statement with this id was erased here, for good
    ├── Unmeasured  411  a body that does not say where it ends came without its length
    ├── Unmet       412  the document is not what the request's If-Match or If-None-Match demands
    ├── TooLarge    413  more than this store takes in one request
    └── Encoded     415  a compressed body

Translated to JSON in `xapi/views/answers.py`, nowhere else.
"""

from typing import NamedTuple


class Stranger(NamedTuple):
    """Who has no credential: the key that was named, empty if the store does not know it, and in a word why it opens nothing."""

    key: str
    reason: str


class XapiError(Exception):
    """A refusal with a plain sentence and, where it is about a statement, the path of the offending property.

    `reason` is the word under which it is counted (empty: it is no refusal to anybody), `stranger` who was refused because
    a key of the store's own did not open it.
    """

    status = 500
    reason = ""
    stranger: Stranger | None = None

    def __init__(self, message: str, path: str = "") -> None:
        super().__init__(f"{path}: {message}" if path else message)
        self.message = message
        self.path = path


class BadRequest(XapiError):
    """The request or a statement breaks the specification."""

    status = 400
    reason = "invalid"


class Unauthorised(XapiError):
    """No credential, or not one of ours."""

    status = 401

    def __init__(self, message: str, stranger: Stranger | None = None) -> None:
        super().__init__(message)
        self.stranger = stranger


class TokenRefused(XapiError):
    """The token endpoint gives no token; `code` is RFC 6749's name for why."""

    status = 400
    reason = "grant"

    def __init__(self, code: str, message: str, stranger: Stranger | None = None) -> None:
        super().__init__(message)
        self.code = code
        self.stranger = stranger
        self.status = 401 if code == "invalid_client" else 400


class Forbidden(XapiError):
    """The credential does not allow this."""

    status = 403
    reason = "scope"


class Missing(XapiError):
    """There is no such statement or document for this credential."""

    status = 404


class NotAnswered(XapiError):
    """This resource does not take the method."""

    status = 405
    reason = "method"


class Conflicting(XapiError):
    """What is stored already speaks against it."""

    status = 409
    reason = "conflict"


class Erased(Conflicting):
    """A statement with this id was erased, for good."""


class Unmeasured(XapiError):
    """A body that does not say itself where it ends came without its length."""

    status = 411
    reason = "invalid"


class Unmet(XapiError):
    """A condition of the request does not hold."""

    status = 412
    reason = "condition"


class TooLarge(XapiError):
    """More than this store takes in one request."""

    status = 413
    reason = "size"


class Encoded(XapiError):
    """The body came compressed, which this store does not take."""

    status = 415
    reason = "invalid"
